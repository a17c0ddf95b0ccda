import type { ByPhase } from "./schools";

/**
 * How outcomes come about, in national standard deviations within a year, KS2 and KS4 in this order: S = read in a
 * published source, D = computed from published data, *assumed* = chosen for want of a figure.
 */

/** Default truth: teaching schools .45 and .40, the largest effects that fit the published shares of variance (D). */
export const TEACHING_EFFECT: ByPhase<number> = [0.45, 0.4];

/** Of the preset "engagement" (assumed): effect in engaged schools, share of schools engaged. */
export const ENGAGEMENT_PRESET = { effect: 0.2, share: 0.25 };

/**
 * D: school variance given intake, as a share of the total, where half the schools are designated at the default truth:
 * 5 % and a third of school variance imply .15, 4 % and a third .12.
 *
 * With effects this large and prior attainment that explains half the variance (its slope is .70 or more) the
 * correlation given prior attainment cannot fall below .16 at KS4: a little above Progress 8's .15. `icc` is an option.
 */
export const SCHOOL_VARIANCE: ByPhase<number> = [0.15, 0.12];

/** Assumed: local authorities' share of school variance; correlation of a school's effects in two years. */
export const AUTHORITY_SHARE = 0.1;
export const YEAR_CORRELATION = 0.8;

/** Assumed: correlation of the Ofsted judgement with the earlier years' outcomes. */
export const OFSTED_CORRELATION = 0.5;

export interface OutcomeSlopes {
  /** Per sd of prior attainment, given the rest. */
  readonly prior: number;
  /** Per squared sd of prior attainment. */
  readonly priorSquared: number;
  readonly girl: number;
  readonly fsm: number;
  readonly eal: number;
  /** By level of SEN. */
  readonly sen: readonly number[];
  /** Per unit, 0 to 1. */
  readonly idaci: number;
  /** Per month of birth after September. */
  readonly birthMonth: number;
  /** By ethnic group, in the order of `ETHNIC_GROUPS`. */
  readonly ethnicity: readonly number[];
  /** Per sd (of pupils) of the school's mean prior attainment: the contextual effect. */
  readonly intake: number;
}

/** Assumed, at both key stages. */
const ETHNICITY = [0, 0.05, 0, 0.2, 0.05, 0.15, 0.15, -0.05, 0.1, 0, 0.25, 0.1, -0.05];

export const OUTCOME_SLOPES: ByPhase<OutcomeSlopes> = [
  {
    prior: 0.625, // assumed: so that the slope of a simple regression lies in the range of .70 to .75 (assumed)
    priorSquared: 0, // assumed
    girl: 0.05, // assumed
    fsm: -0.15, // assumed
    eal: 0.05, // assumed
    sen: [0, -0.3, -0.5, -0.8], // assumed
    idaci: -0.4, // assumed
    birthMonth: -0.005, // assumed
    ethnicity: ETHNICITY,
    intake: 0.05, // assumed
  },
  {
    prior: 0.61, // assumed, as above
    priorSquared: 0.07, // D: .3876 KS2 points squared in capped points (S), over sd 88 (D)
    girl: 0.18, // D: 15.8 capped points (S)
    fsm: -0.28, // D: -25.1 capped points (S)
    eal: 0.05, // assumed
    sen: [0, -0.3, -0.5, -0.8], // assumed
    idaci: -0.74, // D: -65.2 capped points per unit (S)
    birthMonth: -0.005, // assumed
    ethnicity: ETHNICITY,
    intake: 0.05, // assumed
  },
];

/**
 * Variance that these covariates carry within and between schools, a consequence of the constants in these files:
 * between by quadrature, within from 3.3 million simulated pupils (standard error .0005). Change a constant and the
 * test that holds them says so; examples/calibration/main.ts prints them anew.
 */
export const COVARIATE_VARIANCE: ByPhase<{ readonly within: number; readonly between: number }> = [
  { within: 0.463, between: 0.0887 },
  { within: 0.4836, between: 0.1089 },
];

export const STUDY_YEARS = [2012, 2013, 2014] as const;
/** Assumed: what designation of every cohort looks back on, so that 2012 is a placebo for the third. */
export const EARLIER_YEARS = [2009, 2010, 2011] as const;

/**
 * Mean and sd of the national outcome in points by year, 2012 to 2014. Assumed, but for the sd of capped GCSE points
 * before 2014: D, about 88. They differ because the measures did: KS2 writing by teacher assessment from 2012, a
 * grammar test from 2013, other rules at KS4 in 2014. Never compare points across years.
 */
export const POINTS: ByPhase<readonly { readonly mean: number; readonly sd: number }[]> = [
  [
    { mean: 28.2, sd: 4.3 },
    { mean: 28.3, sd: 4.2 },
    { mean: 28.7, sd: 4.2 },
  ],
  [
    { mean: 342, sd: 88 },
    { mean: 341, sd: 88 },
    { mean: 312, sd: 93 },
  ],
];

/** S: pupils with five or more A* to C with English and mathematics, KS4 2012/13: a check, nothing is fitted to it. */
export const FIVE_GOOD_PASSES = { all: 0.606, girls: 0.657, boys: 0.556, fsm: 0.379, others: 0.646 };

/** S: intraclass correlations to hold the simulation against; London's are of the 1980s. D: the raw pass. */
export const PUBLISHED_ICC = { progress8: 0.15, rawPass: 0.099, londonRaw: 0.166, londonGivenIntake: 0.14 };
