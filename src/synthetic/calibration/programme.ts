import type { ByPhase } from "./schools";

/** The programme's figures: S = read in a published source, *assumed* = chosen for want of one. */

/** S: teaching schools and alliances of each cohort (100 schools in 97 alliances; one school each thereafter). */
export const COHORTS = [
  /** September 2011. */
  { schools: 100, alliances: 97, designated: { year: 2011, month: 9 } },
  /** March 2012. */
  { schools: 86, alliances: 86, designated: { year: 2012, month: 3 } },
  /** February 2013. */
  { schools: 126, alliances: 126, designated: { year: 2013, month: 2 } },
] as const;

/** The month of the tests, of KS2 and of most GCSE papers. */
export const TEST_MONTH = 5;

/** Up to this many months from designation to the tests a year is a placebo: cohort 2 had two in May 2012. */
export const PLACEBO_MONTHS = 2;

/** From cohort 1's designation to May 2014, the longest exposure of the study. */
export const LONGEST_EXPOSURE = 32;

/** Assumed: of teaching schools, those that are secondary; S says only that secondary schools are over-represented. */
export const SECONDARY_LEADS = 0.45;

/**
 * Assumed: schools in an alliance, the teaching school and its two strategic partners among them. Planned sizes (S: 50
 * to 60 primary-led, 15 to 20 secondary-led) would leave hardly a primary school outside every alliance.
 */
export const ALLIANCE_SIZE: ByPhase<number> = [8, 5];
export const STRATEGIC_PARTNERS = 2;

/**
 * Assumed: log-odds by which an alliance prefers schools of its own authority, and partners that are good or
 * outstanding.
 */
export const ALLIANCE_PREFERENCE = { sameAuthority: 3, partnerGood: 1 };

/** Assumed: log-odds of designation among Outstanding schools; outcomes per sd of the earlier years' mean. */
export const SELECTION_PRESETS = {
  none: { outcomes: 0, academy: 0, urban: 0 },
  weak: { outcomes: 0.4, academy: 0.4, urban: 0.4 },
  strong: { outcomes: 1.2, academy: 0.8, urban: 0.8 },
} as const;

/**
 * Assumed: an unmeasured quality at full strength: log-odds and national sd per sd of it; the part seen in earlier
 * years.
 */
export const HIDDEN_AT_FULL_STRENGTH = { designation: 1.5, outcome: 0.2, earlier: 0.25 };
