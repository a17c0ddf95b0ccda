import { fail } from "../errors/error";
import { describeValue } from "../errors/words";
import { COHORTS, LONGEST_EXPOSURE, PLACEBO_MONTHS, TEST_MONTH } from "./calibration/programme";

/**
 * Months from a cohort's designation to the tests in May of a year; negative before designation.
 *
 * Cohort 1 was designated in September 2011, cohort 2 in March 2012, cohort 3 in February 2013. Up to two months a
 * year is a placebo: nothing can have come of designation yet.
 *
 * @param cohort - 1, 2 or 3.
 * @param year - the calendar year of the tests.
 * @throws `invalid-argument` for another cohort, or a year that is no whole number.
 * @example
 * ```ts
 * import { exposureMonths } from "likewise";
 * exposureMonths(1, 2012); // 8
 * exposureMonths(3, 2012); // -9
 * ```
 */
export function exposureMonths(cohort: number, year: number): number {
  if (cohort !== 1 && cohort !== 2 && cohort !== 3) {
    fail("invalid-argument", `There are cohorts 1, 2 and 3, not ${describeValue(cohort)}.`, { cohort });
  }
  if (!Number.isInteger(year))
    fail("invalid-argument", `A year is a whole number, not ${describeValue(year)}.`, { year });
  const { designated } = COHORTS[cohort - 1];
  return 12 * (year - designated.year) + TEST_MONTH - designated.month;
}

/**
 * The part of a full effect that shows after so many months: none in a placebo year, then growing by the share
 * `growth`.
 */
export function effectShare(months: number, growth: number): number {
  if (months <= PLACEBO_MONTHS) return 0;
  return 1 - growth + growth * Math.min(1, months / LONGEST_EXPOSURE);
}
