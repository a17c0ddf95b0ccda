/** The balance formulas as they are written, on plain arrays: the reference for small data. */
export interface Compared {
  readonly treated: number[];
  /** `NaN` = missing. */
  readonly values: number[];
  readonly weights: number[];
  readonly estimand: "ATT" | "ATC" | "ATE";
}

export interface HandMeasures {
  readonly meanTreated: number;
  readonly meanControl: number;
  readonly difference: number;
  readonly smd: number;
  readonly varianceRatio: number | null;
  readonly ecdfMean: number;
  readonly ecdfMax: number;
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

/** A group's values and weights, the weights summing to 1. */
function group({ treated, values }: Compared, weights: number[], arm: number): { x: number[]; w: number[] } {
  const rows = values.flatMap((value, row) =>
    treated[row] === arm && weights[row] > 0 && !Number.isNaN(value) ? [row] : [],
  );
  const total = sum(rows.map((row) => weights[row]));
  return { x: rows.map((row) => values[row]), w: rows.map((row) => weights[row] / total) };
}

function meanOf({ x, w }: { x: number[]; w: number[] }): number {
  return sum(x.map((value, i) => w[i] * value));
}

function varianceOf(g: { x: number[]; w: number[] }, isBinary: boolean): number {
  // Weights that sum to 1 up to rounding only would leave a constant a variance of 1e-30.
  if (g.x.length > 1 && g.x.every((value) => value === g.x[0])) return 0;
  const mean = meanOf(g);
  if (isBinary) return mean * (1 - mean);
  return sum(g.x.map((value, i) => g.w[i] * (value - mean) ** 2)) / (1 - sum(g.w.map((w) => w * w)));
}

function isBinaryColumn(values: number[]): boolean {
  return values.every((value) => Number.isNaN(value) || value === 0 || value === 1);
}

/** The standard deviation before matching; 0 where it would fall back to the pooled one. */
export function plainSd(compared: Compared): number {
  const ones = compared.treated.map(() => 1);
  const isBinary = isBinaryColumn(compared.values);
  const v1 = varianceOf(group(compared, ones, 1), isBinary);
  const v0 = varianceOf(group(compared, ones, 0), isBinary);
  const { estimand } = compared;
  return Math.sqrt(estimand === "ATT" ? v1 : estimand === "ATC" ? v0 : (v1 + v0) / 2);
}

export function measuresByHand(compared: Compared): HandMeasures {
  const { values, weights } = compared;
  const isBinary = isBinaryColumn(values);
  const [treated, control] = [group(compared, weights, 1), group(compared, weights, 0)];
  const difference = meanOf(treated) - meanOf(control);
  const share = ({ x, w }: { x: number[]; w: number[] }, at: number): number => sum(w.filter((_, i) => x[i] <= at));
  const distinct = [...new Set(values.filter((value) => !Number.isNaN(value)))];
  const gaps = distinct.map((at) => Math.abs(share(treated, at) - share(control, at)));
  return {
    meanTreated: meanOf(treated),
    meanControl: meanOf(control),
    difference,
    smd: difference / plainSd(compared),
    varianceRatio: isBinary ? null : varianceOf(treated, false) / varianceOf(control, false),
    ecdfMean: isBinary ? Math.abs(difference) : sum(gaps) / distinct.length,
    ecdfMax: isBinary ? Math.abs(difference) : Math.max(...gaps),
  };
}

/** Mean |difference| of all treated × control pairs within sets, over the standard deviation. */
export function pairDistanceByHand(compared: Compared, sets: (number | null)[]): number {
  const { treated, values } = compared;
  const distances: number[] = [];
  values.forEach((a, i) => {
    values.forEach((b, j) => {
      if (treated[i] !== 1 || treated[j] !== 0 || sets[i] === null || sets[i] !== sets[j]) return;
      if (!Number.isNaN(a) && !Number.isNaN(b)) distances.push(Math.abs(a - b));
    });
  });
  return sum(distances) / distances.length / plainSd(compared);
}
