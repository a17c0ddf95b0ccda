import { tQuantileUpper } from "../distributions/student-t";
import { fail } from "../errors/error";
import { describeValue } from "../errors/words";

/** A study before it is made: schools in two groups, pupils within them. */
export interface StudyDesign {
  readonly treatedSchools: number;
  readonly controlSchools: number;
  /** Pupils per school; of unequal schools the harmonic mean. */
  readonly pupilsPerSchool: number;
  /** Share of the outcome's variance between schools, from 0 to below 1. */
  readonly icc: number;
  /** Share of the variance between schools that covariates explain (default 0). */
  readonly rSquaredSchools?: number;
  /** Share of the variance within schools that they explain (default 0). */
  readonly rSquaredPupils?: number;
  /** How many covariates of schools there are (default 0); each costs a degree of freedom. */
  readonly schoolCovariates?: number;
  /** Default 0.05. */
  readonly alpha?: number;
  /** Default 0.8. */
  readonly power?: number;
  /** Two-sided by default. */
  readonly sides?: 1 | 2;
}

export interface MinimumDetectableEffect {
  readonly kind: "minimum-detectable-effect";
  readonly design: Required<StudyDesign>;
  /** In standard deviations of the outcome over all pupils. */
  readonly effect: number;
  /** The standard error that the design would have, in the same unit. */
  readonly standardError: number;
  /** t quantiles of level and power added up. */
  readonly multiplier: number;
  /** Schools − 2 − covariates of schools. */
  readonly df: number;
}

/**
 * The smallest true effect of a school-level treatment that a design would find with the given power.
 *
 * MDES = M √(ρ(1 − R²ₛ)/(P(1 − P)J) + (1 − ρ)(1 − R²ₚ)/(P(1 − P)Jn)), with J schools, a share P of them treated, n pupils each,
 * and M = t₁₋α⸝₂ + t_power on J − 2 − g degrees of freedom.
 *
 * @throws `invalid-argument` for a number out of its range, named; `too-few-groups` where no degree of freedom is left.
 * @example
 * ```ts
 * import { minimumDetectableEffect } from "likewise";
 * const design = { treatedSchools: 100, controlSchools: 100, pupilsPerSchool: 36, icc: 0.15, rSquaredSchools: 0.5, rSquaredPupils: 0.5 };
 * minimumDetectableEffect(design).effect.toFixed(3); // "0.117"
 * ```
 * @see Bloom (1995), Evaluation Review 19:547-556; Dong & Maynard (2013), Journal of Research on Educational
 *   Effectiveness 6:24-67.
 */
export function minimumDetectableEffect(design: StudyDesign): MinimumDetectableEffect {
  const used = {
    rSquaredSchools: 0,
    rSquaredPupils: 0,
    schoolCovariates: 0,
    alpha: 0.05,
    power: 0.8,
    sides: 2 as const,
    ...design,
  };
  const { treatedSchools, controlSchools, pupilsPerSchool, icc, alpha, power, sides } = used;
  for (const name of ["treatedSchools", "controlSchools", "pupilsPerSchool"] as const) {
    requireRange(used, name, "from 1", (value) => value >= 1);
  }
  requireRange(used, "schoolCovariates", "from 0", (value) => value >= 0);
  for (const name of ["icc", "rSquaredSchools", "rSquaredPupils"] as const) {
    requireRange(used, name, "from 0 to below 1", (value) => value >= 0 && value < 1);
  }
  requireRange(used, "alpha", "above 0 and up to 0.5", (value) => value > 0 && value <= 0.5);
  requireRange(used, "power", "from 0.5 to below 1", (value) => value >= 0.5 && value < 1);
  if (sides !== 1 && sides !== 2) fail("invalid-argument", `sides is 1 or 2, not ${describeValue(sides)}.`);
  const schools = treatedSchools + controlSchools;
  const df = schools - 2 - used.schoolCovariates;
  if (df < 1) {
    fail(
      "too-few-groups",
      `${schools} schools leave no degree of freedom beside two groups and ${used.schoolCovariates} covariates of schools.`,
      { schools, df },
    );
  }
  const spread = (treatedSchools * controlSchools) / schools;
  const between = icc * (1 - used.rSquaredSchools);
  const pupils = ((1 - icc) * (1 - used.rSquaredPupils)) / pupilsPerSchool;
  const standardError = Math.sqrt((between + pupils) / spread);
  const multiplier = tQuantileUpper(alpha / sides, df) + tQuantileUpper(1 - power, df);
  return {
    kind: "minimum-detectable-effect",
    design: used,
    effect: multiplier * standardError,
    standardError,
    multiplier,
    df,
  };
}

function requireRange(
  design: StudyDesign,
  name: keyof StudyDesign,
  range: string,
  holds: (value: number) => boolean,
): void {
  const value = design[name];
  if (typeof value === "number" && Number.isFinite(value) && holds(value)) return;
  fail("invalid-argument", `${name} is a number ${range}, not ${describeValue(value)}.`, { name, value });
}
