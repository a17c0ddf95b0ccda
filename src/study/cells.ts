import { count } from "../errors/words";
import { PLACEBO_MONTHS, TEST_MONTH } from "../synthetic/calibration/programme";
import type { CellKey, Cohort, StudySettings } from "./types";

/** The grid: role × key stage × cohort × year. */
export function cellKeys({ roles, keyStages, cohorts, years }: StudySettings): CellKey[] {
  return roles.flatMap((role) =>
    keyStages.flatMap((keyStage) =>
      cohorts.flatMap(({ cohort }) => years.map((year) => ({ role, keyStage, cohort, year }))),
    ),
  );
}

/** `teaching schools, KS2, cohort 1, 2013` */
export function cellName({ role, keyStage, cohort, year }: CellKey): string {
  return `${pluralOf(role)}, ${keyStage}, cohort ${cohort}, ${year}`;
}

export function pluralOf(role: CellKey["role"]): string {
  return role === "teaching" ? "teaching schools" : `${role}s`;
}

/** `1 teaching school`, `3 strategic partners` */
export function countOf(schools: number, role: CellKey["role"]): string {
  return count(schools, role === "teaching" ? "teaching school" : role);
}

/** From designation to the tests in May. */
export function monthsOfExposure(cohort: Cohort, year: number): number {
  return 12 * (year - cohort.year) + TEST_MONTH - cohort.month;
}

/** Up to two months after designation nothing can have come of it yet. */
export function isPlacebo(months: number): boolean {
  return months <= PLACEBO_MONTHS;
}

/** The last summer whose outcomes were known before designation and before the year under study. */
export function lastEarlierYear(cohort: Cohort, year: number): number {
  const known = cohort.month > TEST_MONTH ? cohort.year : cohort.year - 1;
  return Math.min(known, year - 1);
}
