/** A figure of the simulation with its standard error. */
export interface Figure {
  readonly value: number;
  readonly standardError: number;
}

/** Mean of independent values. */
export function meanOf(values: ArrayLike<number>): Figure {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i];
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i] - mean) ** 2;
  return { value: mean, standardError: Math.sqrt(squares / (n - 1) / n) };
}

/** Standard deviation of independent values; its error by the delta method, so that no normality is needed. */
export function sdOf(values: ArrayLike<number>): Figure {
  const mean = meanOf(values).value;
  const variance = meanOf(Float64Array.from(values, (value) => (value - mean) ** 2));
  const sd = Math.sqrt(variance.value);
  return { value: sd, standardError: variance.standardError / (2 * sd) };
}

/** Pearson's correlation of independent pairs; its error from the influence of each pair. */
export function correlationOf(x: ArrayLike<number>, y: ArrayLike<number>): Figure {
  const standardised = (values: ArrayLike<number>): Float64Array => {
    const mean = meanOf(values).value;
    const sd = sdOf(values).value;
    return Float64Array.from(values, (value) => (value - mean) / sd);
  };
  const [a, b] = [standardised(x), standardised(y)];
  const r = meanOf(a.map((value, i) => value * b[i])).value;
  const influence = a.map((value, i) => value * b[i] - (r * (value * value + b[i] * b[i])) / 2);
  return { value: r, standardError: meanOf(influence).standardError };
}

/** A mean over pupils from the totals and sizes of their schools: the schools are what is independent. */
function ratioOf(totals: ArrayLike<number>, sizes: ArrayLike<number>): Figure {
  let total = 0;
  let size = 0;
  for (let j = 0; j < totals.length; j++) {
    total += totals[j];
    size += sizes[j];
  }
  const ratio = total / size;
  let squares = 0;
  for (let j = 0; j < totals.length; j++) squares += (totals[j] - ratio * sizes[j]) ** 2;
  return { value: ratio, standardError: Math.sqrt(squares) / size };
}

/** The ratio over pupils for whom a condition holds; pupils of one school follow one another under one code. */
export function pupilMean(
  schools: ArrayLike<number>,
  count: number,
  value: (row: number) => number,
  where: (row: number) => boolean = () => true,
): Figure {
  const totals = new Float64Array(count);
  const sizes = new Float64Array(count);
  for (let row = 0; row < schools.length; row++) {
    if (!where(row)) continue;
    totals[schools[row]] += value(row);
    sizes[schools[row]]++;
  }
  return ratioOf(totals, sizes);
}
