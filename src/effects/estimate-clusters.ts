import { getColumn, toCategorical } from "../data/column";
import type { Frame } from "../data/types";
import { fail } from "../errors/error";
import { count } from "../errors/words";
import { requireComplete } from "../matching/arguments";
import type { EffectUnits, UnitSets } from "./estimate-subject";
import type { EffectOptions, StandardErrorType } from "./estimate-types";

/** Clusters of the rows used: codes from 0 without gaps. */
export interface Clusters {
  readonly name: string;
  readonly codes: Int32Array;
  readonly count: number;
}

const TYPES: readonly StandardErrorType[] = ["HC3", "HC0", "HC1", "HC2", "cluster", "two-way", "abadie-imbens"];

/** The kind of standard error and what it is clustered on, as asked for or by default. */
export function resolveStandardError(
  units: EffectUnits,
  options: EffectOptions,
): { readonly se: StandardErrorType; readonly names: readonly string[] } {
  const { cluster, se } = options;
  if (se !== undefined && !TYPES.includes(se)) {
    if ((se as string) === "bootstrap" && units.match && !units.sets) {
      fail(
        "invalid-argument",
        'se: "bootstrap" is not offered: resampling matched units is wrong where they are reused (Abadie & Imbens 2008). ' +
          'Use se: "abadie-imbens" or "HC3".',
        { se },
      );
    }
    const words = TYPES.map((word) => JSON.stringify(word)).join(", ");
    fail("invalid-argument", `There is no standard error ${JSON.stringify(se)}; choose one of ${words}.`, { se });
  }
  const names = cluster === undefined ? [] : typeof cluster === "string" ? [cluster] : [...cluster];
  const repeated = names.length === 2 && names[0] === names[1];
  if (names.length > 2 || repeated || (cluster !== undefined && names.length === 0)) {
    fail(
      "invalid-argument",
      'The option "cluster" takes one name or two different ones, such as ["subclass", "school"].',
    );
  }
  const type = se ?? (names.length === 2 ? "two-way" : names.length === 1 || units.paired ? "cluster" : "HC3");
  if (type === "cluster" && names.length === 0) return { se: type, names: [defaultCluster(units)] };
  const wanted = type === "cluster" ? 1 : type === "two-way" ? 2 : 0;
  if (names.length === wanted) return { se: type, names };
  const remedy =
    wanted === 0
      ? `se: "${type}" has no clusters; leave out cluster, or ask for se: "cluster"`
      : wanted === 1
        ? 'two clusters need se: "two-way"'
        : 'se: "two-way" needs two clusters, such as cluster: ["subclass", "school"]';
  return fail("invalid-argument", `The options se and cluster do not fit: ${remedy}.`, { se: type, cluster: names });
}

function defaultCluster({ sets, match }: EffectUnits): string {
  if (sets) return "subclass";
  const why = match ? "the match reuses units, so its sets overlap" : "the weights come without sets";
  return fail(
    "invalid-argument",
    `se: "cluster" needs to know on what: ${why}. Give cluster: the name of a column, such as "school".`,
  );
}

/** The clusters of the rows used. */
export function readClusters(name: string, units: EffectUnits, rows: Int32Array): Clusters {
  const sets = name === "subclass" && units.sets ? units.sets : setsOfColumn(name, units, rows);
  const renumbered = new Int32Array(sets.size).fill(-1);
  const codes = new Int32Array(rows.length);
  let found = 0;
  for (let r = 0; r < rows.length; r++) {
    const code = sets.codes[rows[r]];
    if (code < 0) failOutside(rows[r]);
    if (renumbered[code] < 0) renumbered[code] = found++;
    codes[r] = renumbered[code];
  }
  if (found < 2) {
    fail(
      "too-few-groups",
      `All ${count(rows.length, "row")} used belong to one cluster of "${name}"; a clustered standard error needs two, and many more to be worth it.`,
      { cluster: name, clusters: found },
    );
  }
  return { name, codes, count: found };
}

function setsOfColumn(name: string, { data, match }: EffectUnits, rows: Int32Array): UnitSets {
  if (name === "subclass" && match) {
    fail(
      "invalid-argument",
      'The match reuses units, so there is no "subclass" to cluster on. Use se: "abadie-imbens", or cluster on a column such as the school.',
    );
  }
  const column = getColumn(data, name, "the clusters");
  requireComplete(column, usedRows(rows, data), data.rows, "the clusters");
  const { codes, levels } = toCategorical(column);
  return { codes, size: levels.length };
}

function usedRows(rows: Int32Array, data: Frame): (row: number) => boolean {
  const used = new Uint8Array(data.rows);
  for (const row of rows) used[row] = 1;
  return (row) => used[row] === 1;
}

function failOutside(row: number): never {
  return fail(
    "missing-values",
    `Row ${row + 1} has a weight but stands in no subclass. Give it the weight 0, or a subclass.`,
    { row },
  );
}
