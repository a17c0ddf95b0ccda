import { createRng, type Rng } from "likewise";

/** The ten covariates: continuous, binary and (the last two) of the school. */
export const COVARIATES = ["prior", "ses", "age", "attendance", "girl", "eal", "fsm", "sen", "intake", "size"] as const;

const TREATMENTS = ["easy", "easyLogit", "hard", "hardLogit"] as const;

/** Columns in the order in which they stand in the file; `school` is a number from 0. */
export const COLUMNS = [...COVARIATES, ...TREATMENTS, "outcome", "school"] as const;

export type ColumnName = (typeof COLUMNS)[number];

export type Pupils = Record<ColumnName, Float64Array>;

/** Few treated whose scores lie well inside those of the controls; nearly half treated, with scores far apart. */
const REGIMES = {
  easy: { share: 0.16, sd: 0.8 },
  hard: { share: 0.46, sd: 1.5 },
} as const;

/** Slopes of the propensity and of the outcome, in the order of the covariates. */
const SELECTION = [0.6, 0.3, 0.05, 0.2, 0.2, -0.4, -0.5, -0.3, 0.4, -0.2];
const ATTAINMENT = [0.6, 0.1, 0.2, 0.05, 0.1, 0.05, -0.1, -0.3, 0.2, 0];

/** Variance between schools and within them, once the covariates are known. */
const BETWEEN = 0.15;

interface Schools {
  /** Row by row, in no order: a national register is not sorted by school. */
  readonly ofRow: Float64Array;
  /** Logarithm of the number of pupils. */
  readonly size: Float64Array;
  readonly intake: Float64Array;
  readonly effect: Float64Array;
}

/** Pupils in schools of unequal size, with two treatments and an outcome: the same numbers for the same seed. */
export function generatePupils(n: number, schools: number, seed: number | string = 1): Pupils {
  const rng = createRng(seed).fork("pupils");
  const places = generateSchools(n, schools, rng.fork("schools"));
  const pupils = Object.fromEntries(COLUMNS.map((name) => [name, new Float64Array(n)])) as Pupils;
  pupils.school = places.ofRow;
  fillCovariates(pupils, places, rng.fork("covariates"));
  const covariates = COVARIATES.map((name) => pupils[name]);
  const selection = weightedSum(covariates, SELECTION);
  for (const regime of ["easy", "hard"] as const) {
    pupils[`${regime}Logit`] = logits(selection, REGIMES[regime]);
    fillTreatment(pupils[regime], pupils[`${regime}Logit`], rng.fork(regime));
  }
  pupils.outcome = weightedSum(covariates, ATTAINMENT);
  const noise = rng.fork("outcome");
  for (let r = 0; r < n; r++) {
    pupils.outcome[r] += places.effect[places.ofRow[r]] + Math.sqrt(1 - BETWEEN) * noise.normal();
  }
  return pupils;
}

/** Log-normal sizes of at least one pupil that add up to n. */
function generateSchools(n: number, schools: number, rng: Rng): Schools {
  const weight = new Float64Array(schools).map(() => Math.exp(0.5 * rng.normal()));
  const total = weight.reduce((sum, w) => sum + w, 0);
  const ofRow = new Float64Array(n);
  const size = new Float64Array(schools);
  let row = 0;
  let passed = 0;
  for (let j = 0; j < schools; j++) {
    passed += weight[j];
    const end = Math.max(row + 1, Math.min(n - (schools - 1 - j), Math.round((n * passed) / total)));
    size[j] = Math.log(end - row);
    ofRow.fill(j, row, end);
    row = end;
  }
  rng.shuffle(ofRow);
  const normals = (sd: number): Float64Array => new Float64Array(schools).map(() => sd * rng.normal());
  return { ofRow, size, intake: normals(0.5), effect: normals(Math.sqrt(BETWEEN)) };
}

function fillCovariates(pupils: Pupils, places: Schools, rng: Rng): void {
  const chance = (probability: number): number => (rng.uniform() < probability ? 1 : 0);
  for (let r = 0; r < places.ofRow.length; r++) {
    const j = places.ofRow[r];
    const ses = places.intake[j] + Math.sqrt(0.75) * rng.normal();
    const prior = 0.5 * ses + Math.sqrt(0.75) * rng.normal();
    pupils.ses[r] = ses;
    pupils.prior[r] = prior;
    pupils.age[r] = rng.uniform();
    pupils.attendance[r] = -Math.exp(0.6 * rng.normal());
    pupils.girl[r] = chance(0.5);
    pupils.eal[r] = chance(0.2);
    pupils.fsm[r] = chance(logistic(-1.5 - ses));
    pupils.sen[r] = chance(logistic(-2 - 0.8 * prior));
    pupils.intake[r] = places.intake[j];
    pupils.size[r] = places.size[j];
  }
}

function weightedSum(columns: readonly Float64Array[], slopes: readonly number[]): Float64Array {
  const sum = new Float64Array(columns[0].length);
  columns.forEach((column, k) => {
    for (let r = 0; r < sum.length; r++) sum[r] += slopes[k] * column[r];
  });
  return sum;
}

const logistic = (eta: number): number => 1 / (1 + Math.exp(-eta));

/** The selection scaled to a standard deviation and shifted to a share of treated, both exact in the first 20,000 rows. */
function logits(selection: Float64Array, { share, sd }: { share: number; sd: number }): Float64Array {
  const sample = selection.subarray(0, 20_000);
  const mean = sample.reduce((sum, x) => sum + x, 0) / sample.length;
  const variance = sample.reduce((sum, x) => sum + (x - mean) ** 2, 0) / sample.length;
  const scale = sd / Math.sqrt(variance);
  let low = -10;
  let high = 10;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    const treated = sample.reduce((sum, x) => sum + logistic(middle + scale * (x - mean)), 0) / sample.length;
    if (treated < share) low = middle;
    else high = middle;
  }
  return selection.map((x) => low + scale * (x - mean));
}

function fillTreatment(treated: Float64Array, logit: Float64Array, rng: Rng): void {
  for (let r = 0; r < treated.length; r++) treated[r] = rng.uniform() < logistic(logit[r]) ? 1 : 0;
}
