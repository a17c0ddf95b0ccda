import { columnNames } from "../data/column";
import { takeRows } from "../data/select";
import { sourceOf } from "../data/source";
import type { Column, DataLike, Frame, NumericColumn } from "../data/types";
import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { listSome } from "../errors/words";
import { sortedOrder } from "../linalg/sort";
import { tableOf } from "./arguments";
import { countSets } from "./sets/sets";
import type { MatchResult } from "./types/result";
import { type MatchMatrix, partnersOf, setWeights } from "./weights";

export interface MatchedDataOptions {
  /** Other names for the columns that are added, where the data have such columns already. */
  readonly names?: Readonly<Partial<Record<"distance" | "weights" | "subclass" | "row", string>>>;
}

/**
 * The matched rows, in data order, with what the match adds to them.
 *
 * Adds `distance` (the score, where there is one), `weights` and, where no unit is reused, `subclass` (the number of the set).
 * Use it for an analysis in which every unit stands once; with replacement the weights carry the reuse. Joined to the pupils of
 * matched schools, the weights enter `fitMixed` as weights of schools unless all are 1.
 *
 * @param result - from `match`.
 * @param data - the table with the match's n rows; by default the one the match was made from.
 * @param options - `names` for columns that would clash.
 * @throws `invalid-argument` without data; `length-mismatch`; `column-conflict` where the data have such a column.
 * @example
 * ```ts
 * import { match, matchedData } from "likewise";
 * const schools = { catholic: [1, 0, 0], score: [0.7, 0.6, 0.1], size: [900, 950, 300] };
 * const result = match({ treated: "catholic", score: "score", data: schools }, { method: "nearest" });
 * matchedData(result).rows; // 2
 * ```
 */
export function matchedData(result: MatchResult, data?: DataLike, options: MatchedDataOptions = {}): Frame {
  const table = tableOfMatch(result, data, "matchedData");
  const rows = Int32Array.from(result.weights.keys()).filter((row) => result.weights[row] !== 0);
  const gathered = (values: Float64Array | Int32Array): Float64Array => Float64Array.from(rows, (row) => values[row]);
  const { subclass } = result;
  return withAdded(takeRows(table, rows), options, [
    ...(result.score === null ? [] : [["distance", gathered(result.score)] as const]),
    ["weights", gathered(result.weights), "match-weights"],
    ...(subclass === null ? [] : [["subclass", gathered(subclass)] as const]),
  ]);
}

/**
 * One row per unit per set: a unit that was reused stands once in each of its sets.
 *
 * Adds `subclass` (the number of the set, for pairs from 1 in data order of the focal units), `row` (the unit's 0-based
 * row of the data), `distance` (the score, where there is one) and `weights`: 1 for the focal unit, 1 / partners for each
 * of its partners. The focal unit comes first in its set. For designs with replacement, as MatchIt's `get_matches`.
 *
 * Sets without pairs (cells, subclasses) come in the order of their numbers, the treated first (the controls for the
 * ATC); their units weigh what the estimand asks before scaling: 1 and other over own, or 1 + other over own for the ATE.
 *
 * @param result - from `match`.
 * @param data - the table with the match's n rows; by default the one the match was made from.
 * @param options - `names` for columns that would clash.
 * @throws `invalid-argument` without data; `length-mismatch`; `column-conflict` where the data have such a column.
 * @example
 * ```ts
 * import { match, matchedPairs } from "likewise";
 * const schools = { catholic: [1, 1, 0], score: [0.7, 0.6, 0.6] };
 * const result = match({ treated: "catholic", score: "score", data: schools }, { method: "nearest", replace: true });
 * matchedPairs(result).rows; // 4: the third school stands in both pairs
 * ```
 */
export function matchedPairs(result: MatchResult, data?: DataLike, options: MatchedDataOptions = {}): Frame {
  const table = tableOfMatch(result, data, "matchedPairs");
  const { focal, width, matches, score } = result;
  const { rows, sets, weights } =
    focal === null || matches === null ? membersOfSets(result) : membersOfPairs({ focal, width, matches });
  return withAdded(takeRows(table, rows), options, [
    ["subclass", Float64Array.from(sets)],
    ["row", Float64Array.from(rows)],
    ...(score === null ? [] : [["distance", Float64Array.from(rows, (row) => score[row])] as const]),
    ["weights", Float64Array.from(weights)],
  ]);
}

/** Units in the order of their sets. */
interface Members {
  readonly rows: readonly number[];
  readonly sets: readonly number[];
  readonly weights: readonly number[];
}

function membersOfPairs(matrix: MatchMatrix): Members {
  const { focal, width, matches } = matrix;
  const rows: number[] = [];
  const sets: number[] = [];
  const weights: number[] = [];
  let set = 0;
  for (let t = 0; t < focal.length; t++) {
    const partners = partnersOf(matrix, t);
    if (partners === 0) continue;
    set++;
    rows.push(focal[t]);
    sets.push(set);
    weights.push(1);
    for (let r = 0; r < width; r++) {
      if (matches[t * width + r] < 0) continue;
      rows.push(matches[t * width + r]);
      sets.push(set);
      weights.push(1 / partners);
    }
  }
  return { rows, sets, weights };
}

function membersOfSets({ subclass, treated, estimand }: MatchResult): Members {
  if (subclass === null) return { rows: [], sets: [], weights: [] };
  const sets = countSets(subclass);
  const fromZero = subclass.map((set) => (set < 0 ? -1 : set - 1));
  const weights = setWeights(fromZero, sets, treated, estimand);
  const first = estimand === "ATC" ? 0 : 1;
  const inSets = Int32Array.from(subclass.keys()).filter((row) => subclass[row] >= 0);
  const key = Float64Array.from(inSets, (row) => 2 * subclass[row] + (treated[row] === first ? 0 : 1));
  const rows = Array.from(sortedOrder(key), (i) => inSets[i]);
  return { rows, sets: rows.map((row) => subclass[row]), weights: rows.map((row) => weights[row]) };
}

function tableOfMatch(result: MatchResult, data: DataLike | undefined, verb: string): Frame {
  const table = tableOf(data, result.treated.length) ?? sourceOf(result)?.data;
  if (table) return table;
  return fail(
    "invalid-argument",
    `${verb} needs the data: the match remembers none. Give them as the second argument.`,
  );
}

type AddedName = keyof NonNullable<MatchedDataOptions["names"]>;

function withAdded(
  table: Frame,
  options: MatchedDataOptions,
  added: readonly (readonly [AddedName, Float64Array, NumericColumn["role"]?])[],
): Frame {
  requireKnownOptions(options, ["names"], "Matched data");
  requireKnownOptions(options.names ?? {}, ["distance", "weights", "subclass", "row"], "names");
  const taken = columnNames(table);
  const columns = added.map(
    ([standard, values, role]): Column => ({
      kind: "numeric",
      name: options.names?.[standard] ?? standard,
      values,
      ...(role && { role }),
    }),
  );
  const names = [...taken, ...columns.map(({ name }) => name)];
  const twice = columns.filter(({ name }) => names.indexOf(name) !== names.lastIndexOf(name)).map(({ name }) => name);
  if (twice.length > 0) {
    const example = added.find(([standard]) => (options.names?.[standard] ?? standard) === twice[0])?.[0];
    fail(
      "column-conflict",
      `The data have a column ${listSome(twice.map((name) => `"${name}"`))} already. Rename what the match adds, ` +
        `for instance names: { ${example}: "match_${example}" }.`,
      { columns: twice },
    );
  }
  return { ...table, columns: [...table.columns, ...columns] };
}
