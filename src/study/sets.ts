import { numericColumn } from "../data/column";
import type { ByArm } from "../matching/types/result";
import type { MatchedSchools } from "./types";

/** In each set a number of the school of the role less the mean of its comparators'; sets with an arm without one are left out. */
export function setDifferences(
  { schools }: Pick<MatchedSchools, "schools">,
  numberOf: (row: number) => number | undefined,
): { readonly differences: number[]; readonly schools: ByArm } {
  const treated = numericColumn(schools, "treated");
  const sets = new Map<number, [control: number[], treated: number[]]>();
  numericColumn(schools, "pair").forEach((set, row) => {
    const value = numberOf(row);
    if (value === undefined) return;
    const arms = sets.get(set) ?? [[], []];
    arms[treated[row]].push(value);
    sets.set(set, arms);
  });
  const whole = [...sets.values()].filter((arms) => arms.every((values) => values.length > 0));
  const counted = (arm: 0 | 1): number => whole.reduce((sum, arms) => sum + arms[arm].length, 0);
  return {
    differences: whole.map(([control, ofRole]) => average(ofRole) - average(control)),
    schools: { treated: counted(1), control: counted(0) },
  };
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
