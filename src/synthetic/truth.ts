import type { Frame } from "../data/types";
import { fail } from "../errors/error";
import { describeValue } from "../errors/words";
import { STUDY_YEARS } from "./calibration/outcomes";
import { exposureMonths } from "./exposure";
import { record } from "./options";
import { ROLES } from "./programme";
import type { World } from "./state";
import type { SimulatedSchools } from "./types";
import { positions, worldOf, yearIndices } from "./world";

/** One row per school and outcome year: see `SchoolTruth`. */
export function truthFrame(world: World): Frame {
  const { schools, programme, effectByYear } = world;
  const years = yearIndices(world, undefined);
  const rows = schools.count * years.length;
  const schoolOf = Int32Array.from({ length: rows }, (_, row) => Math.floor(row / years.length));
  const cell = schoolOf.map((j, row) => 3 * j + years[row % years.length]);
  const floats = (of: (row: number) => number): Float64Array =>
    Float64Array.from({ length: rows }, (_, row) => of(row));
  const yearOf = floats((row) => STUDY_YEARS[cell[row] % 3]);
  const cohortOf = floats((row) => programme.cohort[schoolOf[row]] || Number.NaN);
  return {
    kind: "frame",
    rows,
    columns: [
      { kind: "text", name: "school", codes: schoolOf, levels: schools.ids },
      { kind: "numeric", name: "year", values: yearOf },
      { kind: "numeric", name: "pupils", values: floats((row) => schools.pupilsByYear[cell[row]]) },
      { kind: "factor", name: "role", codes: schoolOf.map((j) => programme.role[j]), levels: ROLES },
      { kind: "numeric", name: "cohort", values: cohortOf },
      {
        kind: "numeric",
        name: "exposureMonths",
        values: floats((row) =>
          Number.isNaN(cohortOf[row]) ? Number.NaN : exposureMonths(cohortOf[row], yearOf[row]),
        ),
      },
      { kind: "logical", name: "designated", values: floats((row) => (programme.role[schoolOf[row]] === 0 ? 0 : 1)) },
      { kind: "numeric", name: "y0", values: floats((row) => schools.y0ByYear[cell[row]]) },
      { kind: "numeric", name: "y1", values: floats((row) => schools.y0ByYear[cell[row]] + effectByYear[cell[row]]) },
      { kind: "numeric", name: "effect", values: floats((row) => effectByYear[cell[row]]) },
      { kind: "numeric", name: "quality", values: floats((row) => schools.quality[schoolOf[row]]) },
    ],
  };
}

export interface TruthQuery {
  /** Schools in the programme, by `school`. */
  readonly treated: readonly string[];
  /** Their comparators. */
  readonly comparators: readonly string[];
  /** Outcome year. */
  readonly year: number;
}

/** The truth about one comparison of schools. */
export interface CellTruth {
  readonly kind: "cell-truth";
  /** Mean effect over the pupils of treated schools: the true β. */
  readonly effect: number;
  /** Mean effect over treated schools, each counted once. */
  readonly effectPerSchool: number;
  /** What treated schools would be ahead by without designation, over pupils, given the pupils' covariates. */
  readonly headStart: number;
  readonly treatedShareOfPupils: number;
  readonly treatedShareOfSchools: number;
  /**
   * β²p(1 − p), p of pupils: variance that designation adds between pupils, as a share of the national variance of 1.
   */
  readonly shareOfTotal: number;
  /** β²p(1 − p), p of schools, as a share of itself and the school variance of the key stage. */
  readonly shareOfSchoolVariance: number;
}

/**
 * The true effect and true shares of variance for the schools of one comparison in one year.
 *
 * What an estimate from these very schools is to be held against: the mean of y1 − y0 over the pupils of treated
 * schools, and what it amounts to given how many pupils and schools are treated.
 *
 * @param simulated - from {@link simulateSchools}.
 * @param query - `treated` and `comparators` by their `school`, all of one phase; `year`.
 * @throws `invalid-argument` for unknown schools or years, schools of both phases, or a treated school outside the
 *   programme or a comparator inside it.
 * @example
 * ```ts
 * import { simulateSchools, toRows, truthOf } from "likewise";
 * const england = simulateSchools({ scale: 0.02 });
 * const primary = toRows(england.schools).filter(({ phase }) => phase === "primary");
 * const named = (part: string) => primary.filter(({ role }) => role === part).map(({ school }) => String(school));
 * const cell = truthOf(england, { treated: named("teaching"), comparators: named("none"), year: 2014 });
 * cell.effect.toFixed(2); // "0.45"
 * ```
 */
export function truthOf(simulated: SimulatedSchools, query: TruthQuery): CellTruth {
  const world = worldOf(simulated);
  record(query, ["treated", "comparators", "year"], "truthOf");
  const treated = positions(world, query.treated ?? []);
  const comparators = positions(world, query.comparators ?? []);
  const [t] = yearIndices(world, [query.year]);
  const stage = requireOnePhase(world, treated, comparators);
  requireRoles(world, treated, comparators);
  const { pupilsByYear, y0ByYear, variance } = world.schools;
  const { authority, persistent, quality, yearly } = variance[stage];
  const effect = meanOverPupils(world.effectByYear, pupilsByYear, treated, t);
  const pupils = totalPupils(pupilsByYear, treated, t);
  const p = pupils / (pupils + totalPupils(pupilsByYear, comparators, t));
  const perSchool = treated.length / (treated.length + comparators.length);
  const between = effect ** 2 * perSchool * (1 - perSchool);
  return {
    kind: "cell-truth",
    effect,
    effectPerSchool: treated.reduce((sum, j) => sum + world.effectByYear[3 * j + t], 0) / treated.length,
    headStart:
      meanOverPupils(y0ByYear, pupilsByYear, treated, t) - meanOverPupils(y0ByYear, pupilsByYear, comparators, t),
    treatedShareOfPupils: p,
    treatedShareOfSchools: perSchool,
    shareOfTotal: effect ** 2 * p * (1 - p),
    shareOfSchoolVariance: between === 0 ? 0 : between / (between + authority + persistent + quality + yearly),
  };
}

/** The mean over pupils of a value by school and year (three per school), in year t of the schools given. */
function meanOverPupils(valueByYear: Float64Array, pupilsByYear: Int32Array, schools: Int32Array, t: number): number {
  let sum = 0;
  for (let i = 0; i < schools.length; i++) {
    const cell = 3 * schools[i] + t;
    sum += pupilsByYear[cell] * valueByYear[cell];
  }
  return sum / totalPupils(pupilsByYear, schools, t);
}

function totalPupils(pupilsByYear: Int32Array, schools: Int32Array, t: number): number {
  let total = 0;
  for (let i = 0; i < schools.length; i++) total += pupilsByYear[3 * schools[i] + t];
  return total;
}

function requireOnePhase(world: World, treated: Int32Array, comparators: Int32Array): 0 | 1 {
  const stageOf = (j: number): 0 | 1 => (j < world.schools.primaries ? 0 : 1);
  const stage = stageOf(treated[0]);
  const other = [...treated, ...comparators].find((j) => stageOf(j) !== stage);
  if (other !== undefined) {
    fail(
      "invalid-argument",
      `truthOf compares schools of one phase: "${world.schools.ids[treated[0]]}" and "${world.schools.ids[other]}" are of two.`,
      { schools: [world.schools.ids[treated[0]], world.schools.ids[other]] },
    );
  }
  return stage;
}

function requireRoles(world: World, treated: Int32Array, comparators: Int32Array): void {
  const { role } = world.programme;
  const outside = treated.find((j) => role[j] === 0);
  const inside = comparators.find((j) => role[j] !== 0);
  if (outside === undefined && inside === undefined) return;
  const school = world.schools.ids[(outside ?? inside)!];
  const what = outside === undefined ? "A comparator is in the programme" : "A treated school is in no alliance";
  fail("invalid-argument", `${what}: ${describeValue(school)}.`, { school });
}
