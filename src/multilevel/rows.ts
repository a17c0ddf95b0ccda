import { frame } from "../data/frame";
import { sourceOf } from "../data/source";
import type { DataLike, Frame, NumericColumn } from "../data/types";
import { fail } from "../errors/error";
import type { SlopesSummary } from "./slopes/types";
import type { SummariseOptions } from "./summarise";
import type { GroupSummary, MixedModel } from "./types";
import { type MixedWeights, weightColumns } from "./weights";

/** The summary of a model's rows; of nested groups that of the innermost. */
export function summaryOfRows(model: MixedModel): GroupSummary | SlopesSummary {
  return model.structure === "nested" ? model.summary.inner : model.summary;
}

/** The caller's table, or the one that the model was fitted to. */
export function tableOf(model: MixedModel, data: DataLike | undefined): Frame {
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
  model: MixedModel,
  table: Frame,
  given: MixedWeights | undefined,
): { pupils: NumericColumn | null; schools: NumericColumn | null } {
  const kind = summaryOfRows(model).pupilWeights;
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

/** The model's own columns of a design: those of its terms, with their shifts. */
export interface TermColumns {
  readonly x: readonly Float64Array[];
  readonly shift: Float64Array;
}

export function termColumns(model: MixedModel, x: readonly Float64Array[]): TermColumns {
  const { columns, shift } = summaryOfRows(model);
  const positions = model.terms.map((term) => columns.indexOf(term));
  return { x: positions.map((k) => x[k]), shift: Float64Array.from(positions, (k) => shift[k]) };
}

/** x'β̂ of n rows, the outcome's shift left out: sums of small terms, whatever the offsets. */
export function centredPredictor({ centred }: MixedModel, { x, shift }: TermColumns, n: number): Float64Array {
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

/** What known random effects take from a row's x: with d = x − pull'z the row's fixed effects count through d alone. */
export interface Pulls {
  /** Places × q × p. */
  readonly values: Float64Array;
  /** n places; −1 for a row without known random effects: no pull. */
  readonly codes: Int32Array;
  /** q columns z of n numbers; null for random intercepts alone, 1 in every row. */
  readonly columns: readonly Float64Array[] | null;
}

/**
 * d'Cd of n rows, C = R'R, with d = x − pull'z.
 *
 * @param root - R, p × p upper triangular.
 * @param pulls - null for d = x throughout.
 */
export function quadraticForms(
  { x, shift }: TermColumns,
  root: Float64Array,
  n: number,
  pulls: Pulls | null,
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
      if (pulls !== null) subtractPulls(pulls, p, k, from, rows, d);
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

/** Column k of d less that of pull'z, for a block of rows. */
function subtractPulls(
  { values, codes, columns }: Pulls,
  p: number,
  k: number,
  from: number,
  rows: number,
  d: Float64Array,
): void {
  const start = k * BLOCK;
  const q = columns?.length ?? 1;
  for (let l = 0; l < q; l++) {
    const z = columns?.[l];
    for (let r = 0; r < rows; r++) {
      const place = codes[from + r];
      if (place >= 0) d[start + r] -= (z === undefined ? 1 : z[from + r]) * values[(place * q + l) * p + k];
    }
  }
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
