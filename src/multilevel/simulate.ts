import { frameOfColumns } from "../data/frame";
import type { DataLike, Frame } from "../data/types";
import { fail } from "../errors/error";
import { buildDesign } from "../formula/design";
import { createRng, type Rng } from "../random/rng";
import { refuseSamplingWeights, requireWhole } from "./checks";
import { requireIntercept } from "./require-intercept";
import { atRows, centredPredictor, tableOf, termColumns, weightsOfRows } from "./rows";
import type { InterceptModel, MixedModel } from "./types";
import type { MixedWeights } from "./weights";

export interface SimulateOptions {
  readonly seed: number | string;
  /** Columns of outcomes; default 1. */
  readonly replicates?: number;
  /** Rows to simulate, with the formula's columns and groups (the outcome is not read). Default: those of the fit. */
  readonly data?: DataLike;
  /** The position of the first row of `data` in the whole table, for a chunk of it; default 0. */
  readonly firstRow?: number;
  /** As in the fit, for a model with precision weights that does not remember its rows. */
  readonly weights?: MixedWeights;
}

/** Rows that share a stream of random numbers. */
const STREAM_ROWS = 1024;

/**
 * New outcomes from a fitted model: x'β̂ + u_j + e with fresh effects of groups and residuals.
 *
 * A group's effect depends on the seed, the replicate and its name, a residual on the seed, the replicate and the row's
 * position: a table simulated in chunks (`firstRow`) has the outcomes of the whole, and the first of ten replicates is
 * that of one. Groups that the model does not know are drawn like the others. Parameters are taken as estimated.
 *
 * @returns a frame with the columns `simulated1`, `simulated2`, … of the outcome in the order of the rows; missing where a
 *   row is incomplete.
 * @throws `invalid-argument` for replicates below 1, a firstRow that is no position, frequency weights (a row that stands for
 *   several pupils has several outcomes), or where the model remembers no rows and none are given.
 * @example
 * ```ts
 * import { columnNames, fitMixed, simulate } from "likewise";
 * const model = fitMixed("score ~ 1 + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6],
 * });
 * columnNames(simulate(model, { seed: 1, replicates: 2 })); // ["simulated1", "simulated2"]
 * ```
 */
export function simulate(subject: MixedModel, options: SimulateOptions): Frame {
  const { seed, replicates = 1, firstRow = 0 } = options;
  const model = requireIntercept(subject, "Simulated outcomes");
  refuseSamplingWeights(model, "Simulated outcomes");
  requireWhole("replicates", replicates, 1);
  requireWhole("firstRow", firstRow, 0);
  if (model.summary.pupilWeights === "frequency") {
    fail(
      "invalid-argument",
      "A row with a frequency weight stands for several pupils, who would have outcomes of their own. Give one row per pupil.",
    );
  }
  const table = tableOf(model, options.data);
  const { pupils } = weightsOfRows(model, table, options.weights);
  const design = buildDesign(model.summary.bound, table, {
    response: false,
    alsoComplete: pupils ? [pupils] : [],
    allowEmpty: true,
  });
  const expected = centredPredictor(model, termColumns(model, design.x), design.n);
  const centre = model.summary.shift[model.summary.shift.length - 1];
  const weights = pupils && atRows(pupils.values, design.rows);
  const rng = createRng(seed);
  const columns = Array.from({ length: replicates }, (_, b): [string, Float64Array] => {
    const stream = rng.fork(b);
    const effects = groupEffects(model, stream.fork("groups"), design.groups[0].levels);
    const noise = rowNoise(stream.fork("rows"), firstRow, table.rows);
    const outcome = new Float64Array(table.rows).fill(Number.NaN);
    const sd = Math.sqrt(model.variances.residual);
    for (let i = 0; i < design.n; i++) {
      const row = design.rows === null ? i : design.rows[i];
      const spread = weights === null ? sd : sd / Math.sqrt(weights[i]);
      outcome[row] = centre + expected[i] + effects[design.groups[0].codes[i]] + spread * noise[row];
    }
    return [`simulated${b + 1}`, outcome];
  });
  return frameOfColumns(columns);
}

function groupEffects({ variances }: InterceptModel, rng: Rng, levels: readonly string[]): Float64Array {
  const sd = Math.sqrt(variances.group);
  return Float64Array.from(levels, (level) => sd * rng.fork(level).normal());
}

/** Standard normal numbers of the rows from `first` on; every STREAM_ROWS rows of the whole table have a stream of their own. */
function rowNoise(rng: Rng, first: number, rows: number): Float64Array {
  const noise = new Float64Array(rows);
  for (let row = 0; row < rows; ) {
    const inStream = (first + row) % STREAM_ROWS;
    const stream = rng.fork((first + row - inStream) / STREAM_ROWS);
    for (let skipped = 0; skipped < inStream; skipped++) stream.normal();
    const end = Math.min(rows, row + STREAM_ROWS - inStream);
    for (; row < end; row++) noise[row] = stream.normal();
  }
  return noise;
}
