import type { Strata } from "../conditions";
import { sampleSizes } from "../sample-sizes";
import { presentUnits, type Units } from "../subject";
import type { ExactMatch, MatchResult, SampleSizes } from "../types/result";
import type { MatchEstimand } from "../types/subject";
import { scaleToMeanOne, setWeights } from "../weights";

/** The strata that hold both groups, numbered anew from 1 in their order; −1 for rows in others. */
export function setsWithBoth({ stratum, strata }: Strata, treated: Uint8Array): Int32Array {
  const groups = new Uint8Array(strata);
  for (let row = 0; row < stratum.length; row++) if (stratum[row] >= 0) groups[stratum[row]] |= 1 + treated[row];
  const number = new Int32Array(strata).fill(-1);
  let found = 0;
  for (let s = 0; s < strata; s++) if (groups[s] === 3) number[s] = ++found;
  return stratum.map((s) => (s < 0 ? -1 : number[s]));
}

/** The number of sets, which are numbered from 1. */
export function countSets(subclass: Int32Array): number {
  return subclass.reduce((most, set) => Math.max(most, set), 0);
}

/** Match weights of sets that stand without pairs. */
export function weightsOfSets(subclass: Int32Array, treated: Uint8Array, estimand: MatchEstimand): Float64Array {
  const weights = setWeights(
    subclass.map((set) => (set < 0 ? -1 : set - 1)),
    countSets(subclass),
    treated,
    estimand,
  );
  return scaleToMeanOne(weights, treated);
}

type FromUnits = Pick<MatchResult, "kind" | "treated" | "score" | "scale" | "link" | "weights" | "discarded"> & {
  readonly counts: SampleSizes;
};

/** What every result takes over from its units and weights. */
export function sharedFields(units: Units, weights: Float64Array, discarded: Uint8Array): FromUnits {
  const { treated, score, scale, link } = units;
  const counts = sampleSizes(treated, presentUnits(units), weights, discarded);
  return { kind: "match-result", treated, score, scale, link, weights, discarded, counts };
}

/** The fields of a result whose sets stand without pairs. */
export function fieldsOfSets(
  units: Units,
  subclass: Int32Array,
  estimand: MatchEstimand,
  discarded: Uint8Array,
): FromUnits & Pick<ExactMatch, "estimand" | "focal" | "width" | "matches" | "subclass" | "covariates"> {
  const weights = weightsOfSets(subclass, units.treated, estimand);
  const { covariates } = units;
  return {
    ...sharedFields(units, weights, discarded),
    estimand,
    focal: null,
    width: 0,
    matches: null,
    subclass,
    covariates,
  };
}
