import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { count } from "../errors/words";
import { semidefiniteFactor } from "../linalg/symmetric";
import { createRng, type Rng } from "../random/rng";
import { designLadder } from "./design-ladder";
import { nestedRefits } from "./nested/bootstrap";
import { optimiseNear, type ProfileOptimum } from "./optimise";
import { classesAreFew, type ProfileProblem, profileFrom } from "./profile";
import type { Refits } from "./refits";
import { WITHIN_TOLERANCE } from "./scale";
import { classNumbers } from "./size-classes";
import { slopesRefits } from "./slopes/bootstrap";
import { stateOf } from "./state";
import type { InterceptModel, MixedModel } from "./types";
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
  /** Names of the random part's parameters, as `confint` has them: `sd(group)`; `sd(school:alliance)`; `sd(days | subject)`. */
  readonly parameters: readonly string[];
  /** replicates × parameters, row-major; a correlation is NaN where one of its standard deviations is 0. */
  readonly random: Float64Array;
  /** replicates: standard deviations of groups (the roots of `variances.group`) and residuals. */
  readonly groupSd: Float64Array;
  readonly residualSd: Float64Array;
  /** Replicates in which a variance was estimated as 0 (or, with slopes, a covariance matrix as singular). */
  readonly boundaryFits: number;
}

/**
 * A parametric bootstrap of a mixed model, at a cost that does not grow with the number of rows.
 *
 * Instead of rows it simulates what a refit sees of them: ȳ_j ~ N(x̄_j'β, σ²(φ + 1/S_j)), W_xy = W_xxβ + σRz and W_yy =
 * β'W_xxβ + 2σβ'Rz + σ²(z'z + χ²_{n − J − rank W_xx}), RR' = W_xx, z standard normal: the same distribution as refitting
 * simulated rows. Of nested intercepts the groups of every level have effects of their own; with slopes a group's Q_j'y_j ~
 * N(Q_j'X_jβ, σ²(I + R_jΨR_j')), Z_j = Q_jR_j, takes the place of its mean.
 *
 * @throws `invalid-argument` for replicates below 1, `stopped` where the signal aborts.
 * @example
 * ```ts
 * import { bootstrap, fitMixed } from "likewise";
 * const model = fitMixed("score ~ 1 + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6],
 * });
 * bootstrap(model, { seed: 1, replicates: 50 }).groupSd.length; // 50
 * ```
 */
export function bootstrap(model: MixedModel, options: BootstrapOptions): Bootstrap {
  requireKnownOptions(options, ["seed", "replicates", "onProgress", "signal"], "bootstrap");
  const replicates = options.replicates ?? 1000;
  if (!Number.isInteger(replicates) || replicates < 1) {
    fail("invalid-argument", `replicates must be a whole number from 1, not ${replicates}.`);
  }
  const { back, intercept, parameters, next } = refitsOf(model, createRng(options.seed));
  const p = model.terms.length;
  const coefficients = new Float64Array(replicates * p);
  const random = new Float64Array(replicates * parameters.length);
  const groupSd = new Float64Array(replicates);
  const residualSd = new Float64Array(replicates);
  let boundaryFits = 0;
  for (let b = 0; b < replicates; b++) {
    if (options.signal?.aborted)
      fail("stopped", `The bootstrap was stopped after ${count(b, "replicate")}.`, { done: b });
    const refit = next();
    if (refit === null) return fail("no-convergence", `Replicate ${b + 1} could not be refitted.`, { replicate: b });
    for (let j = 0; j < p; j++) {
      let sum = j === 0 ? intercept : 0;
      for (let k = 0; k < p; k++) sum += back[j * p + k] * refit.beta[k];
      coefficients[b * p + j] = sum;
    }
    random.set(refit.random, b * parameters.length);
    groupSd[b] = refit.groupSd;
    residualSd[b] = refit.residualSd;
    if (refit.boundary) boundaryFits++;
    if (options.onProgress && (b + 1) % 100 === 0) options.onProgress(b + 1, replicates);
  }
  return {
    kind: "bootstrap",
    seed: options.seed,
    replicates,
    terms: model.terms,
    coefficients,
    parameters,
    random,
    groupSd,
    residualSd,
    boundaryFits,
  };
}

function refitsOf(model: MixedModel, rng: Rng): Refits {
  if (model.structure === "nested") return nestedRefits(model, rng);
  return model.structure === "slopes" ? slopesRefits(model, rng) : interceptRefits(model, rng);
}

function interceptRefits(model: InterceptModel, rng: Rng): Refits {
  const { summary } = model;
  refuseGroupWeights(summary, "Bootstrap replicates");
  const { scaled, point } = stateOf(model);
  const unit = scaled.scale[model.terms.length];
  const refit = refitter(scaled.problem, point.phi);
  const simulate = simulator(scaled.problem, point.beta, point.phi, point.sigma2, summary.nobs, rng);
  return {
    back: backTransform(summary, scaled),
    intercept: summary.bound.intercept ? summary.shift[summary.shift.length - 1] : 0,
    parameters: ["sd(group)"],
    next() {
      const optimum = refit(simulate());
      if (optimum === null) return null;
      const { beta, phi, sigma2 } = optimum.best;
      const groupSd = Math.sqrt(phi * sigma2) * unit;
      return { beta, random: [groupSd], groupSd, residualSd: Math.sqrt(sigma2) * unit, boundary: phi === 0 };
    },
  };
}

/** Fits problems that differ from the given one in their outcome alone, from near φ. */
function refitter(problem: ProfileProblem, phi: number): (drawn: ProfileProblem) => ProfileOptimum | null {
  const designAt = designLadder(problem, [0, phi, 4 * phi]);
  return (drawn) =>
    optimiseNear(drawn, phi, (at) => {
      const design = designAt(at);
      return design && profileFrom(drawn, design);
    });
}

/**
 * Draws problems like the given one with a simulated outcome. Columns and their products are shared between draws, and each draw
 * overwrites the outcome of the one before.
 */
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
  const drawn = {
    ...problem,
    residualsByClass: classesAreFew(problem),
    means: means.slice(),
    within: within.slice(),
    withinFactor: factor.slice(),
    classCross: new Float64Array(problem.classCross.length),
  };
  return () => {
    const z = rows.map(() => rng.normal());
    // Rz, and β'Rz with it.
    const noise = new Float64Array(p);
    rows.forEach((row, i) => {
      for (let k = 0; k < p; k++) noise[k] += sigma * factor[row * q + k] * z[i];
    });
    let cross = 0;
    for (let k = 0; k < p; k++) {
      drawn.within[k * q + p] = fitted[k] + noise[k];
      drawn.within[p * q + k] = drawn.within[k * q + p];
      cross += beta[k] * noise[k];
    }
    const chi = residualDf > 0 ? rng.chiSquared(residualDf) : 0;
    const zz = z.reduce((sum, value) => sum + value * value, 0);
    drawn.within[q * q - 1] = spread + 2 * cross + sigma2 * (zz + chi);
    for (let j = 0; j < weights.length; j++) {
      drawn.means[j * q + p] = expected[j] + sigma * Math.sqrt(phi + 1 / weights[j]) * rng.normal();
    }
    sumCross(drawn, classOf);
    rows.forEach((row, i) => {
      let value = sigma * z[i];
      for (let k = 0; k < p; k++) value += factor[row * q + k] * beta[k];
      drawn.withinFactor[row * q + p] = value;
    });
    drawn.withinFactor[q * q - 1] = sigma * Math.sqrt(chi);
    return drawn;
  };
}

/** Σ ȳz̄ of every size class. */
function sumCross({ p, means, classWeights, classCross }: ProfileProblem, classOf: Int32Array): void {
  const q = p + 1;
  const classes = classWeights.length;
  classCross.fill(0);
  for (let j = 0; j < classOf.length; j++) {
    const row = j * q;
    const y = means[row + p];
    let at = classOf[j];
    for (let k = 0; k < q; k++, at += classes) classCross[at] += means[row + k] * y;
  }
}

/** W_xx β */
function productWith(within: Float64Array, beta: Float64Array, p: number): Float64Array {
  return beta.map((_, j) => beta.reduce((sum, value, k) => sum + within[j * (p + 1) + k] * value, 0));
}
