import { getColumn, numericColumn, valueAt } from "../data/column";
import { join } from "../data/join";
import { dropIncomplete, selectColumns } from "../data/select";
import { sourceOf } from "../data/source";
import type { Frame } from "../data/types";
import { estimateEffect } from "../effects/estimate-effect";
import { isLikewiseError } from "../errors/error";
import { formulaColumns } from "../formula/variables";
import { fitMixed } from "../multilevel/fit";
import type { FixedEffect } from "../multilevel/types";
import { simulateSchools } from "../synthetic/simulate";
import type { CellTruth } from "../synthetic/truth";
import { requireSpareSchools } from "./analysis";
import { lastEarlierYear } from "./cells";
import { designCell } from "./design";
import { SOURCE_ROW } from "./pool";
import { pupilsOf } from "./pupils";
import { effectIn } from "./recommended";
import { settingsOf } from "./recovery-options";
import type { RecoveryEstimator, Replication, ReplicationEstimate, ReplicationTask } from "./recovery-types";
import { studySource } from "./source";
import type { CellDesign, StudySource } from "./types";

/** In the order of the tables. */
export const ESTIMATORS: readonly RecoveryEstimator[] = [
  "naive",
  "regression only",
  "matching only",
  "matched + multilevel",
  "matched + multilevel (1 | school)",
];

/** What an estimator and a test of it have in common. */
type Tested = Pick<FixedEffect, "estimate" | "standardError" | "df" | "lower" | "upper" | "p">;

/** Schools and pupils of one simulated study, before anything is estimated. */
interface Drawn {
  readonly source: StudySource;
  readonly design: CellDesign;
  readonly pool: Frame;
  readonly truth: { readonly pool: CellTruth; readonly matched: CellTruth };
}

/**
 * One simulated study: schools of the task's seed, the match, and every estimator on the pupils it needs. The same task
 * gives the same record wherever and whenever it is run.
 */
export function replicate(task: ReplicationTask): Replication {
  const base = { kind: "replication", scenario: task.scenario.name, replication: task.replication } as const;
  const drawn = attempt(() => drawStudy(task));
  if (typeof drawn === "string") {
    const estimates = ESTIMATORS.map((estimator) => ({ estimator, reason: drawn }));
    return { ...base, treatedSchools: 0, matchedSchools: 0, headStart: null, estimates };
  }
  const { design, truth } = drawn;
  return {
    ...base,
    treatedSchools: design.pool.treated,
    matchedSchools: numericColumn(design.schools, "treated").reduce((sum, value) => sum + value, 0),
    headStart: { pool: truth.pool.headStart, matched: truth.matched.headStart },
    estimates: [...onPool(task, drawn), ...onMatched(task, drawn)],
  };
}

function drawStudy(task: ReplicationTask): Drawn {
  const { cell, scale, seed } = task;
  const settings = settingsOf(cell, task);
  const simulated = simulateSchools({ ...task.scenario.simulate, seed, scale, years: [cell.year] });
  const source = withCovariates(studySource(simulated), task.schoolCovariates);
  const cohort = settings.cohorts.find((known) => known.cohort === cell.cohort)!;
  const design = designCell(source, settings, cell, lastEarlierYear(cohort, cell.year));
  const pool = sourceOf(design.propensity)?.data as Frame;
  return {
    source,
    design,
    pool,
    truth: { pool: truthFor(source, pool, cell.year), matched: truthFor(source, design.schools, cell.year) },
  };
}

/** The source with some of its school covariates only; pupils have a few of the same name, there `_school` stands at the end. */
function withCovariates(source: StudySource, wanted: readonly string[] | null): StudySource {
  if (wanted === null) return source;
  const schoolCovariates = source.columns.schoolCovariates.filter(
    (name) => wanted.includes(name) || wanted.includes(name.replace(/_school$/, "")),
  );
  return { ...source, columns: { ...source.columns, schoolCovariates } };
}

function truthFor(source: StudySource, schools: Frame, year: number): CellTruth {
  const name = getColumn(schools, source.columns.school);
  const treated = numericColumn(schools, "treated");
  const named = (arm: number): string[] =>
    [...treated.keys()].filter((row) => treated[row] === arm).map((row) => String(valueAt(name, row)));
  return source.truth!(named(1), named(0), year);
}

/** Naive and regression only, on the pupils of all schools that could have been matched. */
function onPool(task: ReplicationTask, { source, design, pool, truth }: Drawn): ReplicationEstimate[] {
  const { school, outcome, pupilCovariates } = source.columns;
  const { effect } = truth.pool;
  const pupils = attempt(() => poolPupils(source, design, pool, task.cell.year));
  if (typeof pupils === "string") return ESTIMATORS.slice(0, 2).map((estimator) => ({ estimator, reason: pupils }));
  const formula = `${outcome} ~ ${pupilCovariates} + ${design.covariates} + treated + (1 | ${school})`;
  return [
    estimated("naive", effect, () => differenceInMeans(pupils, outcome, school)),
    estimated("regression only", effect, () => effectIn(fitMixed(formula, pupils, { df: task.df }))),
  ];
}

/** The pupils of the pool that are complete for M3. */
function poolPupils({ pupils, columns }: StudySource, design: CellDesign, pool: Frame, year: number): Frame {
  const { school, outcome, pupilCovariates } = columns;
  const needed = [outcome, ...formulaColumns(`~ ${pupilCovariates}`)];
  const drawn = pupils(Int32Array.from(numericColumn(pool, SOURCE_ROW)), year);
  const schools = selectColumns(pool, [school, "treated", ...formulaColumns(`~ ${design.covariates}`)]);
  return dropIncomplete(join(selectColumns(drawn, [school, ...needed]), schools, { on: school }), needed);
}

/** Matching only and matched + multilevel, on the rows that the study itself would use. */
function onMatched(task: ReplicationTask, { source, design, truth }: Drawn): ReplicationEstimate[] {
  const { school, outcome, pupilCovariates } = source.columns;
  const { effect } = truth.matched;
  const matched = attempt(() => pupilsOf(source, task.cell, design).table);
  if (typeof matched === "string") return ESTIMATORS.slice(2).map((estimator) => ({ estimator, reason: matched }));
  const formula = `${outcome} ~ ${pupilCovariates} + ${design.covariates} + treated`;
  const model = (random: string) => (): Tested => {
    const fitted = fitMixed(`${formula} + (1 | ${random})`, matched, { df: task.df });
    requireSpareSchools(2 * new Set(numericColumn(matched, "pair")).size, design.propensity.terms.length - 1);
    return effectIn(fitted);
  };
  return [
    estimated("matching only", effect, () => differenceInMeans(matched, outcome, "pair")),
    estimated("matched + multilevel", effect, model(`pair/${school}`)),
    estimated("matched + multilevel (1 | school)", effect, model(school)),
  ];
}

function differenceInMeans(pupils: Frame, outcome: string, cluster: string): Tested {
  const all = { weights: new Float64Array(pupils.rows).fill(1), treated: "treated", estimand: "ATT" } as const;
  return estimateEffect(`${outcome} ~ treated`, all, { data: pupils, se: "cluster", cluster });
}

function estimated(estimator: RecoveryEstimator, truth: number, make: () => Tested): ReplicationEstimate {
  const made = attempt(make);
  if (typeof made === "string") return { estimator, reason: made };
  const { estimate, standardError, df, lower, upper, p } = made;
  const numbers = { estimate, standardError, df, lower, upper, p, truth };
  const missing = Object.entries(numbers).find(([, value]) => !Number.isFinite(value));
  if (missing !== undefined) return { estimator, reason: `Its ${missing[0]} is ${missing[1]}.` };
  return { estimator, reason: null, ...numbers };
}

/** A result, or the sentence that says why there is none. */
function attempt<T extends object>(make: () => T): T | string {
  try {
    return make();
  } catch (error) {
    if (!isLikewiseError(error)) throw error;
    return error.message;
  }
}
