import type { Frame } from "../../src/data/types";
import type {
  CemOptions,
  NearestCovariateOptions,
  NearestScoreOptions,
  SubclassOptions,
} from "../../src/matching/types/options";
import type { MatchResult, SampleSizes } from "../../src/matching/types/result";
import { referenceFrame, referenceJson } from "../helpers/reference";

/** One specification of MatchIt 4.7.2 on the lalonde data; `tests/reference` says how to read it. */
export interface LalondeSpec {
  /** Null where the match is not made on a score, as are the pairs where there are none. */
  readonly distance: number[];
  readonly mm_rows: number[] | null;
  readonly mm_ncol: number | null;
  readonly mm_index1: (number | null)[];
  readonly subclass: (number | null)[] | null;
  readonly weights: number[];
  readonly caliper: number[] | null;
  readonly discarded: number[];
  readonly nn: number[];
  readonly balance_all: Record<string, (number | null)[]>;
  readonly balance_matched: Record<string, (number | null)[]>;
}

export const { specs } = referenceJson<{ specs: Record<string, LalondeSpec> }>("matching/lalonde.json");

/** The lalonde table: 185 treated, 429 controls. */
export function lalonde(): Frame {
  return referenceFrame("lalonde.csv");
}

export const covariates = ["age", "educ", "race", "married", "nodegree", "re74", "re75"];

/** MatchIt's arguments in our words, for matching on a score without refitting it. */
export const scoreSpecs: Readonly<Record<string, NearestScoreOptions>> = {
  default: { method: "nearest" },
  link_linear: { method: "nearest" },
  smallest: { method: "nearest", order: "smallest" },
  data: { method: "nearest", order: "data" },
  farthest: { method: "nearest", order: "farthest" },
  ratio2: { method: "nearest", ratio: 2 },
  cal02: { method: "nearest", caliper: 0.2 },
  cal02lin: { method: "nearest", caliper: 0.2 },
  cal_cov: { method: "nearest", caliper: { score: 0.2, age: { width: 2, units: "raw" } } },
  calneg: { method: "nearest", caliper: -0.05, caliperUnits: "raw" },
  exact_race_married: { method: "nearest", exact: ["race", "married"] },
  anti: { method: "nearest", antiexact: ["married"] },
  replace3: { method: "nearest", replace: true, ratio: 3 },
  replace_cal: { method: "nearest", replace: true, caliper: 0.1 },
  atc_replace: { method: "nearest", replace: true, estimand: "ATC" },
  discard_both: { method: "nearest", discard: "both" },
  var_ratio: { method: "nearest", ratio: 2, minControls: 1, maxControls: 4 },
};

/** Scores that are fitted again: only a model of our own can be. */
export const refitSpecs: Readonly<Record<string, NearestScoreOptions>> = {
  discard_re: { method: "nearest", discard: "both", reestimate: true },
};

/** Distances on covariates, without a score. */
export const covariateSpecs: Readonly<Record<string, NearestCovariateOptions>> = {
  mahal: { method: "nearest", distance: "mahalanobis" },
  rmahal: { method: "nearest", distance: "robust-mahalanobis" },
};

/** Subclasses on a score. */
export const subclassSpecs: Readonly<Record<string, SubclassOptions>> = {
  subclass6: { method: "subclass" },
  subclass5_ate: { method: "subclass", subclasses: 5, estimand: "ATE" },
};

/** Cells of coarsened covariates, without a score. */
export const cemSpecs: Readonly<Record<string, CemOptions>> = {
  cem: { method: "cem" },
  cem_k2k: { method: "cem", k2k: true },
};

/** The first disagreement of a match with MatchIt's in words, or null; pairs row by row, as sets where units are reused. */
export function disagreement(ours: MatchResult, spec: LalondeSpec): string | null {
  return differentPairs(ours, spec) ?? differentSets(ours, spec) ?? differentCalipers(ours, spec);
}

function differentPairs({ focal, width, matches, subclass }: MatchResult, spec: LalondeSpec): string | null {
  const ours = focal === null ? "none" : Array.from(focal, (row) => row + 1).join();
  const theirs = spec.mm_rows === null ? "none" : spec.mm_rows.join();
  if (ours !== theirs) return `the focal rows are ${ours}, theirs ${theirs}`;
  if (width !== (spec.mm_ncol ?? 0)) return `there are ${width} columns of partners, theirs ${spec.mm_ncol}`;
  if (focal === null || matches === null) return null;
  for (let t = 0; t < focal.length; t++) {
    const mine = Array.from(matches.subarray(t * width, (t + 1) * width), (row) => row + 1);
    const his = spec.mm_index1.slice(t * width, (t + 1) * width).map((row) => row ?? 0);
    // With replacement the order of the columns is not part of the contract.
    if (subclass === null) for (const list of [mine, his]) list.sort((a, b) => a - b);
    if (mine.join() !== his.join()) return `row ${focal[t] + 1} has partners ${mine}, theirs ${his} (0 = none)`;
  }
  return null;
}

/** Discarded units, subclasses with their numbers, weights and sample sizes. */
function differentSets(ours: MatchResult, spec: LalondeSpec): string | null {
  for (let row = 0; row < spec.weights.length; row++) {
    if (ours.discarded[row] !== spec.discarded[row]) return `row ${row + 1} has discarded ${ours.discarded[row]}`;
    const set = ours.subclass === null || ours.subclass[row] < 0 ? null : ours.subclass[row];
    const theirs = spec.subclass === null ? null : spec.subclass[row];
    if (set !== theirs) return `row ${row + 1} is in set ${set}, theirs ${theirs}`;
    // Sums of a few fractions: 1e-12 leaves room for their rounding only.
    if (!(Math.abs(ours.weights[row] - spec.weights[row]) < 1e-12)) {
      return `row ${row + 1} weighs ${ours.weights[row]}, theirs ${spec.weights[row]}`;
    }
  }
  const sizes = asTable(ours.counts);
  const i = spec.nn.findIndex((size, entry) => !(Math.abs(sizes[entry] - size) < 1e-9));
  return i < 0 ? null : `entry ${i + 1} of the table of sample sizes is ${sizes[i]}, theirs ${spec.nn[i]}`;
}

/** The table `nn` of MatchIt's summary, row by row: control, treated. */
function asTable({ all, effective, matched, unmatched, discarded }: SampleSizes): number[] {
  return [all, all, effective, matched, unmatched, discarded].flatMap(({ control, treated }) => [control, treated]);
}

/** The same beyond what differs from other scores: MatchIt's stop up to 3e-8 short of convergence. */
function differentCalipers({ calipers, scale }: MatchResult, spec: LalondeSpec): string | null {
  const theirs = spec.caliper ?? [];
  if (calipers.length !== theirs.length) return `there are ${calipers.length} calipers, theirs ${theirs.length}`;
  // On the same scores only the order of a sum differs.
  const tolerance = scale === "given" ? 1e-13 : 1e-7;
  const i = theirs.findIndex((width, at) => !(Math.abs(calipers[at].width / width - 1) < tolerance));
  return i < 0 ? null : `the caliper on ${calipers[i].name} is ${calipers[i].width}, theirs ${theirs[i]}`;
}
