/** The recurrence of an orthogonal polynomial basis: R's `coefs`, `degree` alphas and `degree` + 2 squared norms. */
interface PolynomialBasis {
  readonly alpha: readonly number[];
  readonly norm2: readonly number[];
}

/**
 * The basis of `poly(x, degree)` by the Stieltjes recurrence, with norm2₀ = 1 by R's convention (Kennedy & Gentle 1980,
 * Statistical Computing, pp. 343–4; R's ?poly):
 * p₀ = 1, p₁ = x − α₁, pₖ₊₁ = (x − αₖ₊₁) pₖ − (‖pₖ‖² / ‖pₖ₋₁‖²) pₖ₋₁, αₖ₊₁ = Σ x pₖ² / ‖pₖ‖².
 *
 * @param x - finite numbers with more than `degree` distinct values; `NaN` is left out.
 */
export function orthogonalBasis(x: Float64Array, degree: number): PolynomialBasis {
  const known = x.filter((value) => !Number.isNaN(value));
  const n = known.length;
  const mean = meanOf(known);
  // Deviations from the mean: absolute values would lose the alphas of a column far from 0.
  const deviation = known.map((value) => value - mean);
  const alpha: number[] = [];
  const norm2 = [1, n];
  let before = new Float64Array(n);
  let current = new Float64Array(n).fill(1);
  for (let k = 0; k < degree; k++) {
    let weighted = 0;
    for (let i = 0; i < n; i++) weighted += deviation[i] * current[i] * current[i];
    const shift = weighted / norm2[k + 1];
    const ratio = k === 0 ? 0 : norm2[k + 1] / norm2[k];
    const next = new Float64Array(n);
    let square = 0;
    for (let i = 0; i < n; i++) {
      next[i] = (deviation[i] - shift) * current[i] - ratio * before[i];
      square += next[i] * next[i];
    }
    alpha.push(mean + shift);
    norm2.push(square);
    [before, current] = [current, next];
  }
  return { alpha, norm2 };
}

/** Mean in two passes, so that an offset costs no digits. */
function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  const rough = sum / values.length;
  let rest = 0;
  for (const value of values) rest += value - rough;
  return rough + rest / values.length;
}

/** Mean and standard deviation (divisor n − 1) of the numbers that are not missing, as `scale()` uses them. */
export function meanAndSd(x: Float64Array): { mean: number; sd: number } {
  const known = x.filter((value) => !Number.isNaN(value));
  const mean = meanOf(known);
  let squares = 0;
  for (const value of known) squares += (value - mean) * (value - mean);
  return { mean, sd: Math.sqrt(squares / (known.length - 1)) };
}

/** The columns of an orthogonal basis at any x: of unit length on the x that the basis was made from. */
export function evaluateBasis(x: Float64Array, basis: PolynomialBasis): Float64Array[] {
  const { alpha, norm2 } = basis;
  const n = x.length;
  let before = new Float64Array(n);
  let current = new Float64Array(n).fill(1);
  return alpha.map((shift, k) => {
    const ratio = k === 0 ? 0 : norm2[k + 1] / norm2[k];
    const length = Math.sqrt(norm2[k + 2]);
    const next = new Float64Array(n);
    const column = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      next[i] = (x[i] - shift) * current[i] - ratio * before[i];
      column[i] = next[i] / length;
    }
    [before, current] = [current, next];
    return column;
  });
}

/** x, x², …: the columns of `poly(x, degree, raw = TRUE)`. */
export function rawPowers(x: Float64Array, degree: number): Float64Array[] {
  const columns = [x];
  for (let k = 1; k < degree; k++) {
    const last = columns[k - 1];
    const next = new Float64Array(x.length);
    for (let i = 0; i < next.length; i++) next[i] = last[i] * x[i];
    columns.push(next);
  }
  return columns;
}

/** Whether the numbers take more than `limit` distinct values. */
export function hasMoreValuesThan(x: Float64Array, limit: number): boolean {
  const seen = new Set<number>();
  for (const value of x) {
    if (Number.isNaN(value)) continue;
    seen.add(value);
    if (seen.size > limit) return true;
  }
  return false;
}
