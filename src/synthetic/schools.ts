import { betaLogOddsQuantile } from "../distributions/beta";
import { normalCdf, normalQuantileUpper, normalSurvival } from "../distributions/normal";
import { createRng, type Rng } from "../random/rng";
import { ETHNIC_GROUPS } from "./calibration/pupils";
import {
  AUTHORITIES,
  type ByPhase,
  COHORT_VARIATION,
  DISADVANTAGED,
  INTAKE_BY_TYPE,
  INTAKE_DISADVANTAGED,
  MINORITY_SHIFTS,
  MINORITY_SPREAD,
  OFSTED_SHARES,
  PRIMARY_COHORT,
  REGION_SHARES,
  REGIONS,
  SCHOOL_COUNTS,
  SECONDARY_COHORT,
  SMALLEST_COHORT,
  TYPE_SHARES,
  URBAN_SHARES,
  YEAR_GROUPS,
} from "./calibration/schools";
import { compositionOf, PRIOR_SCALE } from "./composition";
import { expectation, logistic, solveIncreasing } from "./normal-grid";
import { pupilLaw } from "./pupil-law";
import type { SchoolState } from "./state";
import type { ResolvedSimulation } from "./types";
import { variancePartition } from "./variance";

type Stage = 0 | 1;
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Draws every school from a stream of its own: a school is the same whatever is drawn around it. */
export function drawSchools(options: ResolvedSimulation): SchoolState {
  const root = createRng(options.seed);
  const counts = SCHOOL_COUNTS.map((n) => Math.round(n * options.scale));
  const places = drawAuthorities(options, root.fork("authorities"));
  const state = emptyState(options, counts as [number, number], places);
  const plans = ([0, 1] as const).map((stage) => planOf(stage));
  const rng = root.fork("schools");
  for (let j = 0; j < state.count; j++) {
    const stage: Stage = j < state.primaries ? 0 : 1;
    drawSchool(state, j, stage, plans[stage], places, rng.fork(state.ids[j]));
  }
  return state;
}

/** Local authorities: where each region's begin, and their effects on both key stages in sd of such effects. */
interface Authorities {
  readonly first: Int32Array;
  readonly names: readonly string[];
  readonly effect: ByPhase<Float64Array>;
}

function drawAuthorities(options: ResolvedSimulation, rng: Rng): Authorities {
  const first = new Int32Array(REGIONS.length + 1);
  const names: string[] = [];
  REGIONS.forEach((region, r) => {
    const share = (REGION_SHARES[0][r] + REGION_SHARES[1][r]) / 2;
    const n = Math.max(1, Math.round(AUTHORITIES * share * options.scale));
    for (let k = 1; k <= n; k++) names.push(`${region} ${String(k).padStart(2, "0")}`);
    first[r + 1] = names.length;
  });
  const effect: ByPhase<Float64Array> = [new Float64Array(names.length), new Float64Array(names.length)];
  names.forEach((name, a) => {
    const own = rng.fork(name);
    effect[0][a] = own.normal();
    effect[1][a] = own.normal();
  });
  return { first, names, effect };
}

function emptyState(options: ResolvedSimulation, counts: ByPhase<number>, places: Authorities): SchoolState {
  const count = counts[0] + counts[1];
  const floats = (per = 1): Float64Array => new Float64Array(per * count);
  const codes = (per = 1): Int32Array => new Int32Array(per * count);
  const name = (prefix: string, k: number): string => `${prefix}${String(k + 1).padStart(5, "0")}`;
  return {
    options,
    law: pupilLaw(options.missingPrior),
    variance: [variancePartition(options, 0), variancePartition(options, 1)],
    count,
    primaries: counts[0],
    ids: Array.from({ length: count }, (_, j) => (j < counts[0] ? name("P", j) : name("S", j - counts[0]))),
    region: codes(),
    authority: codes(),
    authorityNames: places.names,
    type: codes(),
    urban: floats(),
    roll: floats(),
    ofsted: codes(),
    intake: floats(),
    disadvantage: floats(),
    disadvantaged: floats(),
    minority: floats(),
    fsm: floats(),
    eal: floats(),
    sen: floats(),
    earlierByYear: floats(3),
    earlierScore: floats(),
    quality: floats(),
    lot: floats(),
    engagementLot: floats(),
    pupilsByYear: codes(3),
    y0ByYear: floats(3),
  };
}

/** What all schools of a phase share. */
interface Plan {
  readonly regions: Float64Array;
  readonly types: Float64Array;
  /** Mean intake by type, and its sd within a type, in sd of pupils. */
  readonly intakeByType: Float64Array;
  readonly intakeSd: number;
  /** Correlation of the latent disadvantage with intake. */
  readonly disadvantage: number;
  readonly minorityIntercept: number;
  readonly ofstedThresholds: Float64Array;
}

function planOf(stage: Stage): Plan {
  const { between, pupilSd } = PRIOR_SCALE[stage];
  const types = cumulative(TYPE_SHARES[stage]);
  const regions = cumulative(REGION_SHARES[stage]);
  const shares = Array.from(types, (end, k) => end - (types[k - 1] ?? 0));
  // Types differ in intake among secondary schools only; the mean of all schools is 0.
  const points = stage === 0 ? INTAKE_BY_TYPE.map(() => 0) : INTAKE_BY_TYPE;
  const mean = points.reduce((sum, value, k) => sum + shares[k] * value, 0);
  const intakeByType = Float64Array.from(points, (value) => (value - mean) / pupilSd);
  const ofTypes = intakeByType.reduce((sum, value, k) => sum + shares[k] * value * value, 0);
  return {
    regions,
    types,
    intakeByType,
    intakeSd: Math.sqrt(between * between - ofTypes),
    disadvantage: latentCorrelation(),
    minorityIntercept: solveIncreasing(
      (a) =>
        REGIONS.reduce((sum, _, r) => {
          const share = regions[r] - (regions[r - 1] ?? 0);
          return sum + share * expectation((z) => logistic(a + MINORITY_SHIFTS[r] + MINORITY_SPREAD * z));
        }, 0),
      1 - ETHNIC_GROUPS[0].share,
    ),
    ofstedThresholds: Float64Array.from(OFSTED_SHARES[stage], normalQuantileUpper),
  };
}

function cumulative(shares: readonly number[]): Float64Array {
  const total = shares.reduce((sum, share) => sum + share, 0);
  let passed = 0;
  return Float64Array.from(shares, (share) => {
    passed += share / total;
    return passed;
  });
}

/** The share disadvantaged of a school at z of the latent disadvantage. */
function disadvantagedAt(z: number): number {
  return logistic(betaLogOddsQuantile(normalCdf(z), normalSurvival(z), DISADVANTAGED.alpha, DISADVANTAGED.beta));
}

/** The latent correlation at which intake and the share disadvantaged correlate as published. */
function latentCorrelation(): number {
  const mean = expectation(disadvantagedAt);
  const sd = Math.sqrt(expectation((z) => (disadvantagedAt(z) - mean) ** 2));
  return (INTAKE_DISADVANTAGED * sd) / expectation((z) => z * disadvantagedAt(z));
}

/** One school. Every school draws the same numbers in the same order, whatever the options: they only scale them. */
function drawSchool(
  state: Writable<SchoolState>,
  j: number,
  stage: Stage,
  plan: Plan,
  places: Authorities,
  rng: Rng,
): void {
  const region = pick(plan.regions, rng.uniform());
  const authority = places.first[region] + rng.integer(places.first[region + 1] - places.first[region]);
  const type = pick(plan.types, rng.uniform());
  state.region[j] = region;
  state.authority[j] = authority;
  state.type[j] = type;
  state.urban[j] = rng.uniform() < URBAN_SHARES[stage][region] ? 1 : 0;
  const minority = logistic(plan.minorityIntercept + MINORITY_SHIFTS[region] + MINORITY_SPREAD * rng.normal());
  const intake = plan.intakeByType[type] + plan.intakeSd * rng.normal();
  const disadvantage =
    (plan.disadvantage * intake) / PRIOR_SCALE[stage].between + Math.sqrt(1 - plan.disadvantage ** 2) * rng.normal();
  const expected = compositionOf(state.law, stage, intake, disadvantage, minority);
  state.intake[j] = intake;
  state.disadvantage[j] = disadvantage;
  state.disadvantaged[j] = disadvantagedAt(disadvantage);
  state.minority[j] = minority;
  state.fsm[j] = expected.fsm;
  state.eal[j] = expected.eal;
  state.sen[j] = expected.sen;
  drawOutcomes(state, j, stage, expected.outcome, places.effect[stage][authority], rng);
  const correlation = state.options.ofstedCorrelation;
  const judgement = correlation * state.earlierScore[j] + Math.sqrt(1 - correlation ** 2) * rng.normal();
  state.ofsted[j] = plan.ofstedThresholds.findIndex((threshold) => judgement > threshold);
  if (state.ofsted[j] < 0) state.ofsted[j] = plan.ofstedThresholds.length;
  state.lot[j] = -Math.log(1 - rng.uniform());
  state.engagementLot[j] = rng.uniform();
}

/** Cohorts, school effects of the outcome years, and mean outcomes of the three years before them. */
function drawOutcomes(
  state: Writable<SchoolState>,
  j: number,
  stage: Stage,
  composition: number,
  authorityEffect: number,
  rng: Rng,
): void {
  const { hidden } = state.options;
  const v = state.variance[stage];
  const base = drawBase(stage, rng);
  state.roll[j] = Math.round(base) * YEAR_GROUPS[stage];
  const lasting = Math.sqrt(v.authority) * authorityEffect + Math.sqrt(v.persistent) * rng.normal();
  state.quality[j] = rng.normal();
  // Where the quality does not show yet, something else stood in its place: the variance is the same in every year.
  const earlierQuality = hidden.earlier * state.quality[j] + Math.sqrt(1 - hidden.earlier ** 2) * rng.normal();
  const yearlySd = Math.sqrt(v.yearly);
  const pupilVariance = v.covariatesWithin + v.residual;
  let earlierSum = 0;
  let noiseVariance = 0;
  for (let t = 0; t < 3; t++) {
    state.pupilsByYear[3 * j + t] = cohortSize(base, stage, rng);
    state.y0ByYear[3 * j + t] = lasting + hidden.outcome * state.quality[j] + yearlySd * rng.normal();
    const pupils = cohortSize(base, stage, rng);
    const ofYear = yearlySd * rng.normal() + Math.sqrt(pupilVariance / pupils) * rng.normal();
    const earlier = composition + lasting + hidden.outcome * earlierQuality + ofYear;
    state.earlierByYear[3 * j + t] = earlier;
    earlierSum += earlier;
    noiseVariance += v.yearly + pupilVariance / pupils;
  }
  const variance = v.covariatesBetween + v.authority + v.persistent + v.quality + noiseVariance / 9;
  state.earlierScore[j] = earlierSum / 3 / Math.sqrt(variance);
}

function drawBase(stage: Stage, rng: Rng): number {
  const uniform = rng.uniform();
  const normal = rng.normal();
  if (stage === 1) return Math.exp(SECONDARY_COHORT.logMean + SECONDARY_COHORT.logSd * normal);
  let passed = 0;
  const mode = PRIMARY_COHORT.shares.findIndex((share) => {
    passed += share;
    return uniform < passed;
  });
  return PRIMARY_COHORT.modes[mode < 0 ? PRIMARY_COHORT.modes.length - 1 : mode];
}

function cohortSize(base: number, stage: Stage, rng: Rng): number {
  return Math.max(SMALLEST_COHORT, Math.round(base * (1 + COHORT_VARIATION[stage] * rng.normal())));
}

/** The first position whose cumulative share lies above a uniform number. */
function pick(cumulativeShares: Float64Array, uniform: number): number {
  const last = cumulativeShares.length - 1;
  let k = 0;
  while (k < last && uniform >= cumulativeShares[k]) k++;
  return k;
}
