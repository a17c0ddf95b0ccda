import { sortLevels } from "../../data/column";
import { sourceOf } from "../../data/source";
import { fail } from "../../errors/error";
import { fittedOrNull } from "../fitted-or-null";
import { naturalOrder } from "../natural-order";
import { keptRows, type SummariseOptions, usedLevels } from "../summarise";
import type { SlopesModel } from "../types";
import { weightColumns } from "../weights";
import { assembleSlopes } from "./assemble";
import { failPerfectSlopes, requireFittableSlopes } from "./check";
import { compressGroups, type ScaledColumns } from "./compress";
import { slopesDesign } from "./design";
import { optimiseSlopesNear } from "./optimise";
import { slopesProblem } from "./scale";
import { slopesState } from "./state";
import type { SlopesSummary } from "./types";

/**
 * Refits without each group in turn, from where the full fit stands.
 *
 * The summary pools what the random columns leave of the others, so each group's part of it is taken from the remembered rows.
 *
 * @returns for a group's position its refit, or null where the other groups cannot be fitted.
 */
export function slopesRefitsWithout(model: SlopesModel, what: string): (group: number) => SlopesModel | null {
  const { summary, method } = model;
  const parts = groupParts(model, what);
  const { theta } = slopesState(model).point;
  return (group) =>
    fittedOrNull(() => {
      const rest = summaryWithout(summary, parts, group);
      const fitted = slopesProblem(rest, method === "REML");
      requireFittableSlopes(rest, fitted);
      const optimum = optimiseSlopesNear(fitted.problem, theta) ?? failPerfectSlopes(rest);
      if (!(optimum.decrement <= 1e-8)) return null;
      return assembleSlopes(rest, fitted, optimum, { method, df: "none", information: "expected" });
    });
}

/** Each group's parts of the sums that a summary pools. */
interface GroupParts {
  /** J × r × r: [X_j y_j]'(I − Q_j Q_j')[X_j y_j]. */
  readonly within: Float64Array;
  /** J × q × q: Σ zz' over rows, by frequency weights where there are such. */
  readonly squares: Float64Array;
}

function groupParts(model: SlopesModel, what: string): GroupParts {
  const { summary } = model;
  const source = sourceOf(model);
  if (!source?.data) {
    return fail(
      "invalid-argument",
      `${what} of random slopes need the rows, and the model remembers none. Fit it from rows.`,
    );
  }
  const options = source.summarise as SummariseOptions;
  const pupils = weightColumns(source.data, options.weights).pupils;
  const design = slopesDesign(summary.bound, source.data, {
    missing: options.missing,
    alsoComplete: pupils === null ? [] : [pupils],
  });
  const weights = pupils && keptRows(pupils.values, design.rows);
  const { codes } = usedLevels(sortLevels(design.group, naturalOrder));
  const { shift, scale, randomShift, randomScale, levels } = summary;
  const [r, q] = [shift.length, randomShift.length];
  const rowsOf: number[][] = levels.map(() => []);
  codes.forEach((j, row) => {
    rowsOf[j].push(row);
  });
  const within = new Float64Array(levels.length * r * r);
  const squares = new Float64Array(levels.length * q * q);
  rowsOf.forEach((rows, j) => {
    const own = (columns: readonly Float64Array[]): Float64Array[] =>
      columns.map((column) => Float64Array.from(rows, (row) => column[row]));
    const random: ScaledColumns = { columns: own(design.z), shift: randomShift, scale: randomScale };
    const fixed: ScaledColumns = { columns: own([...design.x, design.y]), shift, scale };
    const ownWeights = weights && Float64Array.from(rows, (row) => weights[row]);
    within.set(compressGroups(random, fixed, new Int32Array(rows.length), 1, ownWeights).within, j * r * r);
    const counts = summary.pupilWeights === "frequency" ? ownWeights : null;
    addSquares(random, counts, squares.subarray(j * q * q, (j + 1) * q * q));
  });
  return { within, squares };
}

/** Σ zz' of one group's rows. */
function addSquares({ columns, shift, scale }: ScaledColumns, counts: Float64Array | null, to: Float64Array): void {
  const q = columns.length;
  for (let k = 0; k < q; k++) {
    for (let l = 0; l < q; l++) {
      for (let i = 0; i < columns[k].length; i++) {
        const product = ((columns[k][i] - shift[k]) * (columns[l][i] - shift[l])) / (scale[k] * scale[l]);
        to[k * q + l] += (counts?.[i] ?? 1) * product;
      }
    }
  }
}

/** The summary of the rows of all groups but one: sums of the others' parts, nothing is subtracted. */
function summaryWithout(summary: SlopesSummary, { within, squares }: GroupParts, group: number): SlopesSummary {
  const { withinLow, ...rest } = summary;
  const { levels, sizes, rows, factors, projections, shift, randomShift } = rest;
  const [r, q] = [shift.length, randomShift.length];
  const nobs = summary.nobs - sizes[group];
  return {
    ...rest,
    levels: levels.filter((_, j) => j !== group),
    sizes: others(sizes, 1, group),
    ...(rows && { rows: others(rows, 1, group) }),
    factors: others(factors, q * q, group),
    projections: others(projections, q * r, group),
    within: sumOfOthers(within, r * r, group),
    meanSquares: sumOfOthers(squares, q * q, group).map((value) => value / nobs),
    nobs,
    // Σ log w stays that of all rows: it moves the criterion by a constant and no estimate.
  };
}

/** The values of all groups but one. */
function others(values: Float64Array, width: number, group: number): Float64Array {
  const result = new Float64Array(values.length - width);
  result.set(values.subarray(0, group * width));
  result.set(values.subarray((group + 1) * width), group * width);
  return result;
}

function sumOfOthers(values: Float64Array, width: number, group: number): Float64Array {
  const sum = new Float64Array(width);
  for (let from = 0; from < values.length; from += width) {
    if (from === group * width) continue;
    for (let i = 0; i < width; i++) sum[i] += values[from + i];
  }
  return sum;
}
