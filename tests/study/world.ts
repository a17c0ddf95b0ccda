import { simulateSchools } from "../../src/synthetic/simulate";
import type { SimulatedSchools, SimulateOptions } from "../../src/synthetic/types";

/** Few covariates, so that a tenth of England is enough for a match. */
export const COVARIATES = ["intake", "fsm", "roll", "urban"];

/** The third cohort large, the others small: 33 teaching schools at KS2, and 2012 a placebo for them. */
export function world(options: SimulateOptions = {}): SimulatedSchools {
  return simulateSchools({ seed: 1, scale: 0.1, cohorts: [10, 10, 600], ...options });
}

export const COHORT = { cohort: 3, year: 2013, month: 2 };
