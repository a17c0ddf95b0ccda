import { frame } from "../data/frame";
import type { CategoricalColumn, DataLike, Frame, NumericColumn } from "../data/types";
import type { Diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { bindFormula } from "../formula/bind";
import { buildDesign } from "../formula/design";
import type { BoundFormula, Design } from "../formula/types";
import { accumulate, accumulateBlocks } from "./accumulate";
import { accumulatePrecisely } from "./accumulate-precisely";
import { needsLowParts } from "./low-parts";
import { saidOfMatch, weightsFromMatch } from "./match-weights";
import { createMerger } from "./merge";
import { structureOf } from "./structure";
import type { GroupSummary } from "./types";
import { requireRange } from "./value-range";
import { groupWeightsOf, type MixedWeights, type WeightColumns, weightColumns } from "./weights";

export interface SummariseOptions {
  /**
   * Weights of pupils or of whole schools; see {@link MixedWeights} for what each does. Default: in rows that come from
   * `matchedData`, joined to pupils or not, the match's weights as weights of schools, unless all are 1. `"none"` leaves
   * them out, and so does naming any other weights. The mark does not survive a file.
   */
  readonly weights?: MixedWeights | "none";
  /** The reference level of a categorical variable; with a formula's text only. */
  readonly reference?: Readonly<Record<string, string>>;
  readonly missing?: "drop" | "error";
  /** Keep each group's own cross-products, for `clusterRobust`; the summary grows from J × q to J × q² numbers. */
  readonly blocks?: boolean;
}

/**
 * Reduces pupils to what a random-intercept model needs of them: one small value per school. No pupil's row is in it; what
 * small schools still reveal, and how to refuse them, is said at {@link toJson}.
 *
 * @param formula - a formula with one random intercept, or a formula bound before (for chunks, owners, predictions).
 * @param data - a frame, rows or columns; rows with missing values in used columns are dropped with a diagnostic.
 * @throws what {@link fitMixed} throws for formulas and data.
 * @example
 * ```ts
 * import { summariseGroups } from "likewise";
 * const summary = summariseGroups("score ~ ses + (1 | school)", {
 *   school: ["a", "a", "b", "b"], ses: [0, 1, 1, 2], score: [3, 5, 6, 9],
 * });
 * summary.levels; // ["a", "b"]
 * ```
 */
export function summariseGroups(
  formula: string | BoundFormula,
  data: DataLike,
  options: SummariseOptions = {},
): GroupSummary {
  const table = frame(data);
  const bound = typeof formula === "string" ? bindFormula(formula, table, { reference: options.reference }) : formula;
  requireIntercept(bound);
  const merger = createMerger();
  merger.add(summariseChunk(bound, table, options, false));
  // Merging one part alone puts its groups in the order of all.
  return merger.finish();
}

/** Takes data chunk by chunk, as they are read, and ends in one {@link GroupSummary}. A chunk without a complete row is none. */
export interface GroupSummariser {
  add(data: DataLike): void;
  finish(): GroupSummary;
}

/**
 * A summary that grows chunk by chunk: memory stays that of one chunk and one value per school.
 *
 * @param bound - the formula bound once, so that levels, bases and the common shift are the same for all chunks: to all
 *   data, or to a first chunk whose text columns have every level (`frame(chunk, { levels: { sex: ["F", "M"] } })`).
 * @throws what {@link fitMixed} throws for formulas and data, `unknown-level` for a level that the formula was not bound with,
 *   naming column, level and the chunk's row; `empty-data` from `finish` where no chunk had a complete row.
 * @example
 * ```ts
 * import { bindFormula, groupSummariser } from "likewise";
 * const first = { school: ["a", "b"], score: [1, 2] };
 * const summariser = groupSummariser(bindFormula("score ~ 1 + (1 | school)", first));
 * summariser.add(first);
 * summariser.add({ school: ["a", "b"], score: [3, 5] });
 * summariser.finish().nobs; // 4
 * ```
 */
export function groupSummariser(bound: BoundFormula, options: SummariseOptions = {}): GroupSummariser {
  requireIntercept(bound);
  const merger = createMerger();
  return {
    add: (data) => merger.add(summariseChunk(bound, frame(data), options, true)),
    finish: () => merger.finish(),
  };
}

function requireIntercept(bound: BoundFormula): void {
  const structure = structureOf(bound);
  if (structure === "intercept") return;
  const instead =
    structure === "nested" ? "summariseNested or nestedSummariser" : "summariseSlopes or slopesSummariser";
  fail(
    "invalid-argument",
    `A group summary is of one random intercept, such as (1 | school); "${bound.formula}" asks for ${bound.randomTerms.map((t) => t.label).join(" + ")}. Take ${instead}.`,
  );
}

function summariseChunk(
  bound: BoundFormula,
  table: Frame,
  options: SummariseOptions,
  allowEmpty: boolean,
): GroupSummary {
  const chunk = readChunk(bound, table, options, allowEmpty);
  return summariseRows(chunk, { group: bound.randomTerms[0].groups[0], ...usedLevels(chunk.design.groups[0]) });
}

/** A chunk's design matrix and weights, read and checked. */
export interface Chunk {
  readonly bound: BoundFormula;
  readonly design: Design;
  readonly weights: WeightColumns;
  readonly blocks: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** @param isChunk - whether rows may all be left out, others being in other chunks. */
export function readChunk(bound: BoundFormula, table: Frame, options: SummariseOptions, isChunk: boolean): Chunk {
  const ofMatch = options.weights === undefined ? weightsFromMatch(bound, table, isChunk) : undefined;
  const weights = weightColumns(table, ofMatch ?? options.weights);
  const design = buildDesign(bound, table, {
    missing: options.missing,
    allowEmpty: isChunk,
    alsoComplete: [weights.pupils, weights.schools].filter((column) => column !== null),
  });
  const diagnostics = ofMatch ? [...design.diagnostics, saidOfMatch(ofMatch, bound)] : design.diagnostics;
  return { bound, design, weights, blocks: options.blocks ?? false, diagnostics };
}

/** Which group each row is in: codes into the groups' names. */
export interface Grouping {
  readonly group: string;
  readonly codes: Int32Array;
  readonly levels: readonly string[];
}

/** The summary of a chunk's rows by groups. */
export function summariseRows(chunk: Chunk, { group, codes, levels }: Grouping): GroupSummary {
  const { bound, design, weights: columns } = chunk;
  const response = (design.response as NumericColumn).values;
  const weights = columns.pupils && keptRows(columns.pupils.values, design.rows);
  const isFrequency = weights !== null && columns.kind === "frequency";
  const isSampling = weights !== null && columns.kind === "sampling";
  const groupWeights = columns.schools
    ? groupWeightsOf(keptRows(columns.schools.values, design.rows), codes, levels, columns.schools.name)
    : isSampling
      ? new Float64Array(levels.length).fill(1)
      : null;
  const shift = Float64Array.from(commonShift(bound, design, response));
  const gather = chunk.blocks || groupWeights ? accumulateBlocks : accumulate;
  const variables = [...design.x, response];
  const moments = gather(variables, codes, levels.length, weights, shift);
  const outcome = (bound.response as { label: string }).label;
  const squares = variables.map((_, k) => moments.within[k * variables.length + k]);
  requireRange(variables, [...design.columns, outcome], squares, design.rows);
  const within = groupWeights ? weightedSum(moments.blocks as Float64Array, groupWeights) : moments.within;
  const precise =
    !isSampling && needsLowParts(within, variables.length, design.n, levels.length)
      ? accumulatePrecisely(variables, codes, levels.length, rowWeights(weights, groupWeights, codes), shift)
      : null;
  return {
    kind: "group-summary",
    version: 1,
    bound,
    group,
    columns: design.columns,
    response: outcome,
    shift,
    levels,
    ...moments,
    within,
    ...(groupWeights && { groupWeights }),
    ...(precise && {
      means: precise.means.high,
      within: precise.within.high,
      lowParts: { means: precise.means.low, within: precise.within.low },
    }),
    ...(isFrequency && { sizes: moments.weights, rows: moments.sizes }),
    nobs: isFrequency ? moments.weights.reduce((sum, weight) => sum + weight, 0) : design.n,
    sumLogWeights: weights === null || isFrequency || isSampling ? 0 : sumOfLogs(weights, codes, groupWeights),
    pupilWeights: weights === null ? "none" : columns.kind,
    ...(isSampling && { scaling: columns.scaling, squaredWeights: sumOfSquares(weights, codes, levels.length) }),
    diagnostics: chunk.diagnostics,
  };
}

/** Each row's own weight times its group's. */
function rowWeights(
  weights: Float64Array | null,
  groupWeights: Float64Array | null,
  codes: Int32Array,
): Float64Array | null {
  if (groupWeights === null) return weights;
  return Float64Array.from(codes, (j, r) => groupWeights[j] * (weights === null ? 1 : weights[r]));
}

/** Σ ω_j C_j */
function weightedSum(blocks: Float64Array, groupWeights: Float64Array): Float64Array {
  const size = blocks.length / groupWeights.length;
  const sum = new Float64Array(size);
  groupWeights.forEach((weight, j) => {
    for (let i = 0; i < size; i++) sum[i] += weight * blocks[j * size + i];
  });
  return sum;
}

function sumOfLogs(weights: Float64Array, codes: Int32Array, groupWeights: Float64Array | null): number {
  let sum = 0;
  for (let r = 0; r < weights.length; r++)
    sum += Math.log(weights[r]) * (groupWeights === null ? 1 : groupWeights[codes[r]]);
  return sum;
}

function sumOfSquares(weights: Float64Array, codes: Int32Array, groups: number): Float64Array {
  const sums = new Float64Array(groups);
  for (let r = 0; r < weights.length; r++) sums[codes[r]] += weights[r] * weights[r];
  return sums;
}

export function keptRows(values: Float64Array, rows: Int32Array | null): Float64Array {
  return rows === null ? values : Float64Array.from(rows, (row) => values[row]);
}

/** Codes into the levels that occur: a factor may know levels that no row has. */
export function usedLevels(column: CategoricalColumn): { codes: Int32Array; levels: string[] } {
  const newCode = new Int32Array(column.levels.length).fill(-1);
  for (let row = 0; row < column.codes.length; row++) newCode[column.codes[row]] = 0;
  const used = column.levels.filter((_, code) => newCode[code] === 0);
  if (used.length === column.levels.length) return { codes: column.codes, levels: used };
  let next = 0;
  for (let code = 0; code < newCode.length; code++) if (newCode[code] === 0) newCode[code] = next++;
  return { codes: column.codes.map((code) => newCode[code]), levels: used };
}

/**
 * The centres fixed at binding; without them the first row is near enough to the middle. Without an intercept nothing
 * may move, for no coefficient could take the shift back.
 */
function commonShift(bound: BoundFormula, design: Design, response: Float64Array): readonly number[] {
  if (!bound.intercept) return [...design.x.map(() => 0), 0];
  return bound.centres ?? [...design.x.map((column, k) => (k === 0 ? 0 : column[0])), response[0]];
}
