// A job that throws: the launcher must throw what it says.
export default async function throws(sedge) {
  sedge.tensor([1, 2]).reshape([3]);
}
