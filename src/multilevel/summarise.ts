import { frame } from "../data/frame";
import type { CategoricalColumn, DataLike, Frame, NumericColumn } from "../data/types";
import { fail } from "../errors/error";
import { bindFormula } from "../formula/bind";
import { buildDesign } from "../formula/design";
import type { BoundFormula, Design } from "../formula/types";
import { accumulate, accumulateBlocks } from "./accumulate";
import { createMerger } from "./merge";
import { structureOf } from "./structure";
import type { GroupSummary } from "./types";
import { groupWeightsOf, type MixedWeights, type WeightColumns, weightColumns } from "./weights";

export interface SummariseOptions {
  /** Weights of pupils or of whole schools; see {@link MixedWeights} for what each does. */
  readonly weights?: MixedWeights;
  /** The reference level of a categorical variable; with a formula's text only. */
  readonly reference?: Readonly<Record<string, string>>;
  readonly missing?: "drop" | "error";
  /** Keep each group's own cross-products, for `clusterRobust`; the summary grows from J × q to J × q² numbers. */
  readonly blocks?: boolean;
}

/**
 * Reduces pupils to what a random-intercept model needs of them: one small value per school.
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
  const summariser = groupSummariser(bound, options);
  summariser.add(table);
  return summariser.finish();
}

/** Takes data chunk by chunk, as they are read, and ends in one {@link GroupSummary}. */
export interface GroupSummariser {
  add(data: DataLike): void;
  finish(): GroupSummary;
}

/**
 * A summary that grows chunk by chunk: memory stays that of one chunk and one value per school.
 *
 * @param bound - the formula bound once, so that levels, bases and the common shift are the same for all chunks.
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
  const group = requireRandomIntercept(bound);
  const merger = createMerger();
  return {
    add: (data) => {
      const chunk = readChunk(bound, frame(data), options);
      merger.add(summariseRows(chunk, { group, ...usedLevels(chunk.design.groups[0]) }));
    },
    finish: () => merger.finish(),
  };
}

function requireRandomIntercept(bound: BoundFormula): string {
  if (structureOf(bound) !== "intercept") {
    fail(
      "invalid-argument",
      `A group summary is of one random intercept, such as (1 | school); "${bound.formula}" asks for ${bound.randomTerms.map((t) => t.label).join(" + ")}. Fit that from rows with fitMixed.`,
    );
  }
  return bound.randomTerms[0].groups[0];
}

/** A chunk's design matrix and weights, read and checked. */
export interface Chunk {
  readonly bound: BoundFormula;
  readonly design: Design;
  readonly weights: WeightColumns;
  readonly blocks: boolean;
}

export function readChunk(bound: BoundFormula, table: Frame, options: SummariseOptions): Chunk {
  const weights = weightColumns(table, options.weights);
  const design = buildDesign(bound, table, {
    missing: options.missing,
    alsoComplete: [weights.pupils, weights.schools].filter((column) => column !== null),
  });
  return { bound, design, weights, blocks: options.blocks ?? false };
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
  const moments = gather([...design.x, response], codes, levels.length, weights, shift);
  return {
    kind: "group-summary",
    version: 1,
    bound,
    group,
    columns: design.columns,
    response: (bound.response as { label: string }).label,
    shift,
    levels,
    ...moments,
    ...(groupWeights && { groupWeights, within: weightedSum(moments.blocks as Float64Array, groupWeights) }),
    sizes: isFrequency ? moments.weights : moments.sizes,
    nobs: isFrequency ? moments.weights.reduce((sum, weight) => sum + weight, 0) : design.n,
    sumLogWeights: weights === null || isFrequency || isSampling ? 0 : sumOfLogs(weights, codes, groupWeights),
    pupilWeights: weights === null ? "none" : columns.kind,
    ...(isSampling && { scaling: columns.scaling, squaredWeights: sumOfSquares(weights, codes, levels.length) }),
    diagnostics: design.diagnostics,
  };
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
