import type { Rng } from "../random/rng";

/**
 * Estimates of the effects of J groups and the joint covariance of their errors û − u, as flat arrays.
 *
 * An error has a part of the group's own, parts of the groups around it (of nested groups), and what is unknown of the fixed
 * effects: with C = R'R their covariance and d_j = −∂û_j/∂β, spread_j = Rd_j and two groups share spread_j'spread_k.
 */
export interface JointErrors {
  readonly p: number;
  /** J */
  readonly estimate: Float64Array;
  /** J: variances of the errors, the fixed effects taken as known. */
  readonly conditional: Float64Array;
  /** J × p */
  readonly spread: Float64Array;
  /** Where the J groups lie in others: those around them, then those around these, to the outermost. */
  readonly around: readonly Around[];
}

/** The groups around those of the level further in, whose errors are `weight` × the error of the group around plus their own. */
export interface Around {
  /** By group further in: the group around it. */
  readonly parents: Int32Array;
  /** By group further in. */
  readonly weights: Float64Array;
  /** By group of this level: the variance of its error (its own effect's and those of the groups around it). */
  readonly variances: Float64Array;
}

/** Rd of each group, J × p, R upper triangular. */
export function spreadOf(pulls: Float64Array, root: Float64Array, p: number): Float64Array {
  const spread = new Float64Array(pulls.length);
  for (let from = 0; from < pulls.length; from += p) {
    for (let m = 0; m < p; m++) {
      let sum = 0;
      for (let k = m; k < p; k++) sum += root[m * p + k] * pulls[from + k];
      spread[from + m] = sum;
    }
  }
  return spread;
}

/** Comparative variance of one group: that of û_j − u_j. */
export function comparativeVariance(
  { p, conditional, spread }: Pick<JointErrors, "p" | "conditional" | "spread">,
  j: number,
): number {
  let sum = conditional[j];
  for (let m = 0; m < p; m++) sum += spread[j * p + m] ** 2;
  return sum;
}

/** Variance of (û_a − u_a) − (û_b − u_b) for two different groups. */
export function differenceVariance({ p, conditional, spread, around }: JointErrors, a: number, b: number): number {
  let sum = conditional[a] + conditional[b] - 2 * sharedVariance(around, a, b);
  for (let m = 0; m < p; m++) {
    const gap = spread[a * p + m] - spread[b * p + m];
    sum += gap * gap;
  }
  return sum;
}

/** The covariance of two groups' errors that comes from the nearest group around both. */
function sharedVariance(around: readonly Around[], a: number, b: number): number {
  let [i, k, weight] = [a, b, 1];
  for (const { parents, weights, variances } of around) {
    weight *= weights[i] * weights[k];
    i = parents[i];
    k = parents[k];
    if (i === k) return weight * variances[i];
  }
  return 0;
}

/** A source of draws of u given the data: each call fills `effects` with û plus errors of their joint distribution. */
export function effectDraws(errors: JointErrors, rng: Rng, effects: Float64Array): () => void {
  const { p, estimate, spread, around } = errors;
  const shared = new Float64Array(p);
  const outwards = around.map((level, i) => {
    const own = around[i + 1];
    return { sd: ownSds(level.variances, own), errors: new Float64Array(level.variances.length), own };
  });
  const sd = ownSds(errors.conditional, around[0]);
  return () => {
    for (let m = 0; m < p; m++) shared[m] = rng.normal();
    for (let i = outwards.length - 1; i >= 0; i--) {
      const { sd: sds, errors: drawn, own } = outwards[i];
      for (let j = 0; j < drawn.length; j++) {
        drawn[j] = sds[j] * rng.normal() + (own ? own.weights[j] * outwards[i + 1].errors[own.parents[j]] : 0);
      }
    }
    for (let j = 0; j < effects.length; j++) {
      let value = estimate[j] + sd[j] * rng.normal();
      if (around.length > 0) value += around[0].weights[j] * outwards[0].errors[around[0].parents[j]];
      for (let m = 0; m < p; m++) value += spread[j * p + m] * shared[m];
      effects[j] = value;
    }
  };
}

/** Standard deviations of what an error has besides that of the group around. */
function ownSds(variances: Float64Array, around: Around | undefined): Float64Array {
  if (around === undefined) return variances.map(Math.sqrt);
  const { parents, weights, variances: outer } = around;
  return variances.map((value, j) => Math.sqrt(Math.max(0, value - weights[j] ** 2 * outer[parents[j]])));
}
