// Made the Parquet files beside this script, with hyparquet-writer 0.17.0, which is no dependency of Likewise:
//   cd $(mktemp -d) && npm install hyparquet-writer@0.17.0 && cp <this folder>/make-parquet.mjs . && node make-parquet.mjs
import { parquetWriteFile } from "hyparquet-writer";

const day = (text) => new Date(`${text}T00:00:00Z`);
const optional = (name, rest) => ({ name, repetition_type: "OPTIONAL", ...rest });

// Three row groups of 2, 2 and 1 rows.
parquetWriteFile({
  filename: "schools.parquet",
  rowGroupSize: 2,
  schema: [
    { name: "root", num_children: 10 },
    optional("school", { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } }),
    optional("urn", { type: "INT64" }),
    optional("pupil_key", { type: "INT64" }),
    optional("roll", { type: "INT32" }),
    optional("intake", { type: "DOUBLE" }),
    optional("academy", { type: "BOOLEAN" }),
    optional("opened", { type: "INT32", converted_type: "DATE", logical_type: { type: "DATE" } }),
    optional("inspected", {
      type: "INT64",
      converted_type: "TIMESTAMP_MILLIS",
      logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
    }),
    optional("bell", {
      type: "INT64",
      logical_type: { type: "TIMESTAMP", isAdjustedToUTC: false, unit: "MICROS" },
    }),
    optional("fee", { type: "INT32", converted_type: "DECIMAL", scale: 2, precision: 9 }),
  ],
  columnData: [
    { name: "school", data: ["0012", "St Mary", null, "0012", "0012"] },
    { name: "urn", data: [100001n, 100002n, 100003n, null, 100005n] },
    { name: "pupil_key", data: [9007199254740993n, 1n, 2n, 3n, null] },
    { name: "roll", data: [210, null, 420, 30, 45] },
    { name: "intake", data: [27.5, 28.25, null, 26, 24.125] },
    { name: "academy", data: [true, false, null, true, false] },
    { name: "opened", data: [day("1969-12-31"), day("2011-09-01"), null, day("2012-03-01"), day("2013-02-28")] },
    {
      name: "inspected",
      data: [
        new Date("2013-05-14T09:30:00.250Z"),
        null,
        new Date("1969-12-31T23:59:59.999Z"),
        day("2010-01-01"),
        day("2014-01-01"),
      ],
    },
    { name: "bell", data: [1368523800000001n, -1n, null, 0n, 1000000n] },
    { name: "fee", data: [1.25, 0, null, -3.5, 10] },
  ],
});

parquetWriteFile({
  filename: "lists.parquet",
  columnData: [
    { name: "school", data: ["a", "b"], type: "STRING" },
    { name: "years", data: [{ first: 2012 }, { first: 2013 }], type: "JSON" },
  ],
});

// Repeated enough to be stored as a dictionary.
parquetWriteFile({
  filename: "regions.parquet",
  columnData: [
    {
      name: "region",
      data: Array.from({ length: 60 }, (_, i) => (i % 7 === 6 ? null : ["London", "North East"][i % 2])),
      type: "STRING",
      nullable: true,
    },
    { name: "size", data: Array.from({ length: 60 }, (_, i) => [30, 45, 60][i % 3]), type: "INT32" },
  ],
});
