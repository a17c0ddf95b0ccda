/**
 * What schools look like. Each figure stands beside its origin:
 * S = read in a published source, D = computed from published data, both as the study's notes collect them (England,
 * 2004 to 2014); *assumed* = chosen for want of a figure.
 */

export const PHASES = ["primary", "secondary"] as const;
export const KEY_STAGES = ["KS2", "KS4"] as const;

/** Figures for primary schools with Key Stage 2 and for secondary schools with Key Stage 4, in this order. */
export type ByPhase<T> = readonly [T, T];

/** D: about 15,300 primary schools with a Key Stage 2 cohort and 3,130 secondary schools. */
export const SCHOOL_COUNTS: ByPhase<number> = [15_300, 3_130];

/** Assumed: about the number of local authorities in England, shared out by the regions' schools. */
export const AUTHORITIES = 150;

/** S, for KS2 (2004): 36 pupils a school; the modes at one half, one, one and a half and two classes are assumed. */
export const PRIMARY_COHORT = {
  mean: 36,
  modes: [15, 30, 45, 60],
  /** Assumed; they give the mean of 36. */
  shares: [0.26, 0.3, 0.22, 0.22],
};

/** D: lognormal with mean 179 and sd 63. */
export const SECONDARY_COHORT = { mean: 179, sd: 63, logMean: 5.129, logSd: 0.342 };

/** Assumed: a school's cohorts differ from year to year by a tenth, and have at least four pupils. */
export const COHORT_VARIATION: ByPhase<number> = [0.1, 0.04];
export const SMALLEST_COHORT = 4;

/** Assumed: year groups on the roll, reception to year 6 and years 7 to 11. */
export const YEAR_GROUPS: ByPhase<number> = [7, 5];

export const REGIONS = [
  "South East",
  "London",
  "North West",
  "West Midlands",
  "East of England",
  "Yorkshire and the Humber",
  "South West",
  "East Midlands",
  "North East",
] as const;

/** D: share of schools by region, in the order above; the last digits do not add up to 1 and are scaled. */
export const REGION_SHARES: ByPhase<readonly number[]> = [
  [0.144, 0.093, 0.158, 0.12, 0.14, 0.108, 0.093, 0.101, 0.043],
  [0.151, 0.143, 0.143, 0.12, 0.109, 0.101, 0.099, 0.084, 0.05],
];

/** Assumed: share of schools in towns and cities, by region. */
export const URBAN_SHARES: ByPhase<readonly number[]> = [
  [0.7, 1, 0.8, 0.75, 0.6, 0.72, 0.55, 0.6, 0.75],
  [0.82, 1, 0.9, 0.87, 0.75, 0.85, 0.72, 0.78, 0.87],
];

/** Assumed: how far the log-odds of the share of minority pupils lies from the country's, by region. */
export const MINORITY_SHIFTS = [0, 2.3, 0, 0.6, 0.1, 0.1, -0.8, 0, -0.9];

/** Assumed: spread of those log-odds between the schools of a region. */
export const MINORITY_SPREAD = 1.2;

export const SCHOOL_TYPES = [
  "community",
  "academy converter",
  "sponsored academy",
  "foundation",
  "voluntary aided",
  "voluntary controlled",
  "free school",
  "studio school",
  "university technical college",
] as const;

/** D: share of schools by type, in the order above (primary: schools inspected 2013/14); scaled to add up to 1. */
export const TYPE_SHARES: ByPhase<readonly number[]> = [
  [0.542, 0.034, 0.035, 0.042, 0.208, 0.135, 0, 0, 0],
  [0.21, 0.356, 0.17, 0.103, 0.095, 0.012, 0.03, 0.013, 0.01],
];

/** D: KS2 points of secondary intake, school means 27.8 (sd 1.5); pupils sd 4.0. */
export const SECONDARY_INTAKE = { mean: 27.8, schoolSd: 1.5, pupilSd: 4 };

/** D for the first five types; the mean of all schools is assumed for the rest, which are few. */
export const INTAKE_BY_TYPE = [27.5, 28.4, 26.6, 27.3, 28.1, 27.8, 27.8, 27.8, 27.8];

/** Assumed: KS1 points, on the scale W 3, L1 9, 2C 13, 2B 15, 2A 17, L3 21, L4 27 (S); schools differ as at KS2. */
export const PRIMARY_INTAKE = { mean: 15.5, schoolSd: 1.35, pupilSd: 3.6 };

/** D: share disadvantaged (free meals in the last six years), Beta(1.65, 4.29): mean .278, sd .17. */
export const DISADVANTAGED = { mean: 0.278, sd: 0.17, alpha: 1.65, beta: 4.29 };

/** D: correlation of a secondary school's intake with its share disadvantaged; assumed for primary schools too. */
export const INTAKE_DISADVANTAGED = -0.68;

export const OFSTED_GRADES = ["outstanding", "good", "requires improvement", "inadequate"] as const;

/** Share of schools with that grade or a better one. Good or better: S (2014). Outstanding and the last: assumed. */
export const OFSTED_SHARES: ByPhase<readonly number[]> = [
  [0.17, 0.82, 0.97],
  [0.23, 0.71, 0.94],
];
