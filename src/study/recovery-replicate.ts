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
import { effectIn, fitterOf, recommendedEffect } from "./recommended";
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

/** One simulated study before anything is estimated: complete pupils of the pool and of matched schools, and what is true of them. */
interface Drawn {
  readonly source: StudySource;
  readonly design: CellDesign;
  readonly pool: { readonly pupils: Frame; readonly truth: CellTruth };
  readonly matched: { readonly pupils: Frame; readonly truth: CellTruth };
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
  const { design, pool, matched } = drawn;
  return {
    ...base,
    treatedSchools: design.pool.treated,
    matchedSchools: numericColumn(design.schools, "treated").reduce((sum, value) => sum + value, 0),
    headStart: { pool: pool.truth.headStart, matched: matched.truth.headStart },
    estimates: [...onPool(task, drawn), ...onMatched(task, drawn)],
  };
}

/** Only the pupils of schools that could be compared are drawn. */
function drawStudy(task: ReplicationTask): Drawn {
  const { cell, scale, seed } = task;
  const settings = settingsOf(cell, task);
  const simulated = simulateSchools({ ...task.scenario.simulate, seed, scale, years: [cell.year] });
  const source = studySource(simulated, { schoolCovariates: task.schoolCovariates ?? undefined });
  const cohort = settings.cohorts.find((known) => known.cohort === cell.cohort)!;
  const design = designCell(source, settings, cell, lastEarlierYear(cohort, cell.year));
  const pool = sourceOf(design.propensity)?.data as Frame;
  const matched = pupilsOf(source, cell, design).table;
  return {
    source,
    design,
    pool: { pupils: poolPupils(source, design, pool, cell.year), truth: truthFor(source, pool, cell.year) },
    matched: { pupils: matched, truth: truthFor(source, matched, cell.year) },
  };
}

/** The pupils of the pool that are complete for M3. */
function poolPupils({ pupils, columns }: StudySource, design: CellDesign, pool: Frame, year: number): Frame {
  const { school, outcome, pupilCovariates } = columns;
  const needed = [outcome, ...formulaColumns(`~ ${pupilCovariates}`)];
  const drawn = pupils(Int32Array.from(numericColumn(pool, SOURCE_ROW)), year);
  const schools = selectColumns(pool, [school, "treated", ...formulaColumns(`~ ${design.covariates}`)]);
  return dropIncomplete(join(selectColumns(drawn, [school, ...needed]), schools, { on: school }), needed);
}

/** The truth about the schools of a table, of schools or of their pupils. */
function truthFor(source: StudySource, table: Frame, year: number): CellTruth {
  const name = getColumn(table, source.columns.school);
  const treated = numericColumn(table, "treated");
  const arms = [new Set<string>(), new Set<string>()];
  treated.forEach((arm, row) => {
    arms[arm].add(String(valueAt(name, row)));
  });
  return source.truth!([...arms[1]], [...arms[0]], year);
}

/** Naive and regression only, on all schools that could have been matched. */
function onPool({ df }: ReplicationTask, { source, design, pool }: Drawn): ReplicationEstimate[] {
  const { school, outcome, pupilCovariates } = source.columns;
  const formula = `${outcome} ~ ${pupilCovariates} + ${design.covariates} + treated + (1 | ${school})`;
  const { effect } = pool.truth;
  return [
    estimated("naive", effect, () => differenceInMeans(pool.pupils, outcome, school)),
    estimated("regression only", effect, () => effectIn(fitMixed(formula, pool.pupils, { df }))),
  ];
}

/** Matching only and matched + multilevel, on the rows that the study itself would use. */
function onMatched(task: ReplicationTask, { source, design, matched }: Drawn): ReplicationEstimate[] {
  const { outcome, pupilCovariates } = source.columns;
  const fitter = fitterOf(source, settingsOf(task.cell, task), matched.pupils);
  const fixed = `${pupilCovariates} + ${design.covariates} + treated`;
  const { effect } = matched.truth;
  const spared = (make: () => Tested) => (): Tested => {
    requireSpareSchools(design.schools.rows, design.propensity.terms.length - 1);
    return make();
  };
  return [
    estimated("matching only", effect, () => differenceInMeans(matched.pupils, outcome, "pair")),
    estimated(
      "matched + multilevel",
      effect,
      spared(() => recommendedEffect(fitter, fixed).effect),
    ),
    estimated(
      "matched + multilevel (1 | school)",
      effect,
      spared(() => effectIn(fitter.single(fixed))),
    ),
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
