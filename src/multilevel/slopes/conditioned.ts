import { nearlyDependent } from "../../linalg/near-dependence";
import { principal, semidefiniteFactor } from "../../linalg/symmetric";
import { devianceAt, type SlopePoint } from "./deviance";
import { lambdaOf, type SlopeProblem } from "./problem";
import { withRandomColumns } from "./recode";
import { triangularised } from "./scale";

/** A problem in random columns ZS that are not nearly dependent, and the ways from the θ of Z and back. */
interface ConditionedProblem {
  readonly problem: SlopeProblem;
  inward(theta: Float64Array): Float64Array;
  outward(theta: Float64Array): Float64Array;
}

/**
 * The same model in random columns that are orthogonal over all rows within each block of correlated ones, S = R⁻¹ with
 * R'R = Z'Z/m: Λ of nearly dependent columns is large and its entries nearly follow from one another, but b = Sb̃ is as good a
 * random effect. Null where no block needs it.
 */
export function conditioned(given: SlopeProblem): ConditionedProblem | null {
  const { q, entries } = given;
  const squares = randomSquares(given);
  const blocks = blockSizes(given);
  const forward = new Float64Array(q * q);
  const back = new Float64Array(q * q);
  let start = 0;
  let isNear = false;
  for (const size of blocks) {
    const own = Array.from({ length: size }, (_, k) => start + k);
    const block = principal(squares, q, own);
    const { r, independent } = semidefiniteFactor(block, size, 0);
    if (independent.length < size) return null;
    if (nearlyDependent(block, size)) isNear = true;
    const inverse = inverseOfUpper(r, size);
    own.forEach((row, i) => {
      own.forEach((column, j) => {
        forward[row * q + column] = inverse[i * size + j];
        back[row * q + column] = r[i * size + j];
      });
    });
    start += size;
  }
  if (!isNear) return null;
  const turned = (theta: Float64Array, t: Float64Array): Float64Array => {
    const lambda = triangularised(t, lambdaOf(theta, entries, q), q);
    return Float64Array.from(entries, ({ row, column }) => lambda[row * q + column]);
  };
  return {
    problem: withRandomColumns(given, forward, q, blocks),
    inward: (theta) => turned(theta, back),
    outward: (theta) => turned(theta, forward),
  };
}

/** A point where its second derivatives keep their digits, for inference that does not depend on the coordinates of Z. */
export function conditionedPoint(
  problem: SlopeProblem,
  point: SlopePoint,
): { readonly problem: SlopeProblem; readonly point: SlopePoint } {
  const better = conditioned(problem);
  if (better === null) return { problem, point };
  const own = devianceAt(better.problem, better.inward(point.theta));
  return own === null ? { problem, point } : { problem: better.problem, point: own };
}

/** Sizes of the blocks of correlated columns. */
function blockSizes({ q, entries }: SlopeProblem): number[] {
  const blocks: number[] = [];
  for (let start = 0; start < q; start += blocks[blocks.length - 1]) {
    blocks.push(entries.filter(({ column }) => column === start).length);
  }
  return blocks;
}

/** Z'Z = Σ R_j'R_j, in shares of the rows or so: Λ is searched for in units of the columns' root mean squares. */
function randomSquares({ q, factors, m }: SlopeProblem): Float64Array {
  const sum = new Float64Array(q * q);
  for (let row = 0; row < factors.length; row += q) {
    for (let k = 0; k < q; k++) for (let l = 0; l < q; l++) sum[k * q + l] += factors[row + k] * factors[row + l];
  }
  return sum.map((value) => value / m);
}

function inverseOfUpper(r: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    inverse[k * size + k] = 1 / r[k * size + k];
    for (let j = k - 1; j >= 0; j--) {
      let sum = 0;
      for (let i = j + 1; i <= k; i++) sum += r[j * size + i] * inverse[i * size + k];
      inverse[j * size + k] = -sum / r[j * size + j];
    }
  }
  return inverse;
}
