import { fail } from "../errors/error";

/** Raises unless the degrees of freedom are above 0; `NaN` passes, as it answers with `NaN`. */
export function requireDegrees(caller: string, name: string, df: number): void {
  if (df <= 0) {
    fail("invalid-argument", `${caller} needs degrees of freedom above 0, but ${name} is ${df}.`, { [name]: df });
  }
}

/** Raises unless 0 ≤ p ≤ 1; `NaN` passes, as it answers with `NaN`. */
export function requireProbability(caller: string, p: number): void {
  if (p < 0 || p > 1) {
    fail("invalid-argument", `${caller} needs a probability between 0 and 1, but was given ${p}.`, { p });
  }
}
