import { fail } from "../errors/error";
import { type CsvPlace, csvRecords, failRagged } from "./csv-records";

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/** A row of any sense is shorter; where a quote is not closed, the rest of the file is one row. */
const LONGEST_ROW = 1 << 22;

/** Takes a CSV text in pieces and gives it back in pieces that end with a row. */
export interface RowCutter {
  /** The rows that are complete with this piece. */
  readonly take: (piece: string) => string;
  /** What is left at the end. */
  readonly rest: () => string;
}

export function rowCutter(): RowCutter {
  let rest = "";
  let isQuoted = false;
  /** Where the last row of the piece ends. A CR at its very end may be half of a line end, and stays. */
  const endIn = (piece: string): number => {
    const last = piece.length - 1;
    if (!isQuoted && !piece.includes('"')) {
      return 1 + Math.max(piece.lastIndexOf("\n"), last > 0 ? piece.lastIndexOf("\r", last - 1) : -1);
    }
    let end = 0;
    for (let i = 0; i < piece.length; i++) {
      const code = piece.charCodeAt(i);
      if (code === QUOTE) isQuoted = !isQuoted;
      else if (!isQuoted && (code === LF || (code === CR && i < last))) end = i + 1;
    }
    return end;
  };
  return {
    take: (piece) => {
      const end = endIn(piece);
      const whole = end === 0 ? "" : rest + piece.slice(0, end);
      rest = end === 0 ? rest + piece : piece.slice(end);
      return whole;
    },
    rest: () => rest,
  };
}

/** Refuses what is left of a text where no row ends for too long. */
export function requireRowsEnd(rest: string, width: number | null, place: CsvPlace): void {
  if (rest.length <= LONGEST_ROW) return;
  csvRecords(rest, width, place);
  const { name, line } = place;
  fail("file", `"${name}", line ${line}: the row that begins here does not end. Is it a CSV file?`, {
    path: name,
    line,
  });
}

/** Where the first line that is not blank ends, line end included; it may go on within quotes. */
export function headerEnd(text: string): number {
  let isBlank = true;
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) isQuoted = !isQuoted;
    const isEnd = !isQuoted && (code === LF || code === CR);
    if (isEnd && !isBlank) return code === CR && text.charCodeAt(i + 1) === LF ? i + 2 : i + 1;
    if (!isEnd) isBlank = false;
  }
  return text.length;
}

/** How many lines end in a text. */
export function countLines(text: string): number {
  let lines = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === LF || (code === CR && text.charCodeAt(i + 1) !== LF)) lines++;
  }
  return lines;
}

/**
 * Gives each cell of lines without quotes to the taker of its column (null for none): what csv-parse does, several times
 * faster. Blank lines are skipped. Gives how many lines ended.
 */
export function takePlainLines(
  text: string,
  takers: readonly (((cell: string) => void) | null)[],
  place: CsvPlace,
): number {
  const delimiter = place.delimiter.charCodeAt(0);
  let line = place.line;
  let start = 0;
  let cell = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : LF;
    if (code !== delimiter && code !== LF && code !== CR) continue;
    if (code === delimiter) takers[cell++]?.(text.slice(start, i));
    else {
      if (i > start || cell > 0) {
        takers[cell++]?.(text.slice(start, i));
        if (cell !== takers.length) failRagged(cell, takers.length, { ...place, line });
        cell = 0;
      }
      if (code === CR && text.charCodeAt(i + 1) === LF) i++;
      if (i < text.length) line++;
    }
    start = i + 1;
  }
  return line - place.line;
}
