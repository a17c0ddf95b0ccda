import { columnNames } from "../data/column";
import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { count, listSome } from "../errors/words";
import type { Clusters } from "./estimate-clusters";
import type { OutcomeRegression } from "./estimate-regression";
import type { EffectUnits } from "./estimate-subject";
import type { EffectOptions, StandardErrorType } from "./estimate-types";

/** Clustered standard errors are too small with fewer (Cameron & Miller 2015: trouble begins between 20 and 50). */
const FEW_CLUSTERS = 30;

const SAMPLING_WEIGHT = /^(sampling|survey|sample|design|svy|[ps])[_. ]?(weights?|wts?|wgt)$|^(wts?|wgt)$/i;

/** What is known about an estimate besides its numbers. */
export interface DiagnosedEffect {
  readonly units: EffectUnits;
  readonly options: EffectOptions;
  readonly se: StandardErrorType;
  /** The caller's rows that were used. */
  readonly rows: Int32Array;
  readonly clusters: readonly Clusters[];
  readonly regression: OutcomeRegression;
}

/** What a reader of the effect should know before using it. */
export function diagnoseEffect(effect: DiagnosedEffect): Diagnostic[] {
  return [aliased(effect), unpaired(effect), brokenSets(effect), ...few(effect), sampling(effect)].filter(
    (found) => found !== null,
  );
}

function aliased({ regression }: DiagnosedEffect): Diagnostic | null {
  const columns = regression.fit.aliased.map(({ column }) => regression.columns[column]);
  if (columns.length === 0) return null;
  return diagnostic(
    "aliased-columns",
    "warning",
    `Dropped ${count(columns.length, "column")} that earlier columns determine (or that are constant) in the rows used: ${listSome(columns)}.`,
    { columns },
  );
}

/** Matched units resemble each other: a standard error that takes them for independent is wrong (Abadie & Spiess 2022). */
function unpaired({ units, rows, clusters, se }: DiagnosedEffect): Diagnostic | null {
  if (!units.paired || units.sets === null || se === "abadie-imbens") return null;
  const { codes, size } = units.sets;
  if (clusters.some((cluster) => cluster.name === "subclass")) return null;
  const clusterOf = new Int32Array(size).fill(-1);
  const isWithin = clusters.some((cluster) => {
    clusterOf.fill(-1);
    return rows.every((row, r) => {
      const set = codes[row];
      if (set < 0) return true;
      if (clusterOf[set] < 0) clusterOf[set] = cluster.codes[r];
      return clusterOf[set] === cluster.codes[r];
    });
  });
  if (isWithin) return null;
  const [what, remedy] =
    clusters.length === 0
      ? [`${se} takes matched units for independent`, 'on the matched sets, say se: "cluster"']
      : [
          `the clusters of "${clusters[0].name}" cut through matched sets`,
          `on both, say se: "two-way", cluster: ["subclass", "${clusters[0].name}"]`,
        ];
  return diagnostic(
    "pairs-not-clustered",
    "warning",
    `The standard error leaves the pairing out: ${what}. To cluster ${remedy}.`,
    { se },
  );
}

/** Rows lost to missing values can leave a matched unit alone. */
function brokenSets({ units, rows }: DiagnosedEffect): Diagnostic | null {
  if (!units.paired || units.sets === null || units.treated === null) return null;
  const { codes, size } = units.sets;
  const arms = new Uint8Array(size);
  for (const row of rows) if (codes[row] >= 0) arms[codes[row]] |= 1 << units.treated[row];
  const alone = arms.reduce((sum, seen) => sum + (seen === 1 || seen === 2 ? 1 : 0), 0);
  if (alone === 0) return null;
  return diagnostic(
    "sets-broken",
    "warning",
    `${count(alone, "matched set")} lost all treated or all controls to missing values; the groups are no longer those that were balanced. ` +
      "Match among complete rows instead.",
    { sets: alone },
  );
}

function few({ clusters }: DiagnosedEffect): Diagnostic[] {
  return clusters
    .filter((cluster) => cluster.count < FEW_CLUSTERS)
    .map((cluster) =>
      diagnostic(
        "few-groups",
        "warning",
        `There are only ${cluster.count} clusters of "${cluster.name}": the standard error is likely too small.`,
        { cluster: cluster.name, clusters: cluster.count },
      ),
    );
}

/** A column that looks like survey weights and was not used. */
function sampling({ units, options }: DiagnosedEffect): Diagnostic | null {
  if (options.samplingWeights !== undefined) return null;
  if (units.hasWeightedModel) {
    return diagnostic(
      "sampling-weights-unused",
      "warning",
      "The propensity model behind these weights was fitted with weights of its own, and they are not in the estimate. If the rows are a " +
        "weighted sample, give them as samplingWeights.",
      { columns: [] },
    );
  }
  const names = columnNames(units.data).filter((name) => SAMPLING_WEIGHT.test(name) && name !== units.weightsName);
  if (names.length === 0) return null;
  return diagnostic(
    "sampling-weights-unused",
    "info",
    `The data have a column "${names[0]}" that looks like sampling weights, and it was not used. If the rows are a weighted sample, ` +
      `give samplingWeights: "${names[0]}".`,
    { columns: names },
  );
}
