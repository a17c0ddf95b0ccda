import type { Frame } from "../data/types";
import { fail } from "../errors/error";
import { describeValue } from "../errors/words";
import { csvTable, type ParseCsvOptions } from "./csv-table";
import { type ReadingOptions, textFile } from "./read-text";

export interface ReadCsvOptions extends ParseCsvOptions, ReadingOptions {}

/**
 * A CSV file as a {@link Frame}: RFC 4180 with a header line, quoted fields, any line ends, with or without a byte order
 * mark. Blank lines are skipped.
 *
 * A column becomes numeric where every cell is a number (`12`, `-.5`, `1e5`, `Inf`), logical where every cell is TRUE or
 * FALSE, and text otherwise. Keys stay text, for `0012` is not 12: columns with a leading zero or a whole number beyond
 * 2⁵³ in any cell, and columns whose name is or ends in the word `id`, `key`, `code` or `urn` (`school_id`, `schoolId`,
 * `URN`). `types` and `levels` override all of this by column.
 *
 * The file is read in pieces, so that it may be larger than a string can be, and only the table stays in memory: 8 bytes for a
 * number, 4 for a text and once its distinct values. `columns` reads only some. Where the first cells of a column
 * look like numbers and a later one does not, the file is read once more for that column; types given save that.
 *
 * @param path - the file, as a path or a `file:` URL.
 * @param options - `columns`, `types`, `levels`, `missing`, `delimiter`, `encoding`, `signal`, `onProgress`.
 * @throws `file` where it cannot be read, decoded or parsed (ragged rows and stray quotes with their line number, a
 *   missing or doubled column name), `unknown-column`, `empty-data` without rows, `invalid-argument` for an unknown encoding,
 *   `stopped` where the signal aborts, and what {@link frame} throws for `types` and `levels`.
 * @example
 * ```ts
 * import { readCsv } from "likewise/node";
 * const schools = await readCsv("examples/data/hsb-schools.csv", {
 *   columns: ["school", "size"], types: { school: "text" },
 * });
 * schools.rows; // 160
 * ```
 */
export async function readCsv(path: string | URL, options: ReadCsvOptions = {}): Promise<Frame> {
  const { name, pieces } = await textFile(path, options);
  const table = csvTable(options, name);
  do {
    for await (const piece of pieces()) table.add(piece);
  } while (table.end());
  return table.frame();
}

/** Characters to a piece, so that intermediate results stay small. */
const PIECE = 1 << 20;

/**
 * The frame in a CSV text, read as {@link readCsv} reads a file.
 *
 * @param text - header line and rows.
 * @param options - as for {@link readCsv}, but for those of files.
 * @param name - what errors call the text, such as its path.
 * @throws what {@link readCsv} throws for the content of a file.
 * @example
 * ```ts
 * import { parseCsv } from "likewise/node";
 * parseCsv("school,size\n0012,842\n0013,NA\n").rows; // 2
 * ```
 */
export function parseCsv(text: string, options: ParseCsvOptions = {}, name = "the CSV text"): Frame {
  if (typeof text !== "string") {
    fail("invalid-argument", `parseCsv takes the text of a file, not ${describeValue(text)}. For a path use readCsv.`);
  }
  const table = csvTable(options, name);
  do {
    for (let start = text.startsWith("\ufeff") ? 1 : 0; start < text.length; start += PIECE) {
      table.add(text.slice(start, start + PIECE));
    }
  } while (table.end());
  return table.frame();
}
