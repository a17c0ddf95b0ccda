import { type FrameOptions, frameOfColumns } from "../data/frame";
import type { Column, ColumnType, Frame } from "../data/types";
import { fail, isLikewiseError } from "../errors/error";
import { describeValue, listSome } from "../errors/words";
import { type ColumnChoice, chosenNames } from "./column-choice";
import { type GrowingColumn, growingColumn, missingTest } from "./csv-columns";
import { countLines, headerEnd, requireRowsEnd, rowCutter, takePlainLines } from "./csv-lines";
import { type CsvPlace, csvRecords, guessDelimiter } from "./csv-records";

export interface ParseCsvOptions extends FrameOptions {
  /** The columns to read, in this order, or a function that chooses from the names in the header (default all). */
  readonly columns?: ColumnChoice;
  /** The separator; found among `,`, `;` and tab in the header where not given. */
  readonly delimiter?: string;
  /** Cells that mean "missing", besides blank ones; spaces around a cell do not count. Default `["NA", "NaN"]`. */
  readonly missing?: readonly string[];
}

/** A table made of a CSV text that comes in pieces; no cell is kept as text but the distinct ones of text columns. */
export interface CsvTable {
  readonly add: (piece: string) => void;
  /**
   * At the end of the text: whether it must be added again from the beginning, for columns whose first cells looked like
   * numbers and later ones did not. Only those are read then, as text.
   */
  readonly end: () => boolean;
  readonly frame: () => Frame;
}

/** `name` stands for the text in errors. */
export function csvTable(options: ParseCsvOptions, name: string): CsvTable {
  const { delimiter, types = {}, levels = {} } = options;
  requireDelimiter(delimiter);
  const isMissing = missingTest(options.missing ?? ["NA", "NaN"]);
  const finished = new Map<string, Column>();
  let [known, chosen]: readonly (readonly string[])[] = [[], []];
  let isAgain = false;

  const typeOf = (column: string): ColumnType | undefined =>
    isAgain || Object.hasOwn(levels, column) ? "text" : Object.hasOwn(types, column) ? types[column] : undefined;
  const columnsFor = (names: readonly string[]): Map<string, GrowingColumn> => {
    known = names;
    chosen = chosenNames(options.columns, names, name);
    const open = chosen.filter((column) => !finished.has(column));
    return new Map(open.map((column) => [column, growingColumn(column, typeOf(column), isMissing)]));
  };
  let pass = passOver(name, delimiter, columnsFor);
  return {
    add: (piece) => pass.add(piece),
    end: () => {
      for (const [column, growing] of pass.end()) {
        const made = growing.finish();
        if (made !== null) finished.set(column, made);
      }
      isAgain = finished.size < new Set(chosen).size;
      pass = passOver(name, delimiter, columnsFor);
      return isAgain;
    },
    frame: () => {
      const isOfUse = ([column]: readonly [string, unknown]): boolean =>
        chosen.includes(column) || !known.includes(column);
      return frameOfColumns(
        chosen.map((column) => [column, finished.get(column)!]),
        {
          types: Object.fromEntries(Object.entries(types).filter(isOfUse)),
          levels: Object.fromEntries(Object.entries(levels).filter(isOfUse)),
        },
      );
    },
  };
}

/** A text read once, into the columns that `columnsFor` makes from the names in the header. */
interface Pass {
  readonly add: (piece: string) => void;
  readonly end: () => ReadonlyMap<string, GrowingColumn>;
}

function passOver(
  name: string,
  asked: string | undefined,
  columnsFor: (names: readonly string[]) => ReadonlyMap<string, GrowingColumn>,
): Pass {
  const cutter = rowCutter();
  let line = 1;
  let delimiter = asked ?? ",";
  let names: readonly string[] | null = null;
  let columns: ReadonlyMap<string, GrowingColumn> | null = null;
  let takers: readonly (((cell: string) => void) | null)[] = [];

  const place = (): CsvPlace => ({ name, delimiter, line });
  const takeHeader = (text: string): void => {
    delimiter = asked ?? guessDelimiter(text);
    const [header] = csvRecords(text, null, place());
    names = header?.map((column) => column.trim()) ?? null;
    line += countLines(text);
  };
  const takeRows = (text: string): void => {
    if (isBlank(text)) {
      line += countLines(text);
      return;
    }
    if (columns === null) {
      const found = names as readonly string[];
      requireNames(found, name);
      columns = columnsFor(found);
      takers = found.map((column) => columns?.get(column)?.add ?? null);
    }
    try {
      line += takeCells(text, takers, place());
    } catch (error) {
      // A cell that is not of the type asked for.
      if (!isLikewiseError(error) || error.code !== "wrong-type") throw error;
      fail(error.code, `"${name}": ${error.message}`, { ...error.details, path: name });
    }
  };
  const take = (text: string): void => {
    const end = names === null ? headerEnd(text) : 0;
    if (end > 0) takeHeader(text.slice(0, end));
    takeRows(text.slice(end));
  };
  return {
    add: (piece) => {
      const rows = cutter.take(piece);
      if (rows !== "") take(rows);
      requireRowsEnd(cutter.rest(), names?.length ?? null, place());
    },
    end: () => {
      take(cutter.rest());
      return columns ?? failEmpty(names ?? [], name);
    },
  };
}

function isBlank(text: string): boolean {
  return /^[\r\n]*$/.test(text);
}

/** Gives the cells of whole rows to the takers of their columns, and the number of lines. */
function takeCells(rows: string, takers: readonly (((cell: string) => void) | null)[], place: CsvPlace): number {
  if (place.delimiter.length === 1 && !rows.includes('"')) return takePlainLines(rows, takers, place);
  for (const record of csvRecords(rows, takers.length, place)) {
    for (let k = 0; k < takers.length; k++) takers[k]?.(record[k]);
  }
  return countLines(rows);
}

function requireDelimiter(delimiter: string | undefined): void {
  if (delimiter === undefined || (typeof delimiter === "string" && /^[^"\r\n]+$/.test(delimiter))) return;
  fail("invalid-argument", `The delimiter must be a sign such as "," or ";", not ${describeValue(delimiter)}.`);
}

function requireNames(names: readonly string[], name: string): void {
  names.forEach((column, k) => {
    if (column === "") {
      const rowNames = k === 0 ? " Row names from R's write.csv? Write it with row.names = FALSE." : " Give it one.";
      fail("file", `"${name}": column ${k + 1} has no name in the header line.${rowNames}`, { path: name, column: k });
    }
    if (names.indexOf(column) !== k) {
      fail("file", `"${name}" names the column "${column}" twice. Rename one of them.`, { path: name, column });
    }
  });
}

/** Without a row: nothing at all, or a header. */
function failEmpty(names: readonly string[], name: string): never {
  if (names.every((column) => column === "")) {
    fail("empty-data", `"${name}" is empty: not even a header line.`, { path: name });
  }
  requireNames(names, name);
  return fail("empty-data", `"${name}" has a header line but no rows (columns: ${listSome(names, 8)}).`, {
    path: name,
  });
}
