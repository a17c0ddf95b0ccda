import type { Column, Frame } from "../data/types";
import { createRng, type Rng } from "../random/rng";
import { OUTCOME_SLOPES, POINTS, STUDY_YEARS } from "./calibration/outcomes";
import { ETHNIC_GROUPS, FSM_SLOPES, GENDERS, GIRLS, IDACI, SEN_LEVELS, SEN_SLOPES } from "./calibration/pupils";
import { KEY_STAGES } from "./calibration/schools";
import { COVARIATE_MEAN, PRIOR_SCALE } from "./composition";
import type { World } from "./state";

const ETHNIC_NAMES = ETHNIC_GROUPS.map((group) => group.name);

interface PupilColumns {
  readonly school: Int32Array;
  readonly year: Float64Array;
  readonly keyStage: Int32Array;
  readonly prior: Float64Array;
  readonly gender: Int32Array;
  readonly fsm: Float64Array;
  readonly eal: Float64Array;
  readonly sen: Int32Array;
  readonly ethnicity: Int32Array;
  readonly idaci: Float64Array;
  readonly birthMonth: Float64Array;
  readonly points: Float64Array;
  readonly outcome: Float64Array;
}

/** Pupil records of the given schools in the given years (0 = 2012). */
export function countPupils(world: World, schools: ArrayLike<number>, years: readonly number[]): number {
  let rows = 0;
  for (let i = 0; i < schools.length; i++) {
    for (const t of years) rows += world.schools.pupilsByYear[3 * schools[i] + t];
  }
  return rows;
}

/** The pupils of schools (by position) in years (0 = 2012), school by school. */
export function pupilFrame(world: World, schools: ArrayLike<number>, years: readonly number[]): Frame {
  const rows = countPupils(world, schools, years);
  const columns = emptyColumns(rows);
  const rng = createRng(world.schools.options.seed).fork("pupils");
  let start = 0;
  for (let i = 0; i < schools.length; i++) {
    const j = schools[i];
    const ofSchool = rng.fork(world.schools.ids[j]);
    for (const t of years) {
      const end = start + world.schools.pupilsByYear[3 * j + t];
      columns.school.fill(i, start, end);
      columns.year.fill(STUDY_YEARS[t], start, end);
      columns.keyStage.fill(j < world.schools.primaries ? 0 : 1, start, end);
      fillPupils(world, j, t, columns, start, end, ofSchool.fork(STUDY_YEARS[t]));
      start = end;
    }
  }
  const ids = Array.from(schools, (j) => world.schools.ids[j]);
  return { kind: "frame", rows, columns: namedColumns(columns, ids) };
}

function emptyColumns(rows: number): PupilColumns {
  const floats = (): Float64Array => new Float64Array(rows);
  const codes = (): Int32Array => new Int32Array(rows);
  return {
    school: codes(),
    year: floats(),
    keyStage: codes(),
    prior: floats(),
    gender: codes(),
    fsm: floats(),
    eal: floats(),
    sen: codes(),
    ethnicity: codes(),
    idaci: floats(),
    birthMonth: floats(),
    points: floats(),
    outcome: floats(),
  };
}

function namedColumns(columns: PupilColumns, schools: readonly string[]): Column[] {
  return [
    { kind: "text", name: "school", codes: columns.school, levels: schools },
    { kind: "numeric", name: "year", values: columns.year },
    { kind: "factor", name: "keyStage", codes: columns.keyStage, levels: KEY_STAGES },
    { kind: "numeric", name: "prior", values: columns.prior },
    { kind: "factor", name: "gender", codes: columns.gender, levels: GENDERS },
    { kind: "logical", name: "fsm", values: columns.fsm },
    { kind: "logical", name: "eal", values: columns.eal },
    { kind: "factor", name: "sen", codes: columns.sen, levels: SEN_LEVELS },
    { kind: "factor", name: "ethnicity", codes: columns.ethnicity, levels: ETHNIC_NAMES },
    { kind: "numeric", name: "idaci", values: columns.idaci },
    { kind: "numeric", name: "birthMonth", values: columns.birthMonth },
    { kind: "numeric", name: "points", values: columns.points },
    { kind: "numeric", name: "outcome", values: columns.outcome },
  ];
}

/**
 * Draws the pupils of one school in one year into rows start to end − 1. The covariates follow pupil-law.ts; then
 *
 *   outcome = covariates − their national mean + contextual effect of intake + school effect of that year + residual,
 *
 * where the variances are those of variance.ts.
 */
function fillPupils(world: World, j: number, t: number, out: PupilColumns, start: number, end: number, rng: Rng): void {
  const { schools, programme, effectByYear } = world;
  const stage = j < schools.primaries ? 0 : 1;
  const { law } = schools;
  const slopes = OUTCOME_SLOPES[stage];
  const scale = PRIOR_SCALE[stage];
  const points = POINTS[stage][t];
  const intake = schools.intake[j];
  const whiteBritish = 1 - schools.minority[j];
  const fsmShift = FSM_SLOPES.disadvantage * schools.disadvantage[j];
  const idaciShift = law.idaciIntercept + IDACI.disadvantage * schools.disadvantage[j];
  const residualSd = Math.sqrt(schools.variance[stage].residual);
  const [action, actionPlus, statement] = law.senThresholds.map(Math.exp);
  const lastGroup = ETHNIC_NAMES.length - 1;
  // Constants of other files as locals: some loaders look imported names up anew in every pass.
  const [fsmPrior, senPrior, senFsm, senBoy] = [FSM_SLOPES.prior, SEN_SLOPES.prior, SEN_SLOPES.fsm, SEN_SLOPES.boy];
  const [idaciFsm, idaciSpread, girls] = [IDACI.fsm, IDACI.spread, GIRLS];
  const level =
    slopes.intake * intake -
    COVARIATE_MEAN[stage] +
    schools.y0ByYear[3 * j + t] +
    (programme.role[j] === 0 ? 0 : effectByYear[3 * j + t]);

  for (let row = start; row < end; row++) {
    const within = rng.normal();
    const prior = intake + scale.within * within;
    let group = 0;
    if (rng.uniform() >= whiteBritish) {
      const u = rng.uniform();
      group = 1;
      while (group < lastGroup && u >= law.minorityCumulative[group - 1]) group++;
    }
    const fsm = rng.uniform() < 1 / (1 + Math.exp(-(law.fsmIntercepts[group] + fsmShift + fsmPrior * within))) ? 1 : 0;
    const eal = rng.uniform() < law.ealRates[group] ? 1 : 0;
    const girl = rng.uniform() < girls ? 1 : 0;
    // Ordered logistic: at least level k with chance e / (e + threshold).
    const e = Math.exp(senPrior * within + senFsm * fsm + senBoy * (1 - girl));
    const u = rng.uniform();
    const sen = u >= e / (e + action) ? 0 : u >= e / (e + actionPlus) ? 1 : u >= e / (e + statement) ? 2 : 3;
    const idaci = 1 / (1 + Math.exp(-(idaciShift + idaciFsm * fsm + idaciSpread * rng.normal())));
    const birthMonth = Math.floor(12 * rng.uniform());
    const isMissing = rng.uniform() < law.missing[eal];
    const outcome =
      level +
      (slopes.prior + slopes.priorSquared * prior) * prior +
      slopes.girl * girl +
      slopes.fsm * fsm +
      slopes.eal * eal +
      slopes.sen[sen] +
      slopes.idaci * idaci +
      slopes.birthMonth * birthMonth +
      slopes.ethnicity[group] +
      residualSd * rng.normal();
    out.prior[row] = isMissing ? Number.NaN : scale.mean + scale.pupilSd * prior;
    out.gender[row] = girl;
    out.fsm[row] = fsm;
    out.eal[row] = eal;
    out.sen[row] = sen;
    out.ethnicity[row] = group;
    out.idaci[row] = idaci;
    out.birthMonth[row] = birthMonth;
    out.points[row] = points.mean + points.sd * outcome;
    out.outcome[row] = outcome;
  }
}
