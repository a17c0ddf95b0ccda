import { logicalFrom, numberFrom } from "../data/convert";
import { numberOf } from "../data/number-text";
import type { Column, ColumnType } from "../data/types";

/** A column that is made cell by cell, without keeping the cells' text. */
export interface GrowingColumn {
  readonly add: (cell: string) => void;
  /** Null where cells did not keep to the type that the first ones had: the column is text, and has to be read again as such. */
  readonly finish: () => Column | null;
}

type MissingTest = (cell: string) => boolean;

/** Whether a cell is blank or one of the words, spaces around it not counting. */
export function missingTest(words: readonly string[]): MissingTest {
  const missing = new Set(["", ...words.map((word) => word.trim())]);
  const longest = Math.max(...Array.from(missing, (word) => word.length));
  return (cell) =>
    (cell.length <= longest || mayBeSpace(cell.charCodeAt(0)) || mayBeSpace(cell.charCodeAt(cell.length - 1))) &&
    missing.has(cell.trim());
}

function mayBeSpace(code: number): boolean {
  return code <= 0x20 || code > 0x7e;
}

/** A column of the type, or of the type that its cells turn out to have. */
export function growingColumn(name: string, type: ColumnType | undefined, isMissing: MissingTest): GrowingColumn {
  switch (type) {
    case undefined:
      return isKeyName(name) ? textColumn(name, isMissing) : guessedColumn(name, isMissing);
    case "number":
      return valueColumn("numeric", name, isMissing, (cell, row) => numberFrom(name, cell, row));
    case "logical":
      return valueColumn("logical", name, isMissing, (cell, row) => logicalFrom(name, cell, row));
    default:
      return textColumn(name, isMissing);
  }
}

/** Missing cells, until the first that is not tells what the others must be. */
function guessedColumn(name: string, isMissing: MissingTest): GrowingColumn {
  let column: GrowingColumn | null = null;
  let leading = 0;
  const begin = (first: string): GrowingColumn => {
    const begun = columnLike(first, name, isMissing);
    for (let row = 0; row < leading; row++) begun.add("");
    return begun;
  };
  return {
    add: (cell) => {
      if (column === null) {
        if (isMissing(cell)) {
          leading++;
          return;
        }
        column = begin(cell);
      }
      column.add(cell);
    },
    finish: () => (column ?? begin("0")).finish(),
  };
}

function columnLike(cell: string, name: string, isMissing: MissingTest): GrowingColumn {
  if (guessedNumber(cell) !== undefined) return valueColumn("numeric", name, isMissing, guessedNumber);
  if (guessedLogical(cell) !== undefined) return valueColumn("logical", name, isMissing, guessedLogical);
  return textColumn(name, isMissing);
}

function valueColumn(
  kind: "numeric" | "logical",
  name: string,
  isMissing: MissingTest,
  read: (cell: string, row: number) => number | undefined,
): GrowingColumn {
  let values = new Float64Array(1024);
  let rows = 0;
  let isOfType = true;
  return {
    add: (cell) => {
      if (!isOfType) return;
      const value = isMissing(cell) ? Number.NaN : read(cell, rows);
      if (value === undefined) {
        isOfType = false;
        values = new Float64Array();
        return;
      }
      if (rows === values.length) {
        const longer = new Float64Array(2 * rows);
        longer.set(values);
        values = longer;
      }
      values[rows++] = value;
    },
    finish: () => (isOfType ? { kind, name, values: values.slice(0, rows) } : null),
  };
}

const MISSING = -1;

/** Text as codes into its distinct cells, by first appearance. */
function textColumn(name: string, isMissing: MissingTest): GrowingColumn {
  let codes = new Int32Array(1024);
  let rows = 0;
  const levels: string[] = [];
  const codeOf = new Map<string, number>();
  const newCode = (cell: string): number => {
    // A part of a string keeps the whole in memory: a copy does not.
    const copy = Buffer.from(cell, "utf16le").toString("utf16le");
    const code = isMissing(cell) ? MISSING : levels.push(copy) - 1;
    codeOf.set(copy, code);
    return code;
  };
  return {
    add: (cell) => {
      const code = codeOf.get(cell) ?? newCode(cell);
      if (rows === codes.length) {
        const longer = new Int32Array(2 * rows);
        longer.set(codes);
        codes = longer;
      }
      codes[rows++] = code;
    },
    finish: () => ({ kind: "text", name, codes: codes.slice(0, rows), levels }),
  };
}

const KEY_NAME = /(^|[^\p{L}\p{N}])(id|key|code|urn)$/iu;
const KEY_NAME_CAMEL = /\p{Ll}(Id|ID|Key|Code|URN)$/u;

function isKeyName(name: string): boolean {
  return KEY_NAME.test(name) || KEY_NAME_CAMEL.test(name);
}

const LEADING_ZERO = /^\s*[+-]?0\d/;
const WHOLE_NUMBER = /^\s*[+-]?\d+\s*$/;
const [ZERO, ONE, NINE, MINUS, POINT] = ["0", "1", "9", "-", "."].map((sign) => sign.charCodeAt(0));

/** The number in a cell; undefined where it is none, or is a key whose digits a number would not keep. */
export function guessedNumber(cell: string): number | undefined {
  // Nearly all: what begins so, Number() reads by the same rules.
  const at = cell.charCodeAt(0) === MINUS ? 1 : 0;
  const first = cell.charCodeAt(at);
  if ((first >= ONE && first <= NINE) || (first === ZERO && cell.charCodeAt(at + 1) === POINT)) {
    const number = Number(cell);
    if (Math.abs(number) <= Number.MAX_SAFE_INTEGER) return number;
  }
  const number = numberOf(cell);
  const isTooLong = Math.abs(number) > Number.MAX_SAFE_INTEGER && WHOLE_NUMBER.test(cell);
  return Number.isNaN(number) || isTooLong || LEADING_ZERO.test(cell) ? undefined : number;
}

const LOGICALS = new Map([
  ...["TRUE", "True", "true"].map((word) => [word, 1] as const),
  ...["FALSE", "False", "false"].map((word) => [word, 0] as const),
]);

function guessedLogical(cell: string): number | undefined {
  return LOGICALS.get(cell) ?? LOGICALS.get(cell.trim());
}
