import {
  type DesignPoint,
  designPoint,
  designSums,
  type ProfileProblem,
  triangleTimes,
  weightedSums,
} from "./profile-design";

export type { ProfileProblem };

/** The criterion profiled over β and σ², with its derivatives, at one φ = σ_u²/σ². */
export interface ProfilePoint {
  readonly phi: number;
  /** D(φ): −2 × the profiled (restricted) log-likelihood. */
  readonly criterion: number;
  /** dD/dφ */
  readonly slope: number;
  /** d²D/dφ² */
  readonly curvature: number;
  readonly beta: Float64Array;
  /** What β lost to rounding, where it is known to more digits. */
  readonly betaLow?: Float64Array;
  /** Of nearly dependent columns the same point in the orthogonal ones it was computed in. */
  readonly computed?: ProfilePoint;
  readonly sigma2: number;
  /** What inference reads off a point. */
  readonly parts: DesignPoint & {
    /** Σ g²ρ² */
    readonly g2rho2: number;
    /** Second derivative of r². */
    readonly r2Second: number;
  };
}

/**
 * D(φ) and its derivatives from the group summary alone.
 *
 * h = 1/(1 + φS), g = Sh, A = W_xx + Σ g x̄x̄', ρ = ȳ − x̄'β, r² = RSS_within + Σ gρ²:
 * D = Σ log1p(φS) − Σ log w + m(1 + log(2πr²/m)) [+ log|A|], m = n [n − p] (Bates et al. 2015 in these terms).
 * Null where A is not positive definite.
 */
export function profileAt(problem: ProfileProblem, phi: number): ProfilePoint | null {
  const design = designPoint(problem, phi, designSums(problem, phi));
  return design && profileFrom(problem, design);
}

/** The same where A and what goes with it are known: the outcome's part. */
export function profileFrom(problem: ProfileProblem, design: DesignPoint): ProfilePoint {
  const { p, m } = problem;
  const { phi, factor } = design;
  const cross = weightedSums(problem.classCross, design.sums.g);
  const right = new Float64Array(p);
  for (let k = 0; k < p; k++) right[k] = problem.within[k * (p + 1) + p] + cross[0][k];
  const beta = factor.solve(right);
  const byClass = problem.residualsByClass ? classResiduals(design, cross, beta) : null;
  const residual = byClass ?? groupResiduals(problem, phi, beta);
  const r2 = withinResidual(problem, beta) + residual.grho2;
  const r2Slope = -residual.g2rho2;
  const solvedV = factor.solve(residual.v);
  let vav = 0;
  for (let k = 0; k < p; k++) vav += residual.v[k] * solvedV[k];
  const r2Second = 2 * residual.g3rho2 - 2 * vav;
  return {
    phi,
    criterion: design.logDeterminant - problem.sumLogWeights + m * (1 + Math.log((2 * Math.PI * r2) / m)),
    slope: design.logDeterminantSlope + (m * r2Slope) / r2,
    curvature: design.logDeterminantSecond + m * (r2Second / r2 - (r2Slope / r2) ** 2),
    beta,
    sigma2: r2 / m,
    parts: { ...design, g2rho2: residual.g2rho2, r2Second },
  };
}

/** Σ gρ², Σ g²ρ², Σ g³ρ² and v = Σ g²ρx̄ over the groups. */
interface ResidualSums {
  readonly grho2: number;
  readonly g2rho2: number;
  readonly g3rho2: number;
  readonly v: Float64Array;
}

/** Whether sums over the size classes cost less than sums over the groups. */
export function classesAreFew({ weights, classWeights }: ProfileProblem): boolean {
  return 2 * classWeights.length <= weights.length;
}

/** Where Σ gρ² is a smaller share of Σ gȳ² than this, a difference of the two has lost too many digits. */
const LEAST_SHARE = 1e-4;

/**
 * The same sums from those of the columns and the outcome, without a look at the groups: Σ g^r ρx̄ = Σ g^r ȳx̄ − M_rβ and
 * Σ g^r ρ² = Σ g^r ȳ² − β'Σ g^r ȳx̄ − β'Σ g^r ρx̄, M_r = Σ g^r x̄x̄'. Null where they have lost too many digits.
 */
function classResiduals(
  { sums }: DesignPoint,
  cross: readonly Float64Array[],
  beta: Float64Array,
): ResidualSums | null {
  const p = beta.length;
  const along = sums.products.map((triangle) => triangleTimes(triangle, beta));
  const squares = along.map((moved, r) => {
    let sum = cross[r][p];
    for (let k = 0; k < p; k++) sum -= beta[k] * (2 * cross[r][k] - moved[k]);
    return sum;
  });
  if (!(squares[0] > LEAST_SHARE * cross[0][p])) return null;
  const v = along[1].map((moved, k) => cross[1][k] - moved);
  return { grho2: squares[0], g2rho2: squares[1], g3rho2: squares[2], v };
}

function groupResiduals(problem: ProfileProblem, phi: number, beta: Float64Array): ResidualSums {
  const { p, weights, groupWeights, means } = problem;
  const q = p + 1;
  const v = new Float64Array(p);
  let grho2 = 0;
  let g2rho2 = 0;
  let g3rho2 = 0;
  for (let j = 0; j < weights.length; j++) {
    const row = j * q;
    let rho = means[row + p];
    for (let k = 0; k < p; k++) rho -= means[row + k] * beta[k];
    const g = weights[j] / (1 + phi * weights[j]);
    const omega = groupWeights === null ? 1 : groupWeights[j];
    const part = g * rho;
    grho2 += omega * part * rho;
    g2rho2 += omega * part * part;
    g3rho2 += omega * g * part * part;
    for (let k = 0; k < p; k++) v[k] += omega * g * part * means[row + k];
  }
  return { grho2, g2rho2, g3rho2, v };
}

/** ‖R(−β; 1)‖²: a sum of squares, never a difference. */
export function withinResidual(problem: ProfileProblem, beta: Float64Array): number {
  const q = problem.p + 1;
  let sum = 0;
  for (let i = 0; i < q; i++) {
    let value = problem.withinFactor[i * q + problem.p];
    for (let k = i; k < problem.p; k++) value -= problem.withinFactor[i * q + k] * beta[k];
    sum += value * value;
  }
  return sum;
}
