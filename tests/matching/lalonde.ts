import type { Frame } from "../../src/data/types";
import type { CemOptions, NearestOptions, SubclassOptions } from "../../src/matching/types/options";
import { referenceFrame, referenceJson } from "../helpers/reference";

/** One specification of MatchIt 4.7.2 on the lalonde data; `tests/reference` says how to read it. */
export interface LalondeSpec {
  /** Null where the match is not made on a score, as are the pairs where there are none. */
  readonly distance: number[];
  readonly mm_rows: number[];
  readonly mm_ncol: number;
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
export const scoreSpecs: Readonly<Record<string, NearestOptions>> = {
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
