/**
 * Numbers of about 32 digits, each the unevaluated sum of two doubles, for the few sums that lose more digits than a double
 * has. Every operation is made of plain additions and products, so the results are the same bits everywhere.
 *
 * @see Dekker (1971), Numerische Mathematik 18:224-242; Knuth, The Art of Computer Programming 2, 4.2.2.
 */
export type Precise = readonly [high: number, low: number];

/** A matrix or a list of such numbers. */
export interface PreciseArray {
  readonly high: Float64Array;
  readonly low: Float64Array;
}

/** Multiplied by this a double falls into two halves of 26 digits each, whose products are exact. */
export const SPLITTER = 134217729;

/** a + b exactly. */
export function exactSum(a: number, b: number): Precise {
  const sum = a + b;
  const other = sum - a;
  return [sum, a - (sum - other) + (b - other)];
}

/** ab exactly, short of overflow. */
export function exactProduct(a: number, b: number): Precise {
  const product = a * b;
  const scaledA = SPLITTER * a;
  const highA = scaledA - (scaledA - a);
  const lowA = a - highA;
  const scaledB = SPLITTER * b;
  const highB = scaledB - (scaledB - b);
  const lowB = b - highB;
  return [product, highA * highB - product + highA * lowB + lowA * highB + lowA * lowB];
}

/** The same number with its low part below half a unit of the high one. */
function normal(high: number, low: number): Precise {
  const sum = high + low;
  return [sum, low - (sum - high)];
}

export function add(a: Precise, b: Precise): Precise {
  const [high, low] = exactSum(a[0], b[0]);
  const [small, rest] = exactSum(a[1], b[1]);
  const [sum, left] = normal(high, low + small);
  return normal(sum, left + rest);
}

export function subtract(a: Precise, b: Precise): Precise {
  return add(a, [-b[0], -b[1]]);
}

export function multiply(a: Precise, b: Precise): Precise {
  const [high, low] = exactProduct(a[0], b[0]);
  return normal(high, low + a[0] * b[1] + a[1] * b[0]);
}

export function divide(a: Precise, b: Precise): Precise {
  const first = a[0] / b[0];
  const rest = subtract(a, multiply(b, [first, 0]));
  const second = rest[0] / b[0];
  const last = subtract(rest, multiply(b, [second, 0]));
  return add(normal(first, second), [last[0] / b[0], 0]);
}

/** Of a positive number. */
export function squareRoot(a: Precise): Precise {
  const root = Math.sqrt(a[0]);
  const rest = subtract(a, exactProduct(root, root));
  return normal(root, rest[0] / (2 * root));
}

export function preciseZeros(length: number): PreciseArray {
  return { high: new Float64Array(length), low: new Float64Array(length) };
}

export function at({ high, low }: PreciseArray, i: number): Precise {
  return [high[i], low[i]];
}

export function setAt({ high, low }: PreciseArray, i: number, value: Precise): void {
  high[i] = value[0];
  low[i] = value[1];
}

/**
 * An upper factor R with R'R = A for a positive semi-definite row-major A, columns in order: a column whose remaining pivot is
 * no more than `tolerance` × its diagonal depends on the earlier ones and gets a zero row.
 */
export function preciseFactor(
  a: PreciseArray,
  p: number,
  tolerance: number,
): { r: PreciseArray; independent: number[] } {
  const r = preciseZeros(p * p);
  const independent: number[] = [];
  const remaining = (k: number, j: number): Precise => {
    let value = at(a, k * p + j);
    for (const i of independent) value = subtract(value, multiply(at(r, i * p + k), at(r, i * p + j)));
    return value;
  };
  for (let k = 0; k < p; k++) {
    const pivot = remaining(k, k);
    if (!(pivot[0] > tolerance * a.high[k * p + k]) || pivot[0] <= 0) continue;
    const root = squareRoot(pivot);
    const others = Array.from({ length: p - k - 1 }, (_, i) => divide(remaining(k, k + 1 + i), root));
    setAt(r, k * p + k, root);
    others.forEach((value, i) => {
      setAt(r, k * p + k + 1 + i, value);
    });
    independent.push(k);
  }
  return { r, independent };
}

/** The inverse of an upper triangular row-major matrix without a zero on its diagonal. */
export function inverseOfUpper(r: PreciseArray, p: number): PreciseArray {
  const inverse = preciseZeros(p * p);
  for (let k = 0; k < p; k++) {
    setAt(inverse, k * p + k, divide([1, 0], at(r, k * p + k)));
    for (let j = k - 1; j >= 0; j--) {
      let sum: Precise = [0, 0];
      for (let i = j + 1; i <= k; i++) sum = add(sum, multiply(at(r, j * p + i), at(inverse, i * p + k)));
      setAt(inverse, j * p + k, divide([-sum[0], -sum[1]], at(r, j * p + j)));
    }
  }
  return inverse;
}
