import { sortLevels } from "../../data/column";
import { frame } from "../../data/frame";
import type { DataLike, Frame } from "../../data/types";
import { fail } from "../../errors/error";
import { bindFormula } from "../../formula/bind";
import type { BoundFormula } from "../../formula/types";
import { columnScales } from "../../linalg/gram";
import { nearlyDependent } from "../../linalg/near-dependence";
import { weightsFromMatch } from "../match-weights";
import { naturalOrder } from "../natural-order";
import { structureOf } from "../structure";
import { keptRows, type SummariseOptions, usedLevels } from "../summarise";
import { requireRange } from "../value-range";
import { weightColumns } from "../weights";
import { type CompressedGroups, compressGroups, type ScaledColumns } from "./compress";
import { hasConstant } from "./coordinates";
import { type SlopesDesign, slopesDesign } from "./design";
import { createSlopesMerger } from "./merge";
import type { SlopesSummary } from "./types";

/**
 * Reduces rows to what a model with random slopes needs of them: for each group the triangular factor of its random
 * columns and what they span of the rest.
 *
 * Summaries of parts of the data merge with {@link mergeSummaries}, a group cut in two included, and {@link fitMixed} fits
 * what comes of it. A group with no more rows than random columns is in its summary but for a rotation of its rows:
 * {@link toJson} can refuse small groups.
 *
 * @param formula - a formula with random slopes, `score ~ ses + (1 + ses | school)`, or one bound before.
 * @param data - a frame, rows or columns; rows with missing values in used columns are dropped with a diagnostic.
 * @param options - pupil weights of kind precision or frequency; `blocks`, for `clusterRobust`.
 * @throws what {@link fitMixed} throws for formulas and data; `invalid-argument` for school or sampling weights.
 * @example
 * ```ts
 * import { bindFormula, mergeSummaries, summariseSlopes } from "likewise";
 * const first = { school: ["a", "a", "b", "b"], ses: [-1, 1, 0, 2], score: [5, 6, 8, 9] };
 * const second = { school: ["a", "b", "b", "b"], ses: [2, 1, 0, -1], score: [8, 9, 7, 6] };
 * const bound = bindFormula("score ~ ses + (1 + ses | school)", first);
 * mergeSummaries(summariseSlopes(bound, first), summariseSlopes(bound, second)).nobs; // 8
 * ```
 */
export function summariseSlopes(
  formula: string | BoundFormula,
  data: DataLike,
  options: SummariseOptions = {},
): SlopesSummary {
  const table = frame(data);
  const bound = typeof formula === "string" ? bindFormula(formula, table, { reference: options.reference }) : formula;
  requireSlopes(bound);
  return summariseChunk(bound, table, options, false);
}

/** Takes data chunk by chunk and ends in one {@link SlopesSummary}. */
export interface SlopesSummariser {
  add(data: DataLike): void;
  finish(): SlopesSummary;
}

/**
 * A summary of random slopes that grows chunk by chunk, as {@link groupSummariser} does for one random intercept.
 *
 * @param bound - the formula bound once: levels, bases and means are those of the data it was bound to.
 * @example
 * ```ts
 * import { bindFormula, slopesSummariser } from "likewise";
 * const first = { school: ["a", "a", "b", "b"], ses: [-1, 1, 0, 2], score: [5, 6, 8, 9] };
 * const summariser = slopesSummariser(bindFormula("score ~ ses + (1 + ses | school)", first));
 * summariser.add(first);
 * summariser.add({ school: ["a", "b"], ses: [2, 1], score: [8, 9] });
 * summariser.finish().nobs; // 6
 * ```
 */
export function slopesSummariser(bound: BoundFormula, options: SummariseOptions = {}): SlopesSummariser {
  requireSlopes(bound);
  const merger = createSlopesMerger();
  return {
    add: (data) => merger.add(summariseChunk(bound, frame(data), options, true)),
    finish: () => merger.finish(),
  };
}

/** Terms of one grouping column, such as (1 + ses | school); a single intercept is the least of them. */
function requireSlopes(bound: BoundFormula): void {
  if (structureOf(bound) !== "nested") return;
  fail(
    "invalid-argument",
    `"${bound.formula}" has nested groups, not slopes such as (1 + ses | school). Take summariseNested.`,
  );
}

/** @param isChunk - whether rows may all be left out, others being in other chunks. */
function summariseChunk(bound: BoundFormula, table: Frame, options: SummariseOptions, isChunk: boolean): SlopesSummary {
  if (options.weights === undefined) weightsFromMatch(bound, table, isChunk);
  const weighting = weightColumns(table, options.weights);
  if (weighting.schools !== null || weighting.kind === "sampling") {
    fail(
      "invalid-argument",
      "School weights and sampling weights are for models with one random intercept so far; fit (1 | school), or leave the weights out.",
    );
  }
  const pupils = weighting.pupils;
  const design = slopesDesign(bound, table, {
    missing: options.missing,
    allowEmpty: isChunk,
    alsoComplete: pupils === null ? [] : [pupils],
  });
  const weights = pupils && keptRows(pupils.values, design.rows);
  const isFrequency = weights !== null && weighting.kind === "frequency";
  // Chunks are put in order when they are merged.
  const { codes, levels } = usedLevels(isChunk ? design.group : sortLevels(design.group, naturalOrder));
  const fixed = scaledFixed(bound, design);
  const random = scaledRandom(design);
  const response = (bound.response as { label: string }).label;
  requireRange(
    [...random.columns, ...fixed.columns],
    [...design.terms.flatMap((term) => term.columns), ...bound.columns, response],
    [...random.scale, ...fixed.scale],
    design.rows,
  );
  const compress = (precise: boolean): CompressedGroups =>
    compressGroups(random, fixed, codes, levels.length, weights, { blocks: options.blocks, precise });
  const first = compress(false);
  const compressed = nearlyDependent(first.within, fixed.columns.length) ? compress(true) : first;
  return {
    kind: "slopes-summary",
    version: 1,
    bound,
    group: bound.randomTerms[0].groups[0],
    random: design.terms,
    columns: bound.columns,
    response,
    shift: fixed.shift,
    scale: fixed.scale,
    randomShift: random.shift,
    randomScale: random.scale,
    levels,
    ...compressed,
    ...(isFrequency && { sizes: weightsByGroup(weights, codes, levels.length), rows: compressed.sizes }),
    meanSquares: meanSquares(random, design.n, isFrequency ? weights : null),
    nobs: isFrequency ? weights.reduce((sum, weight) => sum + weight, 0) : design.n,
    sumLogWeights: weights === null || isFrequency ? 0 : weights.reduce((sum, weight) => sum + Math.log(weight), 0),
    pupilWeights: weights === null ? "none" : weighting.kind,
    diagnostics: design.diagnostics,
  };
}

/** X and y about their means where a constant can take the shift back, in units of their root mean squares. */
function scaledFixed({ intercept }: BoundFormula, { x, y, n }: SlopesDesign): ScaledColumns {
  const columns = [...x, y];
  return scaledAbout(columns, n, intercept ? 0 : null);
}

/** Z likewise: within a correlated term that has a constant, any shift of a slope's column is a change of coordinates. */
function scaledRandom({ z, terms, n }: SlopesDesign): ScaledColumns {
  const shift = new Float64Array(z.length);
  const scale = new Float64Array(z.length);
  let start = 0;
  for (const term of terms) {
    const size = term.columns.length;
    const own = scaledAbout(z.slice(start, start + size), n, term.correlated && hasConstant(term) ? 0 : null);
    shift.set(own.shift, start);
    scale.set(own.scale, start);
    start += size;
  }
  return { columns: z, shift, scale };
}

/** Means and scales of columns; `constant` is the position of the constant column that takes the means back, or null. */
function scaledAbout(columns: readonly Float64Array[], n: number, constant: number | null): ScaledColumns {
  const { mean, scale } = columnScales(columns, n, constant !== null);
  if (constant !== null) {
    mean[constant] = 0;
    scale[constant] = 1;
  }
  return { columns, shift: mean, scale: scale.map((value) => value || 1) };
}

function meanSquares({ columns, shift, scale }: ScaledColumns, n: number, weights: Float64Array | null): Float64Array {
  const q = columns.length;
  const result = new Float64Array(q * q);
  const total = weights === null ? n : weights.reduce((sum, weight) => sum + weight, 0);
  for (let k = 0; k < q; k++) {
    for (let l = 0; l <= k; l++) {
      const [first, second] = [columns[k], columns[l]];
      let sum = 0;
      for (let i = 0; i < n; i++) {
        sum += (weights === null ? 1 : weights[i]) * (first[i] - shift[k]) * (second[i] - shift[l]);
      }
      result[k * q + l] = result[l * q + k] = sum / (total * scale[k] * scale[l]);
    }
  }
  return result;
}

function weightsByGroup(weights: Float64Array, codes: Int32Array, groups: number): Float64Array {
  const sums = new Float64Array(groups);
  for (let i = 0; i < codes.length; i++) sums[codes[i]] += weights[i];
  return sums;
}
