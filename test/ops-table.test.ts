// docs/ops.md says what the code says.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { opsPage } from "../scripts/ops-table.ts";

it("docs/ops.md is what `npm run ops-table` writes", () => {
  expect(readFileSync(new URL("../docs/ops.md", import.meta.url), "utf8")).toBe(opsPage());
});
