import { frame } from "../data/frame";
import { sourceOf } from "../data/source";
import type { CategoricalColumn, DataLike, Frame, NumericColumn } from "../data/types";
import { fail } from "../errors/error";
import type { SummariseOptions } from "./summarise";
import type { InterceptModel } from "./types";
import { type MixedWeights, weightColumns } from "./weights";

/** The caller's table, or the one that the model was fitted to. */
export function tableOf(model: InterceptModel, data: DataLike | undefined): Frame {
  if (data !== undefined) return frame(data);
  const remembered = sourceOf(model)?.data;
  if (remembered) return remembered;
  return fail(
    "invalid-argument",
    `The model "${model.formula}" was fitted to a summary or came through JSON and remembers no rows. Give it the data.`,
  );
}

/** The weights that the rows had when the model was fitted: the columns given, or those the model remembers. */
export function weightsOfRows(
  model: InterceptModel,
  table: Frame,
  given: MixedWeights | undefined,
): { pupils: NumericColumn | null; schools: NumericColumn | null } {
  const kind = model.summary.pupilWeights;
  const weights = given ?? (sourceOf(model)?.summarise as SummariseOptions | undefined)?.weights;
  const { pupils, schools } = weightColumns(table, weights);
  if (kind !== "none" && pupils === null) {
    fail(
      "invalid-argument",
      `The model was fitted with ${kind} weights of pupils. Name them: weights: { pupils: ... }.`,
    );
  }
  return { pupils: kind === "none" ? null : pupils, schools };
}

/** Codes into the model's levels; −1 for a group that it does not know, or a missing one. */
export function codesInModel({ summary }: InterceptModel, groups: CategoricalColumn): Int32Array {
  const position = new Map(summary.levels.map((level, j) => [level, j]));
  const code = Int32Array.from(groups.levels, (level) => position.get(level) ?? -1);
  const codes = new Int32Array(groups.codes.length);
  for (let r = 0; r < codes.length; r++) codes[r] = groups.codes[r] < 0 ? -1 : code[groups.codes[r]];
  return codes;
}

/** The model's own columns of a design: those of its terms, with their shifts. */
export interface TermColumns {
  readonly x: readonly Float64Array[];
  readonly shift: Float64Array;
}

export function termColumns({ terms, summary }: InterceptModel, x: readonly Float64Array[]): TermColumns {
  const positions = terms.map((term) => summary.columns.indexOf(term));
  return { x: positions.map((k) => x[k]), shift: Float64Array.from(positions, (k) => summary.shift[k]) };
}

/** x'β̂ of n rows, the outcome's shift left out: sums of small terms, whatever the offsets. */
export function centredPredictor({ centred }: InterceptModel, { x, shift }: TermColumns, n: number): Float64Array {
  const sum = new Float64Array(n);
  x.forEach((column, k) => {
    const slope = centred.coefficients[k];
    const centre = shift[k];
    for (let r = 0; r < n; r++) sum[r] += slope * (column[r] - centre);
  });
  return sum;
}

/** Rows worked on at a time. */
const BLOCK = 512;

/**
 * d'Cd of n rows, C = R'R, with d = x − λ_jx̄_j for a row of a known group and d = x for any other.
 *
 * @param root - R, p × p upper triangular.
 * @param pulls - J × p: λ_jx̄_j, with the rows' codes (−1: no pull); null for d = x throughout.
 */
export function quadraticForms(
  { x, shift }: TermColumns,
  root: Float64Array,
  n: number,
  pulls: { readonly values: Float64Array; readonly codes: Int32Array } | null,
): Float64Array {
  const p = x.length;
  const result = new Float64Array(n);
  const d = new Float64Array(p * BLOCK);
  for (let from = 0; from < n; from += BLOCK) {
    const rows = Math.min(BLOCK, n - from);
    for (let k = 0; k < p; k++) {
      const start = k * BLOCK;
      const column = x[k];
      const centre = shift[k];
      for (let r = 0; r < rows; r++) d[start + r] = column[from + r] - centre;
      if (pulls === null) continue;
      for (let r = 0; r < rows; r++) {
        const j = pulls.codes[from + r];
        if (j >= 0) d[start + r] -= pulls.values[j * p + k];
      }
    }
    for (let m = 0; m < p; m++) {
      for (let r = 0; r < rows; r++) {
        let sum = 0;
        for (let k = m; k < p; k++) sum += root[m * p + k] * d[k * BLOCK + r];
        result[from + r] += sum * sum;
      }
    }
  }
  return result;
}

/** Values of the kept rows in the places of all: NaN where a row was left out. */
export function aligned(values: Float64Array, rows: Int32Array | null, n: number): Float64Array {
  if (rows === null) return values;
  const result = new Float64Array(n).fill(Number.NaN);
  for (let i = 0; i < rows.length; i++) result[rows[i]] = values[i];
  return result;
}

/** The values of the kept rows. */
export function atRows(values: Float64Array, rows: Int32Array | null): Float64Array {
  return rows === null ? values : Float64Array.from(rows, (row) => values[row]);
}
