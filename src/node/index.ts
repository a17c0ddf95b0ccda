export type { ColumnChoice } from "./column-choice";
export type { ParseCsvOptions } from "./csv-table";
export { type RecoveryThreads, recoverTruthInWorkers } from "./parallel-recovery";
export { runStudyInWorkers, type StudyThreads } from "./parallel-study";
export { parseCsv, type ReadCsvOptions, readCsv } from "./read-csv";
export { type ReadParquetOptions, readParquet } from "./read-parquet";
export type { ReadingOptions } from "./read-text";
export { writeCsv } from "./write-csv";
export { type FileToWrite, type WriteFilesOptions, writeFiles } from "./write-files";
