// The entry "sedge/node": what needs a file system or a terminal. Everything else is "sedge" itself.
import "./boot.ts";

export { readCsv } from "./data/csv-files.ts";
export { type ImageFolder, loadIdxFolder, readIdx } from "./data/idx-files.ts";
export { type CheckpointOptions, checkpoint, lastCheckpoint } from "./io/checkpoints.ts";
export { load, loadMetadata, type Saveable, save } from "./io/files.ts";
export { SummaryWriter } from "./io/summary-writer.ts";
export { type CsvLogOptions, csvLog } from "./train/csv-log.ts";
export { type ProgressOptions, type ProgressStream, progressBar } from "./train/progress.ts";
export { type TensorBoardOptions, tensorBoard } from "./train/tensorboard.ts";
