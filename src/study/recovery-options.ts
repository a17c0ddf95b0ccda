import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { describeValue, suggest } from "../errors/words";
import { createRng } from "../random/rng";
import { resolveOptions } from "../synthetic/options";
import { DEFAULT_COLUMNS } from "./columns";
import type {
  RecoveryOptions,
  RecoveryScenario,
  ReplicationTask,
  ResolvedRecovery,
  ScenarioName,
  ScenarioSimulation,
} from "./recovery-types";
import { resolveSettings } from "./settings";
import type { CellKey, StudySettings } from "./types";

const NAMES = [
  "replications",
  "seed",
  "scenarios",
  "scale",
  "role",
  "keyStage",
  "cohort",
  "year",
  "simulate",
  "schoolCovariates",
  "caliper",
  "earlierYears",
  "df",
  "onProgress",
  "signal",
] as const satisfies readonly (keyof RecoveryOptions)[];

const SCENARIOS: Readonly<Record<ScenarioName, ScenarioSimulation>> = {
  "no selection": { selection: "none" },
  "weak selection": { selection: "weak" },
  "strong selection": { selection: "strong" },
  "hidden confounder": { selection: "weak", hidden: 1 },
};

const MOST_REPLICATIONS = 1_000_000;

/** The options with every default filled in, or an error that names the first that cannot be. */
export function resolveRecovery(options: RecoveryOptions): ResolvedRecovery {
  requireKnownOptions(options, NAMES, "recoverTruth");
  const { replications = 200, seed = 1, scale = 1, schoolCovariates = null } = options;
  const { role = "teaching", keyStage = "KS2", cohort = 1, year = 2014 } = options;
  if (!Number.isInteger(replications) || replications < 2 || replications > MOST_REPLICATIONS) {
    fail("invalid-argument", `replications is a whole number of 2 or more, not ${describeValue(replications)}.`, {
      option: "replications",
    });
  }
  createRng(seed);
  const cell = { role, keyStage, cohort, year };
  const { caliper, earlierYears, df, cohorts } = settingsOf(cell, options);
  if (!cohorts.some((known) => known.cohort === cohort)) {
    fail("invalid-argument", `cohort is 1, 2 or 3, not ${describeValue(cohort)}.`, { option: "cohort" });
  }
  requireCovariates(schoolCovariates);
  const scenarios = (options.scenarios ?? (Object.keys(SCENARIOS) as ScenarioName[])).map((given) =>
    scenarioOf(given, options.simulate ?? {}),
  );
  requireDistinct(scenarios);
  for (const { simulate } of scenarios) resolveOptions({ ...simulate, seed: 1, scale, years: [year] });
  return { replications, seed, scenarios, scale, cell, schoolCovariates, caliper, earlierYears, df };
}

/** The settings of the study that is repeated. */
export function settingsOf(
  cell: CellKey,
  { caliper, earlierYears, df }: Pick<RecoveryOptions, "caliper" | "earlierYears" | "df">,
): StudySettings {
  return resolveSettings({
    data: { schools: [], pupils: [] },
    roles: [cell.role],
    keyStages: [cell.keyStage],
    years: [cell.year],
    caliper,
    earlierYears,
    df,
    sensitivity: "none",
  });
}

function scenarioOf(given: ScenarioName | RecoveryScenario, everywhere: ScenarioSimulation): RecoveryScenario {
  if (typeof given === "string") {
    const simulate = SCENARIOS[given];
    if (simulate !== undefined) return { name: given, simulate: { ...everywhere, ...simulate } };
    return fail(
      "invalid-argument",
      `There is no scenario "${given}".${suggest(given, Object.keys(SCENARIOS), "scenarios")}`,
      { option: "scenarios" },
    );
  }
  if (typeof given?.name !== "string" || typeof given.simulate !== "object" || given.simulate === null) {
    fail(
      "invalid-argument",
      'A scenario is a name, or a record such as { name: "no effect", simulate: { truth: { teaching: { KS2: 0 } } } }.',
      {
        option: "scenarios",
      },
    );
  }
  const own = ["seed", "scale", "years"].find((name) => name in given.simulate);
  if (own !== undefined) {
    fail("invalid-argument", `The scenario "${given.name}" cannot set "${own}": recoverTruth sets it.`, {
      option: "scenarios",
    });
  }
  return { name: given.name, simulate: { ...everywhere, ...given.simulate } };
}

function requireDistinct(scenarios: readonly RecoveryScenario[]): void {
  if (scenarios.length === 0) fail("invalid-argument", "scenarios needs at least one.", { option: "scenarios" });
  const names = scenarios.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) fail("invalid-argument", `Two scenarios are called "${twice}".`, { option: "scenarios" });
}

function requireCovariates(names: readonly string[] | null): void {
  const known = DEFAULT_COLUMNS.schoolCovariates;
  const stranger = names?.find((name) => !known.includes(name));
  if (stranger === undefined) return;
  fail(
    "invalid-argument",
    `The simulated schools have no covariate "${stranger}".${suggest(stranger, known, "covariates")}`,
    { option: "schoolCovariates" },
  );
}

/** All studies to run: every scenario once, then every scenario again, so that what is done so far is always balanced. */
export function replicationTasks({ replications, seed, scenarios, ...rest }: ResolvedRecovery): ReplicationTask[] {
  const master = createRng(seed).fork("recovery");
  return Array.from({ length: replications }, (_, r) => r + 1).flatMap((replication) => {
    const ownSeed = master.fork(replication).integer(Number.MAX_SAFE_INTEGER);
    return scenarios.map((scenario) => ({ ...rest, scenario, replication, seed: ownSeed }));
  });
}
