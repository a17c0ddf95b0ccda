import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { describeValue, listSome, suggest } from "../errors/words";
import { COHORTS } from "../synthetic/calibration/programme";
import type { KeyStage, SimulatedSchools } from "../synthetic/types";
import type { Cohort, HiddenConfounder, StudyCell, StudyRole, StudySettings, StudyTables } from "./types";

export interface StudyOptions {
  /** From `simulateSchools`, or a user's own two tables. */
  readonly data: SimulatedSchools | StudyTables;
  /** School covariates to match on and adjust for, by their names in the schools' table; default all of the source's. */
  readonly schoolCovariates?: readonly string[];
  /** The right-hand side of a formula of pupils' columns; default the source's. */
  readonly pupilCovariates?: string;
  /** Default all three. */
  readonly roles?: readonly StudyRole[];
  /** Default both. */
  readonly keyStages?: readonly KeyStage[];
  /** Cohorts with the month of their designation; default September 2011, March 2012 and February 2013. */
  readonly cohorts?: readonly Cohort[];
  /** Summers of the tests (default 2012, 2013, 2014). */
  readonly years?: readonly number[];
  /** Largest distance in a pair, in standard deviations of the linear predictor within the pool (default 0.2); null for none. */
  readonly caliper?: number | null;
  /** Comparators per school, from 1 (default) to 5. */
  readonly ratio?: number;
  /** Years before designation whose mean outcomes are matched on (default 3), as their mean and trend. */
  readonly earlierYears?: number;
  /** Default `"satterthwaite"`. */
  readonly df?: "satterthwaite" | "kenward-roger";
  /** Which cells get the checks of step 7 (default `"latest"`: the last year of each role, key stage and cohort). */
  readonly sensitivity?: "all" | "latest" | "none";
  /**
   * Something unmeasured about schools for the specification curve: how far apart it leaves the arms, and what it is worth
   * (default half a standard deviation apart, .2 of an outcome's standard deviation each).
   */
  readonly hidden?: Partial<HiddenConfounder>;
  /** Called after every cell. */
  readonly onProgress?: (done: number, total: number, cell: StudyCell) => void;
  /** Looked at before every cell; an `AbortSignal` will do. */
  readonly signal?: { readonly aborted: boolean };
}

const NAMES = [
  "data",
  "schoolCovariates",
  "pupilCovariates",
  "roles",
  "keyStages",
  "cohorts",
  "years",
  "caliper",
  "ratio",
  "earlierYears",
  "df",
  "sensitivity",
  "hidden",
  "onProgress",
  "signal",
] as const satisfies readonly (keyof StudyOptions)[];

const ROLES: readonly StudyRole[] = ["teaching", "strategic partner", "alliance member"];
const KEY_STAGES: readonly KeyStage[] = ["KS2", "KS4"];

/** The options with every default filled in, or an error that names the first that cannot be. */
export function resolveSettings(options: StudyOptions): StudySettings {
  requireKnownOptions(options, NAMES, "runStudy");
  const { caliper = 0.2, ratio = 1, earlierYears = 3 } = options;
  if (caliper !== null && !(caliper > 0 && caliper < Number.POSITIVE_INFINITY)) {
    fail("invalid-argument", `caliper is a number above 0, or null for none, not ${describeValue(caliper)}.`);
  }
  requireWhole("ratio", ratio, 1, 5);
  requireWhole("earlierYears", earlierYears, 1, 10);
  const years = listOf("years", options.years ?? [2012, 2013, 2014], (year) => Number.isInteger(year), "whole numbers");
  return {
    roles: chosen("roles", options.roles, ROLES),
    keyStages: chosen("keyStages", options.keyStages, KEY_STAGES),
    cohorts: listOf(
      "cohorts",
      options.cohorts ?? COHORTS.map(({ designated }, i) => ({ cohort: i + 1, ...designated })),
      ({ cohort, year, month }) =>
        Number.isInteger(cohort) && Number.isInteger(year) && Number.isInteger(month) && month >= 1 && month <= 12,
      "records of cohort, year and month, such as { cohort: 1, year: 2011, month: 9 }",
    ),
    years: [...years].sort((a, b) => a - b),
    caliper,
    ratio,
    earlierYears,
    df: chosen("df", options.df === undefined ? ["satterthwaite"] : [options.df], [
      "satterthwaite",
      "kenward-roger",
    ])[0],
    sensitivity: chosen("sensitivity", [options.sensitivity ?? "latest"], ["all", "latest", "none"])[0],
    hidden: hiddenOf(options.hidden ?? {}),
  };
}

/** As strong as the generator's own hidden quality, with arms half a standard deviation apart in it. */
function hiddenOf(given: Partial<HiddenConfounder>): HiddenConfounder {
  const { difference = 0.5, outcome = 0.2, ...others } = given;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    fail("invalid-argument", `hidden has no "${unknown}".${suggest(unknown, ["difference", "outcome"], "entries")}`, {
      option: "hidden",
    });
  }
  const wrong = [difference, outcome].find((value) => typeof value !== "number" || !Number.isFinite(value));
  if (wrong !== undefined) {
    fail("invalid-argument", `hidden.difference and hidden.outcome are numbers, not ${describeValue(wrong)}.`, {
      option: "hidden",
    });
  }
  return { difference, outcome };
}

function chosen<T extends string>(name: string, given: readonly T[] | undefined, known: readonly T[]): readonly T[] {
  if (given === undefined) return known;
  const stranger = Array.isArray(given) ? given.find((value) => !known.includes(value)) : given;
  if (stranger === undefined && given.length > 0) return known.filter((value) => given.includes(value));
  return fail(
    "invalid-argument",
    `${name} is chosen from ${listSome(known.map((value) => `"${value}"`))}, not ${
      stranger === undefined ? "an empty list" : describeValue(stranger)
    }.${typeof stranger === "string" ? suggest(stranger, known, "choices") : ""}`,
    { option: name },
  );
}

function listOf<T>(name: string, given: readonly T[], holds: (value: T) => boolean, what: string): readonly T[] {
  if (Array.isArray(given) && given.length > 0 && given.every(holds)) return given;
  return fail("invalid-argument", `${name} is a list of ${what}.`, { option: name });
}

function requireWhole(name: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  fail("invalid-argument", `${name} is a whole number from ${low} to ${high}, not ${describeValue(value)}.`, {
    option: name,
  });
}
