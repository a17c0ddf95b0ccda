import { closeSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from "node:fs";
import type { Column, Frame } from "likewise";
import { COLUMNS, type ColumnName, generatePupils } from "./generate";

/**
 * What stands beside a data file, as `<file>.json`. The file itself holds the columns one after the other, n doubles
 * each, little endian: `readBin` in R and a `Float64Array` here read it without parsing.
 */
export interface PupilFile {
  readonly n: number;
  readonly schools: number;
  readonly seed: number | string;
  readonly columns: readonly string[];
}

/** Generates pupils and writes them down once for both sides. */
export function writePupils(path: string, n: number, schools: number, seed: number | string = 1): PupilFile {
  const pupils = generatePupils(n, schools, seed);
  const file = openSync(path, "w");
  for (const name of COLUMNS) writeSync(file, new Uint8Array(pupils[name].buffer));
  closeSync(file);
  const header: PupilFile = { n, schools, seed, columns: COLUMNS };
  writeFileSync(`${path}.json`, JSON.stringify(header));
  return header;
}

/** The named columns as a frame; `school` becomes text, as a key read from a table would be. */
export function readPupils(path: string, names: readonly ColumnName[]): Frame {
  const { n, schools, columns } = JSON.parse(readFileSync(`${path}.json`, "utf8")) as PupilFile;
  const file = openSync(path, "r");
  const read = (name: ColumnName): Float64Array => {
    const values = new Float64Array(n);
    const bytes = new Uint8Array(values.buffer);
    const start = columns.indexOf(name) * bytes.length;
    for (let done = 0; done < bytes.length; ) done += readSync(file, bytes, done, bytes.length - done, start + done);
    return values;
  };
  const frame: Frame = {
    kind: "frame",
    rows: n,
    columns: names.map((name): Column => {
      const values = read(name);
      if (name !== "school") return { kind: "numeric", name, values };
      const levels = Array.from({ length: schools }, (_, j) => `school ${j + 1}`);
      return { kind: "text", name, codes: Int32Array.from(values), levels };
    }),
  };
  closeSync(file);
  return frame;
}

/** Bytes that the columns of a frame take up. */
export function bytesOf(data: Frame): number {
  return data.columns.reduce((sum, column) => sum + ("codes" in column ? column.codes : column.values).byteLength, 0);
}
