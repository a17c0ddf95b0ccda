import type { ColumnLike, DataLike } from "../../data/types";

/** What matching needs of a propensity model; `fitPropensity` gives more. */
export interface ScoredModel {
  readonly kind: "propensity-model";
  /** 1 treated, 0 control, one per row of the data. */
  readonly treated: Uint8Array;
  /** Fitted probabilities, `NaN` for rows that were left out as incomplete. */
  readonly scores: Float64Array;
  /** The same on the scale of the link. */
  readonly linearPredictor: Float64Array;
  readonly link: "logit" | "probit" | "cloglog";
  /** What it was fitted by; `reestimate` fits it again. */
  readonly formula?: string;
  /** The treatment as the formula wrote it. */
  readonly treatment: { readonly name: string };
  /** Columns of the data that the score was made from. */
  readonly covariates: readonly string[];
}

/** Units to match where the score comes from elsewhere. */
export interface ScoredUnits {
  /** Who is treated: 0 and 1 or true and false, as an array or the name of a column of `data`. */
  readonly treated: string | ColumnLike;
  /** The value of `treated` that counts as treated, where it is not 0 and 1 or true and false. */
  readonly treatedLevel?: string | number | boolean;
  /** Any numbers to be close on, as an array or the name of a column of `data`. */
  readonly score?: string | ColumnLike;
  /** Columns of `data` that the score was made from, or to be alike on; balance is assessed on them. */
  readonly covariates?: readonly string[];
  /** The table that covariates, `exact`, `antiexact`, calipers and `matchedData` read. */
  readonly data?: DataLike;
}

export type MatchSubject = ScoredModel | ScoredUnits;

/** Whose effect the match estimates: that of the treated, the controls or, for methods that make sets, all units. */
export type MatchEstimand = FocalEstimand | "ATE";

/** Estimands of one group; its units, the focal ones, each look for partners in the other group. */
export type FocalEstimand = "ATT" | "ATC";

export type FocalOrder = "largest" | "smallest" | "closest" | "farthest" | "random" | "data";

/** Who wins between equals: the order of the rows, or chance. */
export type Ties = "data" | "random";

export type CaliperUnits = "sd" | "raw";

export type Discard = "none" | "both" | "treated" | "control";

/** The calipers of a match: a number is the score's; by name, `score` is the score's and other keys are columns. */
export type Calipers =
  | number
  | Readonly<Record<string, number | { readonly width: number; readonly units: CaliperUnits }>>;
