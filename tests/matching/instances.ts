import fc from "fast-check";
import type { NearestScoreOptions } from "../../src/matching/types/options";

/** A small matching problem, with many ties, and every option of nearest-neighbour matching on a score. */
export interface Instance {
  readonly treated: number[];
  readonly score: number[];
  readonly region: number[];
  readonly school: number[];
  readonly age: number[];
  readonly village: number[];
  readonly options: NearestScoreOptions;
}

const unit = fc.record({
  treated: fc.integer({ min: 0, max: 1 }),
  score: fc.integer({ min: 0, max: 9 }),
  region: fc.integer({ min: 0, max: 1 }),
  school: fc.integer({ min: 0, max: 2 }),
  age: fc.integer({ min: 0, max: 6 }),
  village: fc.integer({ min: 0, max: 3 }),
});

const reuse = fc.constantFrom(1, 1, 2, 3, Number.POSITIVE_INFINITY);

const options = fc
  .record({
    ratio: fc.integer({ min: 1, max: 3 }),
    reuseMax: reuse,
    order: fc.constantFrom("largest", "smallest", "closest", "farthest", "random", "data"),
    exact: fc.constantFrom([], [], ["region"]),
    antiexact: fc.constantFrom([], [], ["school"]),
    within: fc.constantFrom(undefined, undefined, "village"),
    estimand: fc.constantFrom("ATT", "ATC"),
    discard: fc.constantFrom("none", "none", "both", "treated", "control"),
    score: fc.constantFrom(null, null, 0, 1, 3, -1, -2),
    age: fc.constantFrom(null, null, null, 1, 3, -1),
    spread: fc.constantFrom(0, 0, 0, 1, 2),
  })
  .map(({ score, age, spread, ...rest }): NearestScoreOptions => {
    const caliper = { ...(score === null ? {} : { score }), ...(age === null ? {} : { age }) };
    const isVariable = spread > 0 && rest.reuseMax === 1;
    return {
      method: "nearest",
      ...(rest as Omit<Partial<NearestScoreOptions>, "method">),
      ...(rest.order === "random" ? { seed: 7 } : {}),
      ...(isVariable ? { minControls: 1, maxControls: rest.ratio + spread } : {}),
      ...(Object.keys(caliper).length > 0 ? { caliper, caliperUnits: "raw" as const } : {}),
    };
  });

/** Instances with at least one unit in each group. */
export const instances = fc
  .record({ units: fc.array(unit, { minLength: 2, maxLength: 16 }), options })
  .filter(({ units }) => units.some(({ treated }) => treated === 1) && units.some(({ treated }) => treated === 0))
  .map(
    ({ units, options: chosen }): Instance => ({
      treated: units.map(({ treated }) => treated),
      score: units.map(({ score }) => score),
      region: units.map(({ region }) => region),
      school: units.map(({ school }) => school),
      age: units.map(({ age }) => age),
      village: units.map(({ village }) => village),
      options: chosen,
    }),
  );
