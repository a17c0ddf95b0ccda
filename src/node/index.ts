export { parseCsv, type ReadCsvOptions, readCsv } from "./read-csv";
