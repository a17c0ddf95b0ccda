import { addGram, BLOCK, mirror } from "../linalg/gram";
import { factorise } from "../linalg/symmetric";

// Hainmueller (2012, Political Analysis 20:25-46), section 3.2. Weights w of one group that minimise Σ w log(w/q) subject
// to Σ w z = 0 and Σ w = 1 are w ∝ q exp(z'λ), where λ minimises the convex dual L(λ) = log Σ q exp(z'λ).
// z: the constrained columns minus their targets; q: base weights with sum 1.
// ∇L = Σ w z: what is still unbalanced; ∇²L: the weighted covariance of z.

/** One group to reweight: p columns of m numbers whose weighted means should be 0. */
export interface DualProblem {
  readonly z: readonly Float64Array[];
  /** m base weights above 0 with sum 1. */
  readonly base: Float64Array;
}

export interface DualSolution {
  /**
   * `outside`: the columns found a plane with all units on one side of the target, so no weights exist. `limit`: too many
   * iterations. `stalled`: no step improves any more.
   */
  readonly status: "balanced" | "outside" | "limit" | "stalled";
  readonly multipliers: Float64Array;
  /** m weights with sum 1. */
  readonly weights: Float64Array;
  readonly iterations: number;
  /** Largest |Σ w z|. */
  readonly imbalance: number;
  /** Σ w log(w/q) = λ'∇L − L. */
  readonly divergence: number;
}

interface Point {
  readonly multipliers: Float64Array;
  readonly weights: Float64Array;
  readonly objective: number;
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  /** Largest and smallest z'λ. */
  readonly highest: number;
  readonly lowest: number;
}

/** Newton's method on the dual, each step halved until it lowers L enough. */
export function solveDual(problem: DualProblem, tolerance: number, maxIterations: number): DualSolution {
  let point = evaluate(problem, new Float64Array(problem.z.length));
  let iterations = 0;
  const finish = (status: DualSolution["status"]): DualSolution => ({
    status,
    multipliers: point.multipliers,
    weights: point.weights,
    iterations,
    imbalance: largest(point.gradient),
    divergence: Math.max(0, dot(point.multipliers, point.gradient) - point.objective),
  });
  for (;;) {
    if (largest(point.gradient) <= tolerance) return finish("balanced");
    if (separates(point)) return finish("outside");
    if (iterations === maxIterations) return finish("limit");
    const next = improve(problem, point);
    if (next === null) return finish("stalled");
    point = next;
    iterations++;
  }
}

/**
 * Whether z'λ is below 0 for every unit: then so is every weighted mean of it, and none can be 0. The margin is beyond
 * the rounding of z'λ.
 */
function separates({ highest, lowest }: Point): boolean {
  return highest < 1e-9 * lowest;
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, k) => sum + value * b[k], 0);
}

/** Shares of H's mean diagonal added to it, in turn. */
const RIDGES = [0, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2, 1, 100];

/**
 * The next point; null where no step lowers L.
 *
 * Where a few units hold all weight, H is singular to rounding and −H⁻¹g points anywhere: a ridge then bends the step
 * towards the gradient. It changes the way, not the solution.
 */
function improve(problem: DualProblem, from: Point): Point | null {
  const p = from.gradient.length;
  let trace = 0;
  for (let k = 0; k < p; k++) trace += from.hessian[k * p + k];
  for (const ridge of RIDGES) {
    const bent = from.hessian.slice();
    for (let k = 0; k < p; k++) bent[k * p + k] += ridge * (trace / p);
    const step = factorise(bent, p)
      ?.solve(from.gradient)
      .map((value) => -value);
    const next = step?.every(Number.isFinite) ? descend(problem, from, step) : null;
    if (next !== null) return next;
  }
  return null;
}

/** The first of the step and its halves that lowers L by a share of what its slope promises (Armijo); null if none. */
function descend(problem: DualProblem, from: Point, step: Float64Array): Point | null {
  const slope = dot(step, from.gradient);
  if (!(slope < 0)) return null;
  // Differences of L this small are rounding: near the solution the full step is the better guide.
  const rounding = 1e-13 * (1 + Math.abs(from.objective));
  for (let share = 1; share > 1e-6; share /= 2) {
    const next = evaluate(
      problem,
      from.multipliers.map((value, k) => value + share * step[k]),
    );
    if (next.objective <= from.objective + 1e-4 * share * slope + rounding) return next;
  }
  return null;
}

function evaluate({ z, base }: DualProblem, multipliers: Float64Array): Point {
  const p = z.length;
  const m = base.length;
  const weights = linearCombination(z, multipliers, m);
  let highest = Number.NEGATIVE_INFINITY;
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < m; i++) {
    if (weights[i] > highest) highest = weights[i];
    if (weights[i] < lowest) lowest = weights[i];
  }
  for (let i = 0; i < m; i++) weights[i] = base[i] * Math.exp(weights[i] - highest);
  const q = p + 1;
  const gram = weightedGram(z, weights);
  const total = gram[q * q - 1];
  const gradient = Float64Array.from({ length: p }, (_, k) => gram[k * q + p] / total);
  const hessian = new Float64Array(p * p);
  for (let j = 0; j < p; j++) {
    for (let k = 0; k < p; k++) hessian[j * p + k] = gram[j * q + k] / total - gradient[j] * gradient[k];
  }
  for (let i = 0; i < m; i++) weights[i] /= total;
  return { multipliers, weights, objective: highest + Math.log(total), gradient, hessian, highest, lowest };
}

/** z'λ, block by block, so that the sums stay in the cache. */
function linearCombination(z: readonly Float64Array[], multipliers: Float64Array, m: number): Float64Array {
  const sums = new Float64Array(m);
  for (let start = 0; start < m; start += BLOCK) {
    const end = Math.min(start + BLOCK, m);
    for (let k = 0; k < z.length; k++) {
      const column = z[k];
      const lambda = multipliers[k];
      for (let i = start; i < end; i++) sums[i] += lambda * column[i];
    }
  }
  return sums;
}

/** (p + 1)²: weighted cross-products of the columns and, last, of a column of ones. Row-major, both triangles. */
export function weightedGram(z: readonly Float64Array[], weights: Float64Array): Float64Array {
  const p = z.length;
  const q = p + 1;
  const block = new Float64Array(q * BLOCK);
  const gram = new Float64Array(q * q);
  for (let start = 0; start < weights.length; start += BLOCK) {
    const rows = Math.min(BLOCK, weights.length - start);
    const root = p * BLOCK;
    for (let i = 0; i < rows; i++) block[root + i] = Math.sqrt(weights[start + i]);
    for (let k = 0; k < p; k++) {
      const column = z[k];
      const place = k * BLOCK;
      for (let i = 0; i < rows; i++) block[place + i] = block[root + i] * column[start + i];
    }
    addGram(block, rows, q, gram);
  }
  return mirror(gram, q);
}
