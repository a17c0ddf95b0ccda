import { ESTIMATORS } from "./recovery-replicate";
import type {
  RecoveryEstimator,
  RecoveryFailure,
  RecoveryRow,
  Replication,
  ReplicationEstimate,
} from "./recovery-types";

type Estimated = Extract<ReplicationEstimate, { readonly reason: null }>;

const ALL_TREATED = "mean effect over the pupils of all schools of the role in the pool";
const MATCHED = "mean effect over the pupils of matched schools of the role";

const ESTIMANDS: Readonly<Record<RecoveryEstimator, string>> = {
  naive: ALL_TREATED,
  "regression only": ALL_TREATED,
  "matching only": MATCHED,
  "matched + multilevel": MATCHED,
  "matched + multilevel (1 | school)": MATCHED,
};

/**
 * How each estimator did in each scenario, with Monte Carlo standard errors.
 *
 * With e = estimate − truth over R replications: bias ē, its error sd(e)/√R; empirical sd sd(e), error sd/√(2(R − 1)); mean
 * squared error, error of the mean of e²; mean standard error √(mean of se²), error √(var(se²)/(4R))/itself; shares p
 * (coverage, power), error √(p(1 − p)/R), which is 0 where p is 0 or 1: there 3/R bounds what was missed.
 *
 * @param records - of one `recoverTruth`, or of several with the same options.
 * @returns a row per scenario and estimator, scenarios in order of appearance.
 * @example
 * ```ts
 * import { recoverTruth, summariseRecovery } from "likewise";
 * const recovery = recoverTruth({ replications: 2, scale: 0.15, scenarios: ["weak selection"], schoolCovariates: ["intake"] });
 * summariseRecovery(recovery.records).length; // 5
 * ```
 * @see Morris, White & Crowther (2019), Statistics in Medicine 38:2074-2102, table 6.
 */
export function summariseRecovery(records: readonly Replication[]): RecoveryRow[] {
  const scenarios = [...new Set(records.map(({ scenario }) => scenario))];
  return scenarios.flatMap((scenario) => {
    const own = inOrder(records).filter((record) => record.scenario === scenario);
    return ESTIMATORS.map((estimator) => {
      const found = own.map(({ estimates }) => estimates.find((entry) => entry.estimator === estimator)!);
      const run = found.filter((entry): entry is Estimated => entry.reason === null);
      const failed = found.length - run.length;
      return { scenario, estimator, estimand: ESTIMANDS[estimator], ...performance(run), failed };
    });
  });
}

/** Which replications could not be run, by estimator and reason. */
export function failuresOf(records: readonly Replication[]): RecoveryFailure[] {
  const failures = new Map<string, { failure: RecoveryFailure; replications: number[] }>();
  for (const { scenario, replication, estimates } of inOrder(records)) {
    for (const { estimator, reason } of estimates) {
      if (reason === null) continue;
      // The same sentence with other counts of schools is the same reason.
      const name = JSON.stringify([scenario, estimator, reason.replaceAll(/\d+/g, "#")]);
      if (!failures.has(name)) {
        const replications: number[] = [];
        failures.set(name, { failure: { scenario, estimator, reason, replications }, replications });
      }
      failures.get(name)!.replications.push(replication);
    }
  }
  return [...failures.values()].map(({ failure }) => failure);
}

/** By replication; sums come out the same whatever the order in which threads finished. */
function inOrder(records: readonly Replication[]): Replication[] {
  return [...records].sort((a, b) => a.replication - b.replication);
}

type Performance = Omit<RecoveryRow, "scenario" | "estimator" | "estimand" | "failed">;

function performance(run: readonly Estimated[]): Performance {
  const count = run.length;
  const errors = run.map(({ estimate, truth }) => estimate - truth);
  const squares = errors.map((error) => error * error);
  const variances = run.map(({ standardError }) => standardError * standardError);
  const rmse = Math.sqrt(mean(squares));
  const empiricalSd = Math.sqrt(variance(errors));
  const meanStandardError = Math.sqrt(mean(variances));
  const seRatio = meanStandardError / empiricalSd;
  // Relative errors of the two standard deviations, by the delta method.
  const ofMean = Math.sqrt(variance(variances) / (4 * count)) / meanStandardError ** 2;
  const ofEmpirical = 1 / Math.sqrt(2 * (count - 1));
  const covered = run.filter(({ lower, upper, truth }) => lower <= truth && truth <= upper).length / count;
  const significant = run.filter(({ p }) => p < 0.05).length / count;
  return {
    replications: count,
    truth: mean(run.map(({ truth }) => truth)),
    estimate: mean(run.map(({ estimate }) => estimate)),
    bias: mean(errors),
    biasSe: empiricalSd / Math.sqrt(count),
    rmse,
    rmseSe: Math.sqrt(variance(squares) / count) / (2 * rmse),
    coverage: covered,
    coverageSe: shareSe(covered, count),
    power: significant,
    powerSe: shareSe(significant, count),
    typeOneError: 1 - covered,
    typeOneErrorSe: shareSe(covered, count),
    meanStandardError,
    meanStandardErrorSe: ofMean * meanStandardError,
    empiricalSd,
    empiricalSdSe: ofEmpirical * empiricalSd,
    seRatio,
    seRatioSe: seRatio * Math.hypot(ofMean, ofEmpirical),
  };
}

/** `NaN` of none. */
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** `NaN` of fewer than two. */
function variance(values: readonly number[]): number {
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return values.length < 2 ? Number.NaN : squares / (values.length - 1);
}

function shareSe(share: number, count: number): number {
  return Math.sqrt((share * (1 - share)) / count);
}
