/**
 * What pupils look like: S = read in a published source (KS4 2012/13), D = computed from published data, *assumed* =
 * chosen for want of a figure. KS2 pupils get the figures of KS4, for want of their own (assumed).
 */

export const GENDERS = ["male", "female"] as const;
/** S. */
export const GIRLS = 0.491;

export const SEN_LEVELS = ["none", "school action", "school action plus", "statement"] as const;
/** S: share of pupils by level, in the order above. */
export const SEN_SHARES = [0.792, 0.111, 0.059, 0.038];

/** S: eligible for free school meals; English as an additional language. */
export const FSM = 0.149;
export const EAL = 0.127;

/**
 * S for the share of pupils. FSM: S/D, where null one rate for all that brings the total to `FSM`. EAL: assumed, scaled
 * to `EAL`.
 */
export const ETHNIC_GROUPS = [
  { name: "White British", share: 0.767, fsm: 0.125, eal: 0.01 },
  { name: "other White", share: 0.039, fsm: null, eal: 0.55 },
  { name: "Mixed", share: 0.038, fsm: null, eal: 0.15 },
  { name: "Indian", share: 0.024, fsm: 0.097, eal: 0.6 },
  { name: "Pakistani", share: 0.031, fsm: 0.28, eal: 0.8 },
  { name: "Bangladeshi", share: 0.013, fsm: 0.385, eal: 0.9 },
  { name: "other Asian", share: 0.014, fsm: null, eal: 0.7 },
  { name: "Black Caribbean", share: 0.014, fsm: 0.252, eal: 0.05 },
  { name: "Black African", share: 0.028, fsm: 0.336, eal: 0.6 },
  { name: "other Black", share: 0.005, fsm: null, eal: 0.3 },
  { name: "Chinese", share: 0.004, fsm: 0.074, eal: 0.6 },
  { name: "other", share: 0.013, fsm: null, eal: 0.75 },
  { name: "unclassified", share: 0.01, fsm: null, eal: 0.2 },
] as const;

/** Assumed: log-odds of FSM per sd of a school's disadvantage, and per sd of prior attainment within the school. */
export const FSM_SLOPES = { disadvantage: 0.9, prior: -0.25 };

/** Assumed: log-odds of a higher level of SEN per sd of prior attainment within the school, with FSM, and for boys. */
export const SEN_SLOPES = { prior: -0.8, fsm: 0.6, boy: 0.7 };

/** Assumed: IDACI has this mean; log-odds per sd of the school's disadvantage, with FSM, and spread within a school. */
export const IDACI = { mean: 0.22, disadvantage: 0.6, fsm: 0.5, spread: 0.75 };

/** Assumed: share of pupils whose prior attainment is missing, and among EAL pupils as a multiple of it. */
export const MISSING_PRIOR = 0.04;
export const MISSING_WITH_EAL = 3;

/** The most that may be missing: EAL pupils then miss it with certainty short of this share of them. */
export const MOST_MISSING = 0.3;
