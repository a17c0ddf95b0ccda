import { basename, dirname } from "node:path";
import { columnNames } from "../data/column";
import { frame, isFrame } from "../data/frame";
import type { Column, DataLike, Frame } from "../data/types";
import { fail } from "../errors/error";
import { type WriteFilesOptions, writeFiles } from "./write-files";

/** Rows to a piece of text: a few megabytes. */
const ROWS_PER_PIECE = 10_000;

/**
 * A table as a CSV file that {@link readCsv} reads back: every digit kept, missing values as empty cells, TRUE and FALSE.
 *
 * Written whole or not at all. A stream of tables with the same columns, such as the chunks of `simulateSchools`, becomes one file
 * without ever being in memory as a whole.
 *
 * @param path - the file; its folder is made where there is none.
 * @param data - a table, or an iterable of frames with the same columns.
 * @param options - `overwrite`: whether a file of that name may be replaced (default false); `signal`: to stop on the way.
 * @throws `file` where it exists or cannot be written; `column-conflict` where the columns change on the way.
 * @example
 * ```ts
 * import { tmpdir } from "node:os";
 * import { simulateSchools } from "likewise";
 * import { writeCsv } from "likewise/node";
 * const england = simulateSchools({ scale: 0.01 });
 * await writeCsv(`${tmpdir()}/pupils.csv`, england.pupils.chunks(), { overwrite: true });
 * ```
 */
export async function writeCsv(
  path: string,
  data: DataLike | Iterable<Frame>,
  options: WriteFilesOptions = {},
): Promise<void> {
  const content = (): Iterable<string> => csvPieces(isStream(data) ? data : [frame(data)]);
  await writeFiles(dirname(path), [{ name: basename(path), content }], options);
}

function isStream(data: DataLike | Iterable<Frame>): data is Iterable<Frame> {
  return !isFrame(data) && !Array.isArray(data) && Symbol.iterator in data;
}

/** The text of a CSV file in pieces: a header line, then the rows of every table. */
export function* csvPieces(tables: Iterable<Frame>): Generator<string> {
  let header: string | null = null;
  for (const table of tables) {
    const found = headerOf(columnNames(table));
    if (header === null) yield found;
    else if (found !== header) {
      fail("column-conflict", `The columns of a stream stay the same, but ${header.trim()} became ${found.trim()}.`);
    }
    header = found;
    for (let start = 0; start < table.rows; start += ROWS_PER_PIECE) {
      yield linesOf(table, start, Math.min(start + ROWS_PER_PIECE, table.rows));
    }
  }
}

function headerOf(names: readonly string[]): string {
  return `${names.map(quote).join(",")}\r\n`;
}

function linesOf({ columns }: Frame, start: number, end: number): string {
  const cells = columns.map((column) => writer(column));
  const lone = columns.length === 1;
  let text = "";
  for (let row = start; row < end; row++) {
    let line = cells[0](row);
    for (let k = 1; k < cells.length; k++) line += `,${cells[k](row)}`;
    // Readers skip blank lines: a lone empty cell is quoted.
    text += `${lone && line === "" ? '""' : line}\r\n`;
  }
  return text;
}

/** A column's cells as text. */
function writer(column: Column): (row: number) => string {
  switch (column.kind) {
    case "numeric":
      return (row) => (Number.isNaN(column.values[row]) ? "" : numberText(column.values[row]));
    case "logical":
      return (row) => (Number.isNaN(column.values[row]) ? "" : column.values[row] === 1 ? "TRUE" : "FALSE");
    default: {
      const labels = column.levels.map(quote);
      return (row) => (column.codes[row] < 0 ? "" : labels[column.codes[row]]);
    }
  }
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "Inf" : "-Inf";
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
