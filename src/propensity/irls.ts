import { type BlockKernel, withBlockKernel } from "../linalg/block-kernel";
import { BLOCK, mirror } from "../linalg/gram";
import { bilinear, type Factor, factorise } from "../linalg/symmetric";
import { LINKS, type LinkKernel } from "./links";

/**
 * A binary regression as numbers: p columns of n rows, and who is treated.
 *
 * Column k stands for (x[k] − mean[k]) / scale[k]; nothing of size n × p is copied.
 */
export interface BinaryProblem {
  readonly x: readonly Float64Array[];
  readonly mean: Float64Array;
  readonly scale: Float64Array;
  readonly treated: Uint8Array;
  readonly weights: Float64Array | null;
  readonly n: number;
}

export interface IrlsOptions {
  readonly link: LinkKernel;
  readonly firth: boolean;
  /** Whether steps can be trusted to shrink quadratically, as Newton's (the logit without penalty) do near the maximum. */
  readonly quadratic?: boolean;
  readonly tolerance: number;
  readonly maxIterations: number;
  /** Coefficients to start from; without them the first step regresses the working response at μ = (y + ½)/2. */
  readonly start?: Float64Array;
}

export interface IrlsResult {
  /** Coefficients on the standardised columns. */
  readonly coefficients: Float64Array;
  /** Inverse of the expected information at the coefficients, p × p. */
  readonly covariance: Float64Array;
  /** The last step that is more than rounding: it points along the separating direction where there is one. */
  readonly step: Float64Array;
  readonly linearPredictor: Float64Array;
  readonly deviance: number;
  readonly iterations: number;
  readonly halvings: number;
  readonly status: "converged" | "max-iterations" | "singular" | "stuck";
}

/** A point on the way: coefficients with what one pass over the rows says of them. */
interface Point {
  readonly beta: Float64Array;
  /** X'WX, p × p. */
  readonly information: Float64Array;
  readonly factor: Factor | null;
  /** X'W(z − η), with the penalty's part where there is one. */
  readonly score: Float64Array;
  readonly deviance: number;
  /** What must not rise: the deviance, less log|X'WX| under the Jeffreys penalty. */
  readonly criterion: number;
}

/** Steps shorter than this many standard errors change the criterion by less than its rounding error. */
const ROUNDING_STEP = 1e-4;

/** In shorter steps rounding has a say in the direction: of a fit that runs off to infinity they may point anywhere. */
const ROUNDING_DIRECTION = 1e-7;

/**
 * Fisher scoring for a binary response: iteratively reweighted least squares with step-halving.
 *
 * Each step regresses the working residual z − η = (y − μ)/d on the columns with weights w = d²/V, which is the
 * regression of the working response z and keeps its accuracy where columns are nearly collinear. Firth's penalty adds
 * ½ log|X'WX| to the log-likelihood, so ½ h d(log w)/dη to each row's score, h the leverages (Firth 1993; Kosmidis &
 * Firth 2021). It stops when the next step can be expected to be shorter than `tolerance` standard errors in every
 * direction, judging by how much the last one was shorter than the one before.
 */
export function fitBinary(problem: BinaryProblem, options: IrlsOptions): IrlsResult {
  const p = problem.x.length;
  const eta = new Float64Array(problem.n);
  let point: Point;
  if (options.start) {
    point = evaluate(problem, options, options.start, eta);
  } else {
    startingPredictor(problem, options.link, eta);
    const pass = workingPass(problem, options.link, eta, null);
    point = { ...pass, beta: new Float64Array(p), factor: factorise(pass.information, p), criterion: Infinity };
  }
  let step: Float64Array = new Float64Array(p);
  let lengthBefore = Number.POSITIVE_INFINITY;
  let iterations = 0;
  let halvings = 0;
  let status: IrlsResult["status"] = "max-iterations";
  while (iterations < options.maxIterations) {
    if (point.factor === null) {
      status = "singular";
      break;
    }
    iterations++;
    const own = point.factor.solve(point.score);
    const length = Math.sqrt(bilinear(own, point.information, own, p));
    if (length > ROUNDING_DIRECTION) step = own;
    const next = takeStep(problem, options, point, own, length, eta);
    if (next === null) {
      status = "stuck";
      break;
    }
    halvings += next.halvings;
    point = next.point;
    const shrinkage = Math.min(1, length / lengthBefore);
    const expected = length * (options.quadratic ? shrinkage * shrinkage : shrinkage);
    lengthBefore = length;
    if ((expected <= options.tolerance && iterations > 1) || length <= options.tolerance) {
      status = point.factor ? "converged" : "singular";
      break;
    }
  }
  return {
    coefficients: point.beta,
    covariance: point.factor?.inverse() ?? new Float64Array(p * p).fill(Number.NaN),
    step,
    linearPredictor: eta,
    deviance: point.deviance,
    iterations,
    halvings,
    status,
  };
}

/** Takes the step, halving it until the criterion does not rise. */
function takeStep(
  problem: BinaryProblem,
  options: IrlsOptions,
  from: Point,
  step: Float64Array,
  length: number,
  eta: Float64Array,
): { point: Point; halvings: number } | null {
  for (let halvings = 0; halvings <= 30; halvings++) {
    const fraction = 2 ** -halvings;
    const beta = from.beta.map((value, k) => value + fraction * step[k]);
    const point = evaluate(problem, options, beta, eta);
    const falls = point.criterion <= from.criterion || fraction * length < ROUNDING_STEP;
    if (falls && Number.isFinite(point.criterion)) return { point, halvings };
  }
  return null;
}

/** One pass over the rows at β; η is left in `eta`. */
function evaluate(problem: BinaryProblem, options: IrlsOptions, beta: Float64Array, eta: Float64Array): Point {
  const p = beta.length;
  const pass = workingPass(problem, options.link, eta, beta);
  const factor = factorise(pass.information, p);
  if (!options.firth || factor === null) return { ...pass, beta, factor, criterion: pass.deviance };
  addPenaltyScore(problem, options.link, eta, factor.inverse(), pass.score);
  return { ...pass, beta, factor, criterion: pass.deviance - factor.logDeterminant() };
}

/** η at μ = (y + ½)/2, weighted as R's glm: (wy + ½)/(w + 1). */
function startingPredictor(problem: BinaryProblem, link: LinkKernel, eta: Float64Array): void {
  for (let r = 0; r < problem.n; r++) {
    const w = problem.weights === null ? 1 : problem.weights[r];
    eta[r] = link.linear((w * problem.treated[r] + 0.5) / (w + 1));
  }
}

/** Standardised columns of a block of rows and, with β, its η, summed in column order so that equal rows tie bitwise. */
function fillBlock(
  { x, mean, scale }: BinaryProblem,
  { block, sums, standardise }: BlockKernel,
  from: number,
  rows: number,
  beta: Float64Array | null,
  eta: Float64Array,
): void {
  sums.fill(0);
  for (let k = 0; k < x.length; k++) {
    block.set(x[k].subarray(from, from + rows), k * BLOCK);
    standardise(k, rows, mean[k], 1 / scale[k], beta === null ? 0 : beta[k]);
  }
  if (beta !== null) eta.set(sums.subarray(0, rows), from);
}

/**
 * One pass over the rows: X'WX, X'W(z − η) and the deviance at β, with η left behind. Where β is null, η is given
 * and not in the span of the columns, and X'Wz is returned instead.
 */
function workingPass(
  problem: BinaryProblem,
  link: LinkKernel,
  eta: Float64Array,
  beta: Float64Array | null,
): { information: Float64Array; score: Float64Array; deviance: number } {
  const { n, treated } = problem;
  const p = problem.x.length;
  const information = new Float64Array(p * p);
  const score = new Float64Array(p);
  let deviance = 0;
  withBlockKernel(p, (kernel) => {
    const { weights, residuals } = kernel;
    for (let from = 0; from < n; from += BLOCK) {
      const rows = Math.min(BLOCK, n - from);
      fillBlock(problem, kernel, from, rows, beta, eta);
      deviance += link.working(eta, treated, problem.weights, from, rows, weights, residuals);
      if (beta === null) for (let r = 0; r < rows; r++) residuals[r] += weights[r] * eta[from + r];
      for (let r = 0; r < rows; r++) weights[r] = Math.sqrt(weights[r]);
      for (let k = 0; k < p; k++) score[k] += kernel.weigh(k, rows);
      kernel.addGram(rows, information);
    }
  });
  return { information: mirror(information, p), score, deviance };
}

/** Adds Σ ½ h_i (d log w_i / dη) x_i to the score, with leverages h_i = w_i x_i'C x_i. */
function addPenaltyScore(
  problem: BinaryProblem,
  link: LinkKernel,
  eta: Float64Array,
  covariance: Float64Array,
  score: Float64Array,
): void {
  const { n, treated } = problem;
  const p = score.length;
  const row = new Float64Array(p);
  withBlockKernel(p, (kernel) => {
    const { block, weights, residuals } = kernel;
    for (let from = 0; from < n; from += BLOCK) {
      const rows = Math.min(BLOCK, n - from);
      fillBlock(problem, kernel, from, rows, null, eta);
      link.working(eta, treated, problem.weights, from, rows, weights, residuals);
      for (let r = 0; r < rows; r++) {
        for (let k = 0; k < p; k++) row[k] = block[k * BLOCK + r];
        const leverage = weights[r] * bilinear(row, covariance, row, p);
        const pull = 0.5 * leverage * link.weightSlope(eta[from + r]);
        for (let k = 0; k < p; k++) score[k] += pull * row[k];
      }
    }
  });
}

/** −2 log-likelihood at a linear predictor. */
export function deviance(problem: BinaryProblem, link: LinkKernel, eta: Float64Array): number {
  const unused = new Float64Array(BLOCK);
  let sum = 0;
  for (let from = 0; from < problem.n; from += BLOCK) {
    const rows = Math.min(BLOCK, problem.n - from);
    sum += link.working(eta, problem.treated, problem.weights, from, rows, unused, unused);
  }
  return sum;
}

/** X'X with the prior weights (and those of a logistic start), to judge which columns are independent. */
export function informationAtStart(problem: BinaryProblem): Float64Array {
  const eta = new Float64Array(problem.n);
  return workingPass(problem, LINKS.logit, eta, null).information;
}

/** x'δ of every row, on the standardised columns. */
export function project(problem: BinaryProblem, direction: Float64Array): Float64Array {
  const along = new Float64Array(problem.n);
  withBlockKernel(direction.length, (kernel) => {
    for (let from = 0; from < problem.n; from += BLOCK) {
      fillBlock(problem, kernel, from, Math.min(BLOCK, problem.n - from), direction, along);
    }
  });
  return along;
}
