import type { Frame } from "../data/types";

export type KeyStage = "KS2" | "KS4";
export type Phase = "primary" | "secondary";

/** A school's part in the programme; comparators come from `"none"`. */
export type Role = "none" | "teaching" | "strategic partner" | "alliance member";

/** One number per key stage. */
export interface ByKeyStage {
  readonly KS2: number;
  readonly KS4: number;
}

/** What designation does to outcomes, in national standard deviations within a year. */
export interface TruthOptions {
  /** In teaching schools. Default .45 at KS2 and .40 at KS4; each from −1 to 1. */
  readonly teaching?: Partial<ByKeyStage>;
  /** In engaged strategic partners. Default 0; from −1 to 1. */
  readonly strategicPartner?: number;
  /** In engaged alliance members. Default 0; from −1 to 1. */
  readonly allianceMember?: number;
  /** Share of partners and members that are engaged; the rest have no effect. Default 1; from 0 to 1. */
  readonly engagement?: number;
  /**
   * Part of every effect that builds up evenly over 32 months, the longest exposure. Default 0 (all at once); from 0 to
   * 1.
   */
  readonly growth?: number;
}

/** Log-odds by which designation favours Outstanding schools, each from −3 to 3. */
export interface SelectionStrength {
  /** Per standard deviation of the mean outcome of the earlier years. */
  readonly outcomes: number;
  /** For academy converters. */
  readonly academy: number;
  /** For schools in towns and cities. */
  readonly urban: number;
}

/** A quality of schools that no column shows. */
export interface HiddenQuality {
  /** Log-odds of designation per standard deviation of it; from 0 to 3. */
  readonly designation: number;
  /** What a standard deviation of it adds to outcomes from 2012 on, in national standard deviations; from 0 to .3. */
  readonly outcome: number;
  /** Part of that which the earlier years, 2009 to 2011, show already; from 0 to 1. */
  readonly earlier: number;
}

export interface AllianceOptions {
  /** Schools in a primary-led alliance, its teaching school and partners among them. Default 8. */
  readonly primary?: number;
  /** The same where the teaching school is secondary. Default 5. */
  readonly secondary?: number;
  /** Strategic partners of an alliance. Default 2. */
  readonly strategicPartners?: number;
}

export interface SimulateOptions {
  /** A finite number or a text; the same seed gives the same bytes. Default 1. */
  readonly seed?: number | string;
  /** Part of the national scale (18,430 schools), from .01 to 1. Default 1. */
  readonly scale?: number;
  /** Outcome years, among 2012, 2013 and 2014. Default all three. */
  readonly years?: readonly number[];
  /**
   * `"causal"` (default): designation has the effects of `truth`. `"selection"`: it has none, but picks schools of an
   * unmeasured quality.
   */
  readonly world?: "causal" | "selection";
  /**
   * Effects; `"engagement"` adds .2 in the quarter of partners and members that are engaged. Only in the causal world.
   */
  readonly truth?: TruthOptions | "engagement";
  /** Strength of an unmeasured quality from 0 to 1, or its parts. Default 0, in the selection world 1. */
  readonly hidden?: number | HiddenQuality;
  /** On what designation depends besides the Outstanding grade. Default `"weak"`. */
  readonly selection?: "none" | "weak" | "strong" | SelectionStrength;
  /**
   * School variance given the pupils' own covariates where half the schools have the default effect, as a share of the
   * national variance. Default .15 at KS2 and .12 at KS4; from .06 to .3.
   */
  readonly icc?: Partial<ByKeyStage>;
  /** Share of school variance that lies between local authorities. Default .1; from 0 to .5. */
  readonly authorityShare?: number;
  /** Correlation of a school's effects in two years. Default .8; from the authorities' share to 1. */
  readonly yearCorrelation?: number;
  /** Correlation of the Ofsted judgement with the mean outcome of the earlier years. Default .5; from 0 to .9. */
  readonly ofstedCorrelation?: number;
  /** Sizes of alliances; whole numbers. */
  readonly alliances?: AllianceOptions;
  /** Teaching schools of the three cohorts at national scale. Default 100, 86 and 126. */
  readonly cohorts?: readonly [number, number, number];
  /** Share of pupils without prior attainment; three times as many with EAL. Default .04; from 0 to .3. */
  readonly missingPrior?: number;
}

/** Every option as it was used. */
export interface ResolvedSimulation {
  readonly seed: number | string;
  readonly scale: number;
  readonly years: readonly number[];
  readonly world: "causal" | "selection";
  readonly truth: {
    readonly teaching: ByKeyStage;
    readonly strategicPartner: number;
    readonly allianceMember: number;
    readonly engagement: number;
    readonly growth: number;
  };
  readonly hidden: HiddenQuality;
  readonly selection: SelectionStrength;
  readonly icc: ByKeyStage;
  readonly authorityShare: number;
  readonly yearCorrelation: number;
  readonly ofstedCorrelation: number;
  readonly alliances: Required<AllianceOptions>;
  readonly cohorts: readonly [number, number, number];
  readonly missingPrior: number;
}

/** How the national variance of 1 divides at a key stage, before any effect of designation. */
export interface VariancePartition {
  /** What the pupils' covariates carry, within schools and between them. */
  readonly covariatesWithin: number;
  readonly covariatesBetween: number;
  /** Between local authorities. */
  readonly authority: number;
  /** Of schools, lasting; without the quality. */
  readonly persistent: number;
  /** Of the unmeasured quality, lasting from 2012 on. */
  readonly quality: number;
  /** Of schools, anew each year. */
  readonly yearly: number;
  /** Between the pupils of a school, given their covariates. */
  readonly residual: number;
  /** Share of variance between schools: of all, and of what the pupils' covariates leave. */
  readonly unconditionalIcc: number;
  readonly conditionalIcc: number;
}

export interface DrawOptions {
  /** Schools by their `school`, in the order wanted. Default all. */
  readonly schools?: readonly string[];
  /** Outcome years. Default all of the simulation. */
  readonly years?: readonly number[];
}

export interface ChunkOptions extends DrawOptions {
  /** Schools per chunk. Default 250; from 1. */
  readonly size?: number;
}

/** Pupils that are drawn when asked for, school by school. */
export interface PupilStream {
  readonly kind: "pupil-stream";
  /** Pupil records, over all schools and years. */
  readonly rows: number;
  /** Frames of so many schools each, one after another: memory does not grow. */
  readonly chunks: (options?: ChunkOptions) => Iterable<Frame>;
}

/** What nobody would know. */
export interface SchoolTruth {
  /**
   * One row per school and outcome year: `school`, `year`, `pupils`, `role`, `cohort`, `exposureMonths` (of its own
   * cohort), `designated` (its outcomes carry the effect), `y0` and `y1` (the school's effect on outcomes without and
   * with designation), `effect` = y1 − y0, `quality`. A school of no alliance has the y1 of a teaching school of the first cohort.
   */
  readonly schools: Frame;
  readonly variance: { readonly KS2: VariancePartition; readonly KS4: VariancePartition };
}

/** Synthetic schools of England: see {@link simulateSchools}. */
export interface SimulatedSchools {
  readonly kind: "simulated-schools";
  readonly options: ResolvedSimulation;
  readonly schools: Frame;
  readonly pupils: PupilStream;
  readonly truth: SchoolTruth;
}
