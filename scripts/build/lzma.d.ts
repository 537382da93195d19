// The part of the package lzma that the build and a test use; it has no types of its own.
declare module "lzma" {
  /** The bytes of an .lzma file, signed or not; modes are 1 to 9. */
  const lzma: { compress(bytes: readonly number[], mode: number): number[] };
  export default lzma;
}
