import { Matrix } from "ml-matrix";
import { diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { type BinaryProblem, deviance } from "./irls";
import { LINKS } from "./links";
import type { Estimate } from "./maximum-likelihood";
import type { ScoreEstimate, ScoreEstimator } from "./types";

/** What another estimator says, checked. */
export function estimateBy(estimator: ScoreEstimator, problem: BinaryProblem): Estimate {
  const p = problem.x.length;
  const x = problem.x.map((column, k) => column.map((value) => (value - problem.mean[k]) / problem.scale[k]));
  const result = estimator.estimate(x, problem.treated);
  requireProbabilities(estimator, result.probabilities, problem.n);
  const linearPredictor = result.probabilities.map((value) => LINKS.logit.linear(value));
  const diagnostics = result.diagnostics ?? [];
  return {
    coefficients: result.coefficients ?? new Float64Array(p).fill(Number.NaN),
    covariance: new Float64Array(p * p).fill(Number.NaN),
    linearPredictor,
    probabilities: result.probabilities,
    deviance: deviance(problem, LINKS.logit, linearPredictor),
    iterations: result.iterations ?? Number.NaN,
    converged: diagnostics.every((entry) => entry.severity !== "warning"),
    diagnostics,
  };
}

function requireProbabilities(estimator: ScoreEstimator, probabilities: Float64Array, n: number): void {
  const bad = probabilities.findIndex((value) => !(value > 0 && value < 1));
  if (probabilities.length === n && bad < 0) return;
  const what =
    bad >= 0
      ? `the probability ${probabilities[bad]} for row ${bad + 1} of the complete rows`
      : `${probabilities.length} probabilities for ${n} rows`;
  fail(
    "adapter",
    `The estimator ${estimator.name} returned ${what}; propensity scores must lie strictly between 0 and 1. ` +
      "Its steps may have diverged: take smaller ones, or use the default estimator.",
    { estimator: estimator.name, row: bad },
  );
}

/** The part of ml-logistic-regression's class that the adapter uses. */
export interface MlLogisticRegressionClass {
  new (options: {
    numSteps: number;
    learningRate: number;
  }): {
    train(x: Matrix, y: Matrix): void;
    readonly classifiers: readonly { readonly weights: unknown }[];
  };
}

export interface MlLogisticRegressionOptions {
  /** Gradient steps, always all of them. Default 50,000, the package's own. */
  readonly numSteps?: number;
  /** Step length on the summed gradient. Default 4/(n·p), at which standardised columns cannot diverge. */
  readonly learningRate?: number;
}

/**
 * An adapter that lets `fitPropensity` estimate by the package ml-logistic-regression.
 *
 * The package fits no intercept, takes a fixed number of gradient steps without testing convergence, and diverges on raw
 * scales or when its step is too long for the number of rows. The adapter therefore hands it standardised columns with
 * a constant, chooses a step that cannot diverge, and reads probabilities instead of classes. It still goes wrong where
 * covariates are nearly collinear or separate the groups: then the steps end far from the maximum, which the diagnostic
 * `"estimator-unconverged"` says with the size of the remaining gradient. It gives no standard errors, and takes minutes
 * where iteratively reweighted least squares takes milliseconds: use it to compare, not to work.
 *
 * @param LogisticRegression - the package's class.
 * @throws `adapter` from `fitPropensity` where the result holds no probabilities (a step that diverged).
 * @example
 * ```ts
 * import { fitPropensity, mlLogisticRegression } from "likewise";
 * import LogisticRegression from "ml-logistic-regression";
 * const data = { treated: [0, 1, 0, 1, 1, 0], age: [20, 30, 40, 25, 50, 35] };
 * const model = fitPropensity("treated ~ age", data, {
 *   estimator: mlLogisticRegression(LogisticRegression, { numSteps: 2000 }),
 * });
 * model.estimator; // "ml-logistic-regression"
 * ```
 */
export function mlLogisticRegression(
  LogisticRegression: MlLogisticRegressionClass,
  options: MlLogisticRegressionOptions = {},
): ScoreEstimator {
  const numSteps = options.numSteps ?? 50_000;
  return {
    name: "ml-logistic-regression",
    estimate(x, treated) {
      // The largest eigenvalue of X'X is at most its trace, n·p, and the Hessian at most a quarter of it.
      const learningRate = options.learningRate ?? 4 / (treated.length * x.length);
      const features = new Matrix(Array.from(treated, (_, row) => x.map((column) => column[row])));
      const classifier = new LogisticRegression({ numSteps, learningRate });
      classifier.train(features, Matrix.columnVector(Array.from(treated)));
      // Its first classifier is "not class 0", which here is "treated".
      const coefficients = Float64Array.from(new Matrix(classifier.classifiers[0].weights as number[][]).to1DArray());
      return { ...scored(x, treated, coefficients), iterations: numSteps };
    },
  };
}

function scored(x: readonly Float64Array[], treated: Uint8Array, coefficients: Float64Array): ScoreEstimate {
  const n = treated.length;
  const eta = new Float64Array(n);
  x.forEach((column, k) => {
    for (let r = 0; r < n; r++) eta[r] += coefficients[k] * column[r];
  });
  const probabilities = eta.map((value) => LINKS.logit.probability(value));
  const gradient = x.map(
    (column) => column.reduce((sum, value, r) => sum + value * (treated[r] - probabilities[r]), 0) / n,
  );
  const largest = Math.max(...gradient.map(Math.abs));
  if (largest < 1e-6) return { probabilities, coefficients };
  const warning = diagnostic(
    "estimator-unconverged",
    "warning",
    `ml-logistic-regression stopped away from the maximum: its mean gradient is ${largest.toExponential(1)} per row on standardised ` +
      "columns (0 at the maximum). Take more steps, or use the default estimator.",
    { gradient: largest },
  );
  return { probabilities, coefficients, diagnostics: [warning] };
}
