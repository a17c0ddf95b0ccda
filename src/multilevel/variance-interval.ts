import { minimise, type Smooth } from "./minimise";
import type { Interval } from "./profile-interval";
import { crossing, zeroBetween } from "./roots";

/** D(θ, σ²), minimised over β alone, with derivatives by the d factors θ, which are relative to σ. */
export interface FixedVariances {
  readonly criterion: number;
  readonly gradient: Float64Array;
  /** d × d */
  readonly hessian: Float64Array;
  readonly r2: number;
  readonly r2Gradient: Float64Array;
}

/** A random part as profiles see it: factors L = σθ, standard deviations or entries of Cholesky factors. */
export interface RandomPart {
  at(theta: Float64Array, sigma2: number): FixedVariances | null;
  /** Residual denominator. */
  readonly m: number;
  /** The d factors L and σ at the optimum, and the criterion there. */
  readonly factors: Float64Array;
  readonly sigma: number;
  readonly criterion: number;
  /** Which factors stand on a diagonal, where 0 is the edge of the range. */
  readonly diagonal: readonly boolean[];
}

/** What of L is free while one parameter is held: L = offset + map u, and σ unless it is that parameter. */
interface Held {
  readonly offset: Float64Array;
  /** d × f, row-major. */
  readonly map: Float64Array;
  readonly sigma?: number;
  /** Entries of u that may not fall below 0. */
  readonly bounded?: readonly boolean[];
  readonly starts: readonly Float64Array[];
}

/** The interval of factor k where it is a standard deviation: |L_k|. */
export function deviationInterval(part: RandomPart, k: number, rise: number): Interval {
  const { factors, sigma } = part;
  const others = Array.from(factors, (_, i) => i).filter((i) => i !== k);
  const map = unitColumns(factors.length, others);
  const excess = excessOf(part, rise, (value) => ({
    offset: factors.map((_, i) => (i === k ? value : 0)),
    map,
    starts: startsOf(part).map((start) => Float64Array.from(others, (i) => start[i])),
  }));
  const at = Math.abs(factors[k]);
  const upper = crossing(excess, at, 0.2 * Math.max(at, 0.1 * sigma));
  const atZero = at === 0 ? -rise : excess(0);
  return { lower: atZero <= 0 ? 0 : zeroBetween(excess, 0, atZero, at, -rise), upper };
}

/** The interval of σ. */
export function residualDeviationInterval(part: RandomPart, rise: number): Interval {
  const { factors, sigma, m } = part;
  const map = unitColumns(
    factors.length,
    Array.from(factors, (_, i) => i),
  );
  const offset = new Float64Array(factors.length);
  const excess = excessOf(part, rise, (value) => ({
    offset,
    map,
    sigma: Math.exp(value),
    starts: startsOf(part),
  }));
  const step = Math.sqrt(0.5 / m);
  const at = Math.log(sigma);
  return { lower: Math.exp(crossing(excess, at, -step)), upper: Math.exp(crossing(excess, at, step)) };
}

/**
 * The interval of the correlation of the first two columns of a block of `size`, whose entries come first: with ρ = sin t,
 * L₁₀ = s sin t and L₁₁ = s cos t, the standard deviations L₀₀ and s not below 0.
 *
 * Where the data allow one of them to be 0, they allow every correlation.
 */
export function correlationInterval(part: RandomPart, size: number, rise: number): Interval {
  const { factors } = part;
  const d = factors.length;
  const others = Array.from({ length: d }, (_, i) => i).filter((i) => i !== 1 && i !== size);
  // u = (L₀₀, s, the rest): s takes the place of L₁₀ and L₁₁.
  const places = [0, 1, ...others.slice(1)];
  const map = (t: number): Float64Array => {
    const columns = unitColumns(d, places);
    columns[places.length + 1] = Math.sin(t);
    columns[size * places.length + 1] = Math.cos(t);
    return columns;
  };
  const offset = new Float64Array(d);
  const excess = excessOf(part, rise, (t) => ({
    offset,
    map: map(t),
    bounded: places.map((_, i) => i < 2),
    starts: startsOf(part).map((start) =>
      Float64Array.from(places, (i) =>
        i === 0 ? Math.abs(start[0]) : i === 1 ? Math.hypot(start[1], start[size]) : start[i],
      ),
    ),
  }));
  const spread = Math.hypot(factors[1], factors[size]);
  const end = (sign: 1 | -1): number => {
    const edge = (sign * Math.PI) / 2;
    const atEdge = excess(edge);
    if (factors[0] === 0 || spread === 0 || atEdge <= 0) return sign;
    const at = Math.atan2(Math.sign(factors[0]) * factors[1], Math.abs(factors[size]));
    if (sign * (edge - at) < 1e-9) return sign;
    return Math.sin(zeroBetween(excess, at, -rise, edge, atEdge));
  };
  return { lower: end(-1), upper: end(1) };
}

/** How far the deviance, minimised over what is free, lies above the cut-off. */
function excessOf(part: RandomPart, rise: number, hold: (value: number) => Held): (value: number) => number {
  let last: Float64Array | null = null;
  return (value) => {
    const held = hold(value);
    let least = Number.POSITIVE_INFINITY;
    for (const start of [...(last === null ? [] : [last]), ...withSigma(part, held)]) {
      const found = minimise((x) => heldPoint(part, held, x), start, held.bounded);
      if (found === null || !(found.value < least)) continue;
      least = found.value;
      last = found.at;
    }
    return least - part.criterion - rise;
  };
}

function withSigma({ sigma }: RandomPart, { starts, sigma: given }: Held): Float64Array[] {
  return given === undefined ? starts.map((start) => Float64Array.of(...start, Math.log(sigma))) : [...starts];
}

/** The optimum, its zeros let go a little since the criterion is flat there, and an even start. */
function startsOf({ factors, sigma, diagonal }: RandomPart): Float64Array[] {
  return [
    factors.map((value, i) => (diagonal[i] && value === 0 ? 0.1 * sigma : value)),
    factors.map((_, i) => (diagonal[i] ? 0.5 * sigma : 0)),
  ];
}

/** D with its derivatives by x = (u, λ), λ = log σ left out where σ is held: θ = L e^−λ, σ² = e^2λ. */
function heldPoint(part: RandomPart, { offset, map, sigma: given }: Held, x: Float64Array): Smooth | null {
  const d = offset.length;
  const free = map.length / d;
  const sigma = given ?? Math.exp(x[free]);
  const s2 = sigma * sigma;
  const theta = offset.map((value, i) => {
    let sum = value;
    for (let a = 0; a < free; a++) sum += map[i * free + a] * x[a];
    return sum / sigma;
  });
  const point = part.at(theta, s2);
  if (point === null) return null;
  const { gradient: g, hessian: h, r2, r2Gradient } = point;
  const size = x.length;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  // hθ
  const along = theta.map((_, i) => theta.reduce((sum, value, j) => sum + h[i * d + j] * value, 0));
  for (let a = 0; a < free; a++) {
    for (let i = 0; i < d; i++) {
      const weight = map[i * free + a] / sigma;
      if (weight === 0) continue;
      gradient[a] += weight * g[i];
      if (given === undefined) hessian[a * size + free] -= weight * (g[i] + along[i] + (2 * r2Gradient[i]) / s2);
      for (let b = 0; b < free; b++) {
        for (let j = 0; j < d; j++) hessian[a * size + b] += (weight * h[i * d + j] * map[j * free + b]) / sigma;
      }
    }
    if (given === undefined) hessian[free * size + a] = hessian[a * size + free];
  }
  if (given === undefined) {
    const dot = (v: Float64Array): number => theta.reduce((sum, value, i) => sum + value * v[i], 0);
    gradient[free] = 2 * (part.m - r2 / s2) - dot(g);
    hessian[size * size - 1] = dot(along) + dot(g) + (4 * dot(r2Gradient) + 4 * r2) / s2;
  }
  return { value: point.criterion, gradient, hessian };
}

/** The columns of the identity at the given places, d × places. */
function unitColumns(d: number, places: readonly number[]): Float64Array {
  const columns = new Float64Array(d * places.length);
  places.forEach((place, a) => {
    columns[place * places.length + a] = 1;
  });
  return columns;
}
