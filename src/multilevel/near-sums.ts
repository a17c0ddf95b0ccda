/** Sums over groups at one φ: Σ g^r z̄z̄' for r = 1, 2, 3 as upper triangles row by row, Σ g and Σ g². */
export interface NearSums {
  readonly triangles: readonly [Float64Array, Float64Array, Float64Array];
  sumG: number;
  sumG2: number;
}

/** The farthest φ from the full fit's, as a share of it, that the series serves. */
export const FARTHEST = 0.25;

/** Powers of FARTHEST down to the rounding of the first. */
const TERMS = 32;

/** All groups' sums at any φ near that of a fit. */
export interface Series {
  readonly phi: number;
  /** TERMS × q(q + 1)/2: M_i = Σ g λ^i z̄z̄' */
  readonly triangles: Float64Array;
  /** Σ g λ^i */
  readonly scalars: Float64Array;
}

/**
 * With φ' = φ(1 + u) and λ = φg, every g(φ') is the series g Σ (−uλ)^i, 0 ≤ λ < 1: the matrices M_i of one φ serve all nearby.
 *
 * @param means - J × q, row-major.
 */
export function seriesAbout(means: Float64Array, weights: Float64Array, phi: number, q: number): Series {
  const size = (q * (q + 1)) / 2;
  const triangles = new Float64Array(TERMS * size);
  const scalars = new Float64Array(TERMS);
  const own = new Float64Array(size);
  for (let j = 0; j < weights.length; j++) {
    triangleOf(means, j * q, q, own);
    let power = weights[j] / (1 + phi * weights[j]);
    const lambda = phi * power;
    for (let i = 0; i < TERMS; i++, power *= lambda) {
      scalars[i] += power;
      const start = i * size;
      for (let k = 0; k < size; k++) triangles[start + k] += power * own[k];
    }
  }
  return { phi, triangles, scalars };
}

export function emptySums(q: number): NearSums {
  const triangle = (): Float64Array => new Float64Array((q * (q + 1)) / 2);
  return { triangles: [triangle(), triangle(), triangle()], sumG: 0, sumG2: 0 };
}

/** At φ(1 + u): Σ g^r = φ^(1−r) Σ_i C(i, r − 1)(−u)^(i−r+1) M_i. */
export function sumsNear({ phi, triangles, scalars }: Series, u: number, to: NearSums): void {
  const [first, second, third] = to.triangles;
  const size = first.length;
  for (const triangle of to.triangles) triangle.fill(0);
  to.sumG = 0;
  to.sumG2 = 0;
  // (−u)^i, i(−u)^(i−1)/φ and C(i, 2)(−u)^(i−2)/φ²
  let [a, b, c] = [1, 0, 0];
  for (let i = 0; i < TERMS; i++) {
    const start = i * size;
    for (let k = 0; k < size; k++) {
      const value = triangles[start + k];
      first[k] += a * value;
      second[k] += b * value;
      third[k] += c * value;
    }
    to.sumG += a * scalars[i];
    to.sumG2 += b * scalars[i];
    [a, b, c] = [-u * a, a / phi - u * b, b / phi - u * c];
    if (Math.abs(a) + phi * Math.abs(b) + phi * phi * Math.abs(c) < 1e-18) break;
  }
}

/** At φ = 0, where g = S. */
export function sumsAtZero(means: Float64Array, weights: Float64Array, q: number): NearSums {
  const sums = emptySums(q);
  const own = new Float64Array(sums.triangles[0].length);
  for (let j = 0; j < weights.length; j++) {
    triangleOf(means, j * q, q, own);
    takeOff(sums, own, weights[j], -1);
  }
  return sums;
}

/** Takes one group's terms off, at its own g; `times` −1 adds them. */
export function takeOff(sums: NearSums, own: Float64Array, g: number, times = 1): void {
  const [first, second, third] = sums.triangles;
  for (let k = 0; k < own.length; k++) {
    const value = times * g * own[k];
    first[k] -= value;
    second[k] -= g * value;
    third[k] -= g * g * value;
  }
  sums.sumG -= times * g;
  sums.sumG2 -= times * g * g;
}

/** z̄z̄' of the row that starts at `at`, an upper triangle row by row. */
export function triangleOf(means: Float64Array, at: number, q: number, to: Float64Array): void {
  let i = 0;
  for (let k = 0; k < q; k++) for (let l = k; l < q; l++) to[i++] = means[at + k] * means[at + l];
}
