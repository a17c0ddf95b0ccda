import { fail } from "../errors/error";
import { count } from "../errors/words";
import { semidefiniteFactor } from "../linalg/symmetric";
import { createRng, type Rng } from "../random/rng";
import { optimiseNear } from "./optimise";
import type { ProfileProblem } from "./profile";
import { requireIntercept } from "./require-intercept";
import { classNumbers, WITHIN_TOLERANCE } from "./scale";
import { stateOf } from "./state";
import type { MixedModel } from "./types";
import { backTransform } from "./units";
import { refuseGroupWeights } from "./weights";

export interface BootstrapOptions {
  readonly seed: number | string;
  /** Default 1,000. */
  readonly replicates?: number;
  /** Called now and then with the number of replicates done. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Looked at before every replicate; an `AbortSignal` will do. */
  readonly signal?: { readonly aborted: boolean };
}

/** Refits of data simulated from a model. */
export interface Bootstrap {
  readonly kind: "bootstrap";
  readonly seed: number | string;
  readonly replicates: number;
  readonly terms: readonly string[];
  /** replicates × p, row-major. */
  readonly coefficients: Float64Array;
  /** replicates: standard deviations of groups and residuals. */
  readonly groupSd: Float64Array;
  readonly residualSd: Float64Array;
  /** Replicates whose group variance was estimated as 0. */
  readonly boundaryFits: number;
}

/**
 * A parametric bootstrap of a mixed model, at a cost that does not grow with the number of rows.
 *
 * Instead of rows it simulates what a refit sees of them: ȳ_j ~ N(x̄_j'β, σ²(φ + 1/S_j)), W_xy = W_xxβ + σRz and W_yy =
 * β'W_xxβ + 2σβ'Rz + σ²(z'z + χ²_{n − J − rank W_xx}), RR' = W_xx, z standard normal: the same distribution as refitting
 * simulated rows.
 *
 * @throws `invalid-argument` for replicates below 1, and where the signal aborts.
 * @example
 * ```ts
 * import { bootstrap, fitMixed } from "likewise";
 * const model = fitMixed("score ~ 1 + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6],
 * });
 * bootstrap(model, { seed: 1, replicates: 50 }).groupSd.length; // 50
 * ```
 */
export function bootstrap(subject: MixedModel, options: BootstrapOptions): Bootstrap {
  const model = requireIntercept(subject, "Bootstrap replicates");
  const replicates = options.replicates ?? 1000;
  if (!Number.isInteger(replicates) || replicates < 1) {
    fail("invalid-argument", `replicates must be a whole number from 1, not ${replicates}.`);
  }
  refuseGroupWeights(model.summary, "Bootstrap replicates");
  const { scaled, point } = stateOf(model);
  const p = model.terms.length;
  const back = backTransform(model.summary, scaled);
  const intercept = model.summary.bound.intercept ? model.summary.shift[model.summary.shift.length - 1] : 0;
  const unit = scaled.scale[p];
  const simulate = simulator(
    scaled.problem,
    point.beta,
    point.phi,
    point.sigma2,
    model.summary.nobs,
    createRng(options.seed),
  );
  const coefficients = new Float64Array(replicates * p);
  const groupSd = new Float64Array(replicates);
  const residualSd = new Float64Array(replicates);
  let boundaryFits = 0;
  for (let b = 0; b < replicates; b++) {
    if (options.signal?.aborted)
      fail("invalid-argument", `The bootstrap was aborted after ${count(b, "replicate")}.`, { done: b });
    const optimum = optimiseNear(simulate(), point.phi);
    if (optimum === null) return fail("no-convergence", `Replicate ${b + 1} could not be refitted.`, { replicate: b });
    const { beta, phi, sigma2 } = optimum.best;
    for (let j = 0; j < p; j++) {
      let sum = j === 0 ? intercept : 0;
      for (let k = 0; k < p; k++) sum += back[j * p + k] * beta[k];
      coefficients[b * p + j] = sum;
    }
    groupSd[b] = Math.sqrt(phi * sigma2) * unit;
    residualSd[b] = Math.sqrt(sigma2) * unit;
    if (phi === 0) boundaryFits++;
    if (options.onProgress && (b + 1) % 100 === 0) options.onProgress(b + 1, replicates);
  }
  return {
    kind: "bootstrap",
    seed: options.seed,
    replicates,
    terms: model.terms,
    coefficients,
    groupSd,
    residualSd,
    boundaryFits,
  };
}

/** Draws problems like the given one with a simulated outcome; columns and their products are shared between draws. */
function simulator(
  problem: ProfileProblem,
  beta: Float64Array,
  phi: number,
  sigma2: number,
  nobs: number,
  rng: Rng,
): () => ProfileProblem {
  const { p, weights, means, within } = problem;
  const q = p + 1;
  const sigma = Math.sqrt(sigma2);
  const { r: factor, independent } = semidefiniteFactor(within, q, WITHIN_TOLERANCE);
  const rows = independent.filter((k) => k < p);
  const residualDf = nobs - weights.length - rows.length;
  const expected = Float64Array.from(weights, (_, j) => {
    let sum = 0;
    for (let k = 0; k < p; k++) sum += means[j * q + k] * beta[k];
    return sum;
  });
  const classOf = classNumbers(problem);
  const fitted = productWith(within, beta, p);
  const spread = beta.reduce((sum, value, k) => sum + value * fitted[k], 0);
  return () => {
    const z = rows.map(() => rng.normal());
    // Rz, and β'Rz with it.
    const noise = new Float64Array(p);
    rows.forEach((row, i) => {
      for (let k = 0; k < p; k++) noise[k] += sigma * factor[row * q + k] * z[i];
    });
    const drawn = within.slice();
    let cross = 0;
    for (let k = 0; k < p; k++) {
      drawn[k * q + p] = fitted[k] + noise[k];
      drawn[p * q + k] = drawn[k * q + p];
      cross += beta[k] * noise[k];
    }
    const chi = residualDf > 0 ? rng.chiSquared(residualDf) : 0;
    const zz = z.reduce((sum, value) => sum + value * value, 0);
    drawn[q * q - 1] = spread + 2 * cross + sigma2 * (zz + chi);
    const drawnMeans = means.slice();
    const classProducts = problem.classProducts.map((products) => {
      const copy = products.slice();
      for (let k = 0; k <= p; k++) {
        copy[k * q + p] = 0;
        copy[p * q + k] = 0;
      }
      return copy;
    });
    for (let j = 0; j < weights.length; j++) {
      const y = expected[j] + sigma * Math.sqrt(phi + 1 / weights[j]) * rng.normal();
      drawnMeans[j * q + p] = y;
      const products = classProducts[classOf[j]];
      for (let k = 0; k < p; k++) products[k * q + p] += means[j * q + k] * y;
      products[q * q - 1] += y * y;
    }
    for (const products of classProducts) for (let k = 0; k < p; k++) products[p * q + k] = products[k * q + p];
    const withinFactor = factor.slice();
    rows.forEach((row, i) => {
      withinFactor[row * q + p] = sigma * z[i];
      for (let k = 0; k < p; k++) withinFactor[row * q + p] += factor[row * q + k] * beta[k];
    });
    withinFactor[q * q - 1] = sigma * Math.sqrt(chi);
    return { ...problem, means: drawnMeans, within: drawn, withinFactor, classProducts };
  };
}

/** W_xx β */
function productWith(within: Float64Array, beta: Float64Array, p: number): Float64Array {
  return beta.map((_, j) => beta.reduce((sum, value, k) => sum + within[j * (p + 1) + k] * value, 0));
}
