import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { listSome } from "../errors/words";
import { sampleSizes } from "../matching/sample-sizes";
import type { SampleSizes } from "../matching/types/result";
import { type Comparison, type WeightClasses, weightClasses } from "./classes";
import { type Setting, settingOf } from "./column";
import { trueOrFalse } from "./options";
import { rowsBySet, type UnitSets } from "./sets";
import { type BalanceProblem, readSets } from "./subject";
import type { AcrossClusters, BalanceMeasures, BalanceOptions, BalancePart, Spread, SpreadMeasures } from "./types";

/** A subclass or cluster on its way to a table of its own. */
export interface Part {
  readonly level: string;
  readonly setting: Setting;
  readonly isWeighted: boolean;
  readonly sizes: SampleSizes;
}

interface Parts {
  readonly parts: readonly Part[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Subclasses as they stand, without weights; null unless asked for. */
export function subclassParts({ subclasses, treated }: BalanceProblem, { bySubclass }: BalanceOptions): Parts | null {
  if (!trueOrFalse("bySubclass", bySubclass)) return null;
  if (subclasses === null) {
    return fail(
      "invalid-argument",
      "There are no subclasses to assess one by one: weights and a match with replacement have none. Leave bySubclass out.",
      { option: "bySubclass" },
    );
  }
  const sets = subclasses();
  const present = Uint8Array.from(sets.codes, (code) => (code < 0 ? 0 : 1));
  const units = { treated, present, after: null };
  return partsOf(units, weightClasses(units), sets, "subclass");
}

/** Clusters with their weights; null unless asked for. */
export function clusterParts(
  problem: BalanceProblem,
  classes: WeightClasses,
  { cluster }: BalanceOptions,
): (Parts & { readonly name: string }) | null {
  if (cluster === undefined) return null;
  const sets = readSets(cluster, problem.data, problem.treated.length, "the clusters");
  const name = typeof cluster === "string" ? cluster : "cluster";
  return { name, ...partsOf(problem, classes, sets, "cluster") };
}

/** The sets that hold both groups; the others cannot be compared, and a diagnostic names them. */
function partsOf(units: Comparison, classes: WeightClasses, { codes, levels }: UnitSets, what: string): Parts {
  const { treated, present, after } = units;
  const bySet = rowsBySet(codes, levels.length, present);
  const parts: Part[] = [];
  const oneSided: string[] = [];
  levels.forEach((level, set) => {
    const rows = bySet.rows.subarray(bySet.starts[set], bySet.starts[set + 1]);
    const arms = rows.reduce((seen, row) => seen | (1 << treated[row]), 0);
    if (arms === 1 || arms === 2) oneSided.push(level);
    if (arms !== 3) return;
    const weights = after === null ? new Float64Array(rows.length).fill(1) : take(after, rows);
    const sizes = sampleSizes(take(treated, rows), null, weights, null);
    parts.push({ level, setting: settingOf(classes, rows), isWeighted: after !== null, sizes });
  });
  if (oneSided.length === 0) return { parts, diagnostics: [] };
  const message = `Without a table, because all units are treated or all are controls: ${what} ${listSome(oneSided)}.`;
  return { parts, diagnostics: [diagnostic("no-overlap", "warning", message, { levels: oneSided })] };
}

function take<T extends Uint8Array | Float64Array>(values: T, rows: Int32Array): T {
  const taken = values.slice(0, rows.length) as T;
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i]];
  return taken;
}

/** Least, mean and largest of each measure over the parts. */
export function acrossParts(parts: readonly BalancePart[]): AcrossClusters[] {
  if (parts.length === 0) return [];
  return parts[0].balance.rows.map((row, k) => {
    const rows = parts.map(({ balance }) => balance.rows[k]);
    const after = rows.flatMap((here) => (here.after === null ? [] : [here.after]));
    return {
      name: row.name,
      before: spreads(rows.map(({ before }) => before)),
      after: after.length === 0 ? null : spreads(after),
    };
  });
}

function spreads(measures: readonly BalanceMeasures[]): SpreadMeasures {
  const ratios = measures.flatMap(({ varianceRatio }) => (varianceRatio === null ? [] : [varianceRatio]));
  return {
    difference: spread(measures.map(({ difference }) => difference)),
    smd: spread(measures.map(({ smd }) => smd)),
    varianceRatio: ratios.length === 0 ? null : spread(ratios),
    ecdfMean: spread(measures.map(({ ecdfMean }) => ecdfMean)),
    ecdfMax: spread(measures.map(({ ecdfMax }) => ecdfMax)),
  };
}

/** Of the values there are: a cluster with one unit in a group has no variance ratio. */
function spread(values: readonly number[]): Spread {
  let [sum, min, max, found] = [0, Number.NaN, Number.NaN, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    found++;
    if (!(value >= min)) min = value;
    if (!(value <= max)) max = value;
  }
  return { min, mean: sum / found, max };
}
