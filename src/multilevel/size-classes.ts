import { type ProfileProblem, unpacked } from "./profile-design";

/** What groups of one weight have in common. */
export interface SizeClasses {
  /** C weights S, in order of appearance, and C sums of ω. */
  readonly classWeights: Float64Array;
  readonly classCounts: Float64Array;
  /** C × q(q + 1)/2: Σ ω z̄z̄', upper triangles row by row. */
  readonly triangles: Float64Array;
}

/** The classes of J groups by weight. */
export function sizeClasses(
  weights: Float64Array,
  groupWeights: Float64Array | null,
  means: Float64Array,
  q: number,
): SizeClasses {
  const { classWeights, classOf } = numberedClasses(weights);
  const size = (q * (q + 1)) / 2;
  const classCounts = new Float64Array(classWeights.length);
  const triangles = new Float64Array(classWeights.length * size);
  for (let j = 0; j < weights.length; j++) {
    const omega = groupWeights === null ? 1 : groupWeights[j];
    classCounts[classOf[j]] += omega;
    const row = j * q;
    let at = classOf[j] * size;
    for (let k = 0; k < q; k++) {
      const value = omega * means[row + k];
      for (let l = k; l < q; l++) triangles[at++] += value * means[row + l];
    }
  }
  return { classWeights, classCounts, triangles };
}

/** The distinct weights, in order of appearance, and each group's place among them. */
function numberedClasses(weights: Float64Array): { classWeights: Float64Array; classOf: Int32Array } {
  const numbers = new Map<number, number>();
  const classOf = new Int32Array(weights.length);
  for (let j = 0; j < weights.length; j++) {
    let c = numbers.get(weights[j]);
    if (c === undefined) {
      c = numbers.size;
      numbers.set(weights[j], c);
    }
    classOf[j] = c;
  }
  return { classWeights: Float64Array.from(numbers.keys()), classOf };
}

/** Each group's size class. */
export function classNumbers(problem: Pick<ProfileProblem, "weights">): Int32Array {
  return numberedClasses(problem.weights).classOf;
}

/** W + Σ S z̄z̄', q × q */
export function totalProducts(within: Float64Array, { classWeights, triangles }: SizeClasses, q: number): Float64Array {
  const size = (q * (q + 1)) / 2;
  const sum = new Float64Array(size);
  for (let c = 0; c < classWeights.length; c++) {
    for (let i = 0; i < size; i++) sum[i] += classWeights[c] * triangles[c * size + i];
  }
  return unpacked(sum, q).map((value, i) => value + within[i]);
}

type Classes = Pick<ProfileProblem, "classWeights" | "classCounts" | "classProducts" | "classCross">;

/** The classes of the kept variables, scaled, the outcome's part by itself. */
export function scaledClasses(
  { classWeights, classCounts, triangles }: SizeClasses,
  q: number,
  kept: readonly number[],
  scale: Float64Array,
): Classes {
  const p = kept.length - 1;
  const classes = classWeights.length;
  const size = (q * (q + 1)) / 2;
  const classProducts = new Float64Array((classes * p * (p + 1)) / 2);
  const classCross = new Float64Array(classes * (p + 1));
  let next = 0;
  for (let i = 0; i <= p; i++) {
    for (let l = i; l <= p; l++) {
      // Row k of an upper triangle starts after q + (q − 1) + … of the rows above.
      const from = kept[i] * q - (kept[i] * (kept[i] + 1)) / 2 + kept[l];
      const unit = scale[kept[i]] * scale[kept[l]];
      const isCross = l === p;
      for (let c = 0; c < classes; c++) {
        const value = triangles[c * size + from] / unit;
        if (isCross) classCross[i * classes + c] = value;
        else classProducts[next++] = value;
      }
    }
  }
  return { classWeights, classCounts, classProducts, classCross };
}
