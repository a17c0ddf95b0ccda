import { parse } from "csv-parse/sync";
import { fail } from "../errors/error";
import { count } from "../errors/words";

/** What errors say of a piece of a CSV text. */
export interface CsvPlace {
  /** Of the whole text: a file's path. */
  readonly name: string;
  readonly delimiter: string;
  /** The line, from 1, with which the piece begins. */
  readonly line: number;
}

/** The records of a piece of a CSV text, each with `width` cells, or with as many as the first where it is null. */
export function csvRecords(piece: string, width: number | null, place: CsvPlace): string[][] {
  // csv-parse measures records by the first one.
  const ruler = width === null ? "" : `${new Array<string>(width).fill("x").join(place.delimiter)}\n`;
  try {
    const records = parse(ruler + piece, {
      delimiter: place.delimiter,
      // csv-parse would settle on the first line end it meets, and leave the others in the cells.
      record_delimiter: ["\r\n", "\n", "\r"],
      skip_empty_lines: true,
    });
    return width === null ? records : records.slice(1);
  } catch (error) {
    return failAt(error as CsvParseError, piece, width === null ? 0 : 1, place);
  }
}

interface CsvParseError {
  readonly code?: string;
  readonly message: string;
  /** How many records were read before. */
  readonly records?: number;
  /** The cell in which it happened, from 0. */
  readonly column?: number;
}

function failAt(error: CsvParseError, piece: string, rulers: number, place: CsvPlace): never {
  if (error.records === undefined) throw error;
  const line = place.line - 1 + lineOfRecord(piece, error.records - rulers);
  const cell = `line ${line}, cell ${(error.column ?? 0) + 1}`;
  const raise = (sentence: string): never => fail("file", `"${place.name}", ${sentence}`, { path: place.name, line });
  switch (error.code) {
    case "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH": {
      const [, expected, found] = /expect (\d+), got (\d+)/.exec(error.message) ?? [];
      return failRagged(Number(found), Number(expected), { ...place, line });
    }
    case "CSV_QUOTE_NOT_CLOSED":
      return raise(`line ${line}: the row that begins here has a quote that is not closed.`);
    case "INVALID_OPENING_QUOTE":
      return raise(`${cell} has a quote in the middle. ${HOW_TO_QUOTE}`);
    case "CSV_INVALID_CLOSING_QUOTE":
      return raise(`${cell} has text after its closing quote. ${HOW_TO_QUOTE}`);
    default:
      return raise(`line ${line} is not valid CSV: ${error.message}.`);
  }
}

const HOW_TO_QUOTE = 'Quote whole cells, without spaces around the quotes, and double the quotes within: "a ""b"" c".';

/** Refuses a row that has not as many cells as the header. */
export function failRagged(found: number, expected: number, { name, delimiter, line }: CsvPlace): never {
  return fail(
    "file",
    `"${name}", line ${line} has ${count(found, "cell")} where the header has ${expected}. Complete the row, quote cells that ` +
      `hold the separator ${JSON.stringify(delimiter)} (or give another delimiter), and look for a stray quote.`,
    { path: name, line },
  );
}

/**
 * The line, from 1, on which a record begins (records from 0, blank lines do not count).
 *
 * csv-parse reports the line on which a record ends, counts CRLF within quotes twice, and the last line for an open quote.
 */
function lineOfRecord(text: string, wanted: number): number {
  let line = 1;
  let record = 0;
  let isBlank = true;
  let isQuoted = false;
  for (const [token] of text.matchAll(/"|\r\n|[\r\n]|[^"\r\n]+/g)) {
    if (token === "\n" || token === "\r" || token === "\r\n") {
      line++;
      if (isQuoted || isBlank) continue;
      record++;
      isBlank = true;
    } else {
      if (isBlank && record === wanted) return line;
      isBlank = false;
      if (token === '"') isQuoted = !isQuoted;
    }
  }
  return line;
}

/** The candidate that stands most often in a header line, outside quotes. */
export function guessDelimiter(header: string): string {
  const start = header.slice(0, 65_536).replaceAll(/"[^"]*("|$)/g, "");
  const times = (candidate: string): number => start.split(candidate).length;
  return [",", ";", "\t"].reduce((best, candidate) => (times(candidate) > times(best) ? candidate : best));
}
