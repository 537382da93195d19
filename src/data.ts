// The entry "sedge/data": data from files and tables to datasets. Datasets and batches themselves are "sedge".
import "./boot.ts";

export { type RandomAffineOptions, randomAffine } from "./data/affine.ts";
export { type CsvOptions, MISSING, parseCsv } from "./data/csv.ts";
export {
  type Encodings,
  TableEncoder,
  type TableEncoderOptions,
  type TableEncoderState,
} from "./data/encoder.ts";
export {
  type Category,
  type Encoding,
  type FittedColumn,
  label,
  minMax,
  type NumberFill,
  numeric,
  oneHot,
  standardize,
} from "./data/encodings.ts";
export { gunzip, type IdxArray, idxDataset, parseIdx } from "./data/idx.ts";
export {
  centerCrop,
  compose,
  cutout,
  normalize,
  randomCrop,
  randomHorizontalFlip,
  randomVerticalFlip,
} from "./data/images.ts";
export { type SplitOptions, trainTestSplit } from "./data/split.ts";
export { type Cell, type ColumnType, type SkippedRow, Table } from "./data/table.ts";
export { CharTokenizer, type CharTokenizerState, type Ids, randomWindows, textWindows } from "./data/text.ts";
export type { Transform } from "./data/transform.ts";
