// Checks of the other entries, and that all of them are one library.

import { close, equal, ok } from "./check.js";
import { trainCnn } from "./training.js";

export const entries = {
  "sedge/functional is the same library without methods": (sedge, { functional }) => {
    ok(functional.Tensor === sedge.Tensor, "one Tensor");
    equal(functional.relu(functional.add(functional.tensor([1, -2]), 1)).toArray(), [2, 0]);
    const before = sedge.memory().tensors;
    const x = functional.ones([2]);
    equal(sedge.memory().tensors, before + 1);
    x.dispose();
  },

  "sedge/data reads a table and encodes it": (_sedge, { data }) => {
    const { parseCsv, TableEncoder, Table, trainTestSplit } = data;
    const table = parseCsv('size,colour\n1,red\n3,"blue"\n5,red\n');
    ok(table instanceof Table, "a Table");
    equal([table.length, table.column("size")], [3, [1, 3, 5]]);
    ok(typeof TableEncoder === "function" && typeof trainTestSplit === "function", "encoder and split");
  },

  "sedge/data makes datasets that sedge trains on": (sedge, { data }) => {
    const images = { shape: [4, 2, 2], data: Uint8Array.from({ length: 16 }, (_, i) => i * 16) };
    const dataset = data.idxDataset(images, { shape: [4], data: Uint8Array.of(0, 1, 0, 1) });
    ok(dataset instanceof sedge.Dataset, "one Dataset");
    const tokens = new data.CharTokenizer("hello");
    equal(tokens.decode(tokens.encode("hole")), "hole");
  },

  "the single file trains to the same bits, on a core of one's own": (sedge, { single }) => {
    const [a, b] = [trainCnn(sedge, 5), trainCnn(single, 5)];
    equal(a.losses, b.losses);
    close(b.model.stateDict()["0.weight"], a.model.stateDict()["0.weight"], 0);
  },
};
