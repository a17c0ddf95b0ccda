/** A variable that keeps less than this share of its variation beside the others needs more digits than a double has. */
const NEAR = 1e-3;

/** What is left of a dependent variable is rounding, and no digits help. */
const ROUNDING = 1e-13;

/**
 * Whether some variable of a q × q cross-product matrix is nearly a combination of the others: the smallest pivot of its
 * Cholesky factor, the largest remaining taken first, in shares of each variable's own diagonal. Variables that are dependent
 * to rounding do not count.
 */
export function nearlyDependent(matrix: Float64Array, q: number): boolean {
  const root = Float64Array.from({ length: q }, (_, k) => Math.sqrt(matrix[k * q + k]) || 1);
  const rest = matrix.map((value, i) => value / (root[Math.floor(i / q)] * root[i % q]));
  const left = Array.from({ length: q }, (_, k) => k);
  while (left.length > 0) {
    const k = left.reduce((best, other) => (rest[other * q + other] > rest[best * q + best] ? other : best));
    const pivot = rest[k * q + k];
    if (!(pivot > ROUNDING)) return false;
    if (pivot < NEAR) return true;
    left.splice(left.indexOf(k), 1);
    for (const j of left) {
      const share = rest[j * q + k] / pivot;
      for (const l of left) rest[j * q + l] -= share * rest[k * q + l];
    }
  }
  return false;
}
