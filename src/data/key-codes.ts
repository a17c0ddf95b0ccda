import type { Column } from "./types";

/** Codes of the keys of two tables in one dictionary: equal codes, equal keys; −1 where the right table has no such key. */
export interface KeyCodes {
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** One more than the largest code. */
  readonly size: number;
}

/** Codes of one key column; both columns are text or both numbers, and the right one has no missing values. */
export function codesOfKey(left: Column, right: Column): KeyCodes {
  if (!("codes" in left)) return codesOfNumbers(left.values, (right as typeof left).values);
  const { codes, levels } = right as typeof left;
  const translated = translateLevels(left.levels, levels);
  return { left: left.codes.map((code) => (code < 0 ? -1 : translated[code])), right: codes, size: levels.length };
}

/** Codes of pairs of keys: what two columns name together. */
export function combineCodes(a: KeyCodes, b: KeyCodes): KeyCodes {
  const pairs = (x: Int32Array, y: Int32Array): Float64Array => {
    const result = new Float64Array(x.length);
    for (let row = 0; row < x.length; row++) {
      result[row] = x[row] < 0 || y[row] < 0 ? Number.NaN : x[row] * b.size + y[row];
    }
    return result;
  };
  return codesOfNumbers(pairs(a.left, b.left), pairs(a.right, b.right));
}

/** Where each level stands among others, −1 where it does not. */
export function translateLevels(levels: readonly string[], others: readonly string[]): Int32Array {
  const result = new Int32Array(levels.length);
  if (levels === others) return result.map((_, code) => code);
  const codeOf = new Map<string, number>();
  others.forEach((level, code) => {
    codeOf.set(level, code);
  });
  levels.forEach((level, code) => {
    result[code] = codeOf.get(level) ?? -1;
  });
  return result;
}

/** By value; a missing left number (`NaN`) finds none. */
function codesOfNumbers(left: Float64Array, right: Float64Array): KeyCodes {
  const codeOf = new Map<number, number>();
  const rightCodes = new Int32Array(right.length);
  for (let row = 0; row < right.length; row++) {
    let code = codeOf.get(right[row]);
    if (code === undefined) {
      code = codeOf.size;
      codeOf.set(right[row], code);
    }
    rightCodes[row] = code;
  }
  const leftCodes = new Int32Array(left.length);
  for (let row = 0; row < left.length; row++) leftCodes[row] = codeOf.get(left[row]) ?? -1;
  return { left: leftCodes, right: rightCodes, size: codeOf.size };
}
