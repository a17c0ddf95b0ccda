import { fail } from "../errors/error";
import { hasMoreValuesThan } from "../formula/poly";
import type { BoundFormula, Design } from "../formula/types";
import { columnScales } from "../linalg/gram";
import { semidefiniteFactor } from "../linalg/symmetric";
import { weightedGram } from "./entropy-dual";

/** A column counts as dependent where it adds less than this share of its own variance. */
const ALIAS_TOLERANCE = 1e-13;

/** How far, in standard deviations, an implied mean may lie from its target and still be taken as the same. */
const SAME = 1e-6;

/** The columns whose means are to be balanced. */
export interface Constraints {
  readonly names: readonly string[];
  /** One array of n numbers per name. */
  readonly x: readonly Float64Array[];
  readonly mean: Float64Array;
  /** Standard deviations over both groups, all above 0. */
  readonly scale: Float64Array;
  /** Columns without variance, which any weights balance. */
  readonly constant: readonly string[];
}

/** The design's columns without the intercept, and the powers of the numeric ones. */
export function constraintsOf(bound: BoundFormula, design: Design, moments: number): Constraints {
  const first = bound.intercept ? 1 : 0;
  const named = design.columns.slice(first).map((name, k) => ({ name, x: design.x[first + k] }));
  const columns = [...named, ...powersOf(bound, design, moments)];
  const { mean, scale } = columnScales(
    columns.map(({ x }) => x),
    design.n,
    true,
  );
  const tooLarge = columns.find((_, k) => !Number.isFinite(scale[k]));
  if (tooLarge !== undefined) {
    fail("non-finite", `The values of ${tooLarge.name} are too large to square. Rescale the column.`, {
      column: tooLarge.name,
    });
  }
  const varying = columns.flatMap((_, k) => (scale[k] > 0 ? [k] : []));
  return {
    names: varying.map((k) => columns[k].name),
    x: varying.map((k) => columns[k].x),
    mean: Float64Array.from(varying, (k) => mean[k]),
    scale: Float64Array.from(varying, (k) => scale[k]),
    constant: columns.flatMap(({ name }, k) => (scale[k] > 0 ? [] : [name])),
  };
}

/** Powers of standardised columns: with the lower ones balanced too, they ask the same as powers of the raw column. */
function powersOf(bound: BoundFormula, design: Design, moments: number): { name: string; x: Float64Array }[] {
  const numeric = bound.terms.flatMap((term) =>
    term.variables.length === 1 && bound.variables[term.variables[0]].kind === "numeric" ? term.columns : [],
  );
  const eligible = design.columns.flatMap((name, k) => (numeric.includes(name) ? [{ name, x: design.x[k] }] : []));
  const found: { name: string; x: Float64Array }[] = [];
  for (let power = 2; power <= moments; power++) {
    for (const { name, x } of eligible) {
      // Of k distinct values the first k − 1 moments say all.
      if (!hasMoreValuesThan(x, power)) continue;
      found.push({ name: `${name}^${power}`, x: standardisedPower(x, power) });
    }
  }
  return found;
}

function standardisedPower(x: Float64Array, power: number): Float64Array {
  const { mean, scale } = columnScales([x], x.length, true);
  const result = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const z = (x[i] - mean[0]) / scale[0];
    result[i] = power === 2 ? z * z : z * z * z;
  }
  return result;
}

/** One group's columns around the targets, in standard deviations. */
export interface Centred {
  readonly z: readonly Float64Array[];
  /** Target means on the columns' own scales. */
  readonly targets: Float64Array;
}

/**
 * Gathers the rows of a group and centres them at the means of the target rows.
 *
 * @param base - n prior weights, those of the target rows weight its means.
 */
export function centreAtTargets(
  constraints: Constraints,
  group: Int32Array,
  target: Int32Array,
  base: Float64Array,
): Centred {
  const targets = new Float64Array(constraints.names.length);
  const z = constraints.x.map((x, k) => {
    const mean = weightedMean(x, target, base);
    const { [k]: scale } = constraints.scale;
    targets[k] = mean;
    const column = new Float64Array(group.length);
    for (let i = 0; i < group.length; i++) column[i] = (x[group[i]] - mean) / scale;
    return column;
  });
  return { z, targets };
}

/** About the first value, so that an offset costs no digits. */
function weightedMean(x: Float64Array, rows: Int32Array, base: Float64Array): number {
  const first = x[rows[0]];
  let sum = 0;
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    const weight = base[rows[i]];
    sum += weight * (x[rows[i]] - first);
    total += weight;
  }
  return first + sum / total;
}

/** The first column whose target does not lie strictly between the group's values, or −1; constants at the target are fine. */
export function outOfRange(z: readonly Float64Array[]): number {
  return z.findIndex((column) => {
    const [lowest, highest] = rangeOf(column);
    const constantAtTarget = highest - lowest <= 1e-12 && Math.abs(highest) <= 1e-10;
    return !constantAtTarget && (lowest >= -1e-12 || highest <= 1e-12);
  });
}

/** Smallest and largest value. */
export function rangeOf(values: Float64Array): [number, number] {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    if (values[i] < lowest) lowest = values[i];
    if (values[i] > highest) highest = values[i];
  }
  return [lowest, highest];
}

/**
 * The columns to constrain, in order; those left out follow from them in this group. One is contradicted where its
 * target is not the mean that the others imply.
 */
export function independentColumns(
  z: readonly Float64Array[],
  base: Float64Array,
): { readonly independent: number[]; readonly contradicted: number | null } {
  const p = z.length;
  const q = p + 1;
  const means = z.map((column) => meanWith(column, base));
  const spread = z.map((column, k) => centred(column, means[k]));
  const gram = weightedGram(spread, base);
  const covariance = new Float64Array(p * p);
  for (let j = 0; j < p; j++) for (let k = 0; k < p; k++) covariance[j * p + k] = gram[j * q + k];
  const { r, independent } = semidefiniteFactor(covariance, p, ALIAS_TOLERANCE);
  // Solving R'a = means along with the factor gives each dependent column's mean as the others imply it: a'R.
  const a = new Float64Array(p);
  for (const k of independent) {
    let value = means[k];
    for (const i of independent) if (i < k) value -= r[i * p + k] * a[i];
    a[k] = value / r[k * p + k];
  }
  for (let k = 0; k < p; k++) {
    if (independent.includes(k)) continue;
    const implied = independent.reduce((sum, i) => sum + (i < k ? r[i * p + k] * a[i] : 0), 0);
    if (Math.abs(means[k] - implied) > SAME) return { independent, contradicted: k };
  }
  return { independent, contradicted: null };
}

/** Σ w z for weights with sum 1. */
export function meanWith(column: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < column.length; i++) sum += weights[i] * column[i];
  return sum;
}

function centred(column: Float64Array, mean: number): Float64Array {
  const result = new Float64Array(column.length);
  for (let i = 0; i < column.length; i++) result[i] = column[i] - mean;
  return result;
}
