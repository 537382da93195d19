// The entry "sedge/data": data from files and tables to datasets. Datasets and batches themselves are "sedge".
import "./boot.ts";

export { gunzip, type IdxArray, idxDataset, parseIdx } from "./data/idx.ts";
