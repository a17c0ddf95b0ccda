import { frameOfColumns } from "../data/frame";
import type { DataLike, Frame } from "../data/types";
import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { buildDesign } from "../formula/design";
import type { Design } from "../formula/types";
import { createRng, type Rng } from "../random/rng";
import { refuseSamplingWeights, requireWhole } from "./checks";
import { covarianceRoot } from "./group-estimates";
import { nestGroups } from "./nested/nesting";
import { randomParts } from "./places";
import { randomColumns, randomCovariance, slopeVariables } from "./random-part";
import { atRows, centredPredictor, summaryOfRows, tableOf, termColumns, weightsOfRows } from "./rows";
import type { MixedModel, NestedModel } from "./types";
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
 * New outcomes from a fitted model: x'β̂ + u_j + e with fresh effects of groups and residuals; of nested groups with those of
 * every level, with random slopes x'β̂ + z'b_j + e.
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
export function simulate(model: MixedModel, options: SimulateOptions): Frame {
  requireKnownOptions(options, ["seed", "replicates", "data", "firstRow", "weights"], "simulate");
  const { seed, replicates = 1, firstRow = 0 } = options;
  refuseSamplingWeights(model, "Simulated outcomes");
  requireWhole("replicates", replicates, 1);
  requireWhole("firstRow", firstRow, 0);
  const { bound, shift, pupilWeights } = summaryOfRows(model);
  if (pupilWeights === "frequency") {
    fail(
      "invalid-argument",
      "A row with a frequency weight stands for several pupils, who would have outcomes of their own. Give one row per pupil.",
    );
  }
  const table = tableOf(model, options.data);
  const { pupils } = weightsOfRows(model, table, options.weights);
  const slopes = slopeVariables(model, table);
  const design = buildDesign(bound, table, {
    response: false,
    alsoComplete: pupils ? [pupils, ...slopes] : slopes,
    allowEmpty: true,
  });
  const expected = centredPredictor(model, termColumns(model, design.x), design.n);
  const centre = shift[shift.length - 1];
  const weights = pupils && atRows(pupils.values, design.rows);
  const drawEffects = effectsOfRows(model, table, design);
  const rng = createRng(seed);
  const columns = Array.from({ length: replicates }, (_, b): [string, Float64Array] => {
    const stream = rng.fork(b);
    const effects = drawEffects(stream.fork("groups"));
    const noise = rowNoise(stream.fork("rows"), firstRow, table.rows);
    const outcome = new Float64Array(table.rows).fill(Number.NaN);
    const sd = Math.sqrt(model.variances.residual);
    for (let i = 0; i < design.n; i++) {
      const row = design.rows === null ? i : design.rows[i];
      const spread = weights === null ? sd : sd / Math.sqrt(weights[i]);
      outcome[row] = centre + expected[i] + effects[i] + spread * noise[row];
    }
    return [`simulated${b + 1}`, outcome];
  });
  return frameOfColumns(columns);
}

/** Draws the random part z'b of the rows. */
function effectsOfRows(model: MixedModel, table: Frame, design: Design): (rng: Rng) => Float64Array {
  if (model.structure === "nested") return nestedEffectsOfRows(model, design);
  const [{ codes, levels }] = design.groups;
  const columns = randomColumns(model, table, design);
  const q = columns?.length ?? 1;
  const root = covarianceRoot(randomCovariance(model), q);
  return (rng) => randomParts(drawEffects(rng, levels, root, q), codes, columns);
}

function nestedEffectsOfRows({ summary, randomTerms }: NestedModel, { groups, n }: Design): (rng: Rng) => Float64Array {
  const { inner, nesting } = nestGroups(summary.inner.bound.randomTerms[0].groups, groups);
  const position = new Map(nesting[0].levels.map((level, a) => [level, a]));
  const own = Int32Array.from(inner.levels, (level) => position.get(level) as number);
  const innermost = inner.codes.map((code) => own[code]);
  return (rng) => {
    const sums = new Float64Array(n);
    let codes = innermost;
    nesting.forEach(({ group, levels, parents }, k) => {
      const root = Float64Array.of(Math.sqrt(randomTerms[k].covariance[0][0]));
      const effects = drawEffects(rng.fork(group), levels, root, 1);
      for (let r = 0; r < n; r++) sums[r] += effects[codes[r]];
      codes = codes.map((code) => parents[code]);
    });
    return sums;
  };
}

/** b = R'ε of each group, R'R = Σ: levels × q. A group's numbers depend on its name alone. */
function drawEffects(rng: Rng, levels: readonly string[], root: Float64Array, q: number): Float64Array {
  const effects = new Float64Array(levels.length * q);
  levels.forEach((level, j) => {
    const own = rng.fork(level);
    for (let l = 0; l < q; l++) {
      const normal = own.normal();
      for (let k = l; k < q; k++) effects[j * q + k] += root[l * q + k] * normal;
    }
  });
  return effects;
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
