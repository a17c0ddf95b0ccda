import { parse } from "csv-parse/sync";
import { fail } from "../errors/error";
import { count } from "../errors/words";

/** The records of a CSV text, each with as many cells as the first; `name` stands for the text in errors. */
export function csvRecords(text: string, delimiter: string, name: string): string[][] {
  try {
    return parse(text, {
      delimiter,
      // csv-parse would settle on the first line end it meets, and leave the others in the cells.
      record_delimiter: ["\r\n", "\n", "\r"],
      skip_empty_lines: true,
    });
  } catch (error) {
    return failAt(error as CsvParseError, text, delimiter, name);
  }
}

interface CsvParseError {
  readonly code?: string;
  readonly message: string;
  /** How many records were read before, the header among them. */
  readonly records?: number;
  /** The cell in which it happened, from 0. */
  readonly column?: number;
}

function failAt(error: CsvParseError, text: string, delimiter: string, name: string): never {
  if (error.records === undefined) throw error;
  const line = lineOfRecord(text, error.records);
  const cell = `line ${line}, cell ${(error.column ?? 0) + 1}`;
  const raise = (sentence: string): never => fail("file", `"${name}", ${sentence}`, { path: name, line });
  switch (error.code) {
    case "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH": {
      const [, expected, found] = /expect (\d+), got (\d+)/.exec(error.message) ?? [];
      return raise(
        `line ${line} has ${count(Number(found), "cell")} where the header has ${expected}. Complete the row, quote cells that ` +
          `hold the separator ${JSON.stringify(delimiter)} (or give another delimiter), and look for a stray quote.`,
      );
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

/** The candidate that stands most often in the first line that is not blank, outside quotes. */
export function guessDelimiter(text: string): string {
  const start = text.slice(0, 65_536).replaceAll(/"[^"]*("|$)/g, "");
  const [header] = start.replace(/^[\r\n]+/, "").split(/[\r\n]/, 1);
  const times = (candidate: string): number => header.split(candidate).length;
  return [",", ";", "\t"].reduce((best, candidate) => (times(candidate) > times(best) ? candidate : best));
}
