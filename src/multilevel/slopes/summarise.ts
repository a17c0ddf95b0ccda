import { sortLevels } from "../../data/column";
import { frame } from "../../data/frame";
import type { DataLike } from "../../data/types";
import { fail } from "../../errors/error";
import type { BoundFormula } from "../../formula/types";
import { columnScales } from "../../linalg/gram";
import { naturalOrder } from "../natural-order";
import { keptRows, type SummariseOptions, usedLevels } from "../summarise";
import { weightColumns } from "../weights";
import { compressGroups, type ScaledColumns } from "./compress";
import { type SlopesDesign, slopesDesign } from "./design";
import type { SlopesSummary, SlopeTerm } from "./types";

/** Reduces rows to what a random-slopes model needs of them, in one pass after their means and scales are known. */
export function summariseSlopes(bound: BoundFormula, data: DataLike, options: SummariseOptions = {}): SlopesSummary {
  const table = frame(data);
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
    alsoComplete: pupils === null ? [] : [pupils],
  });
  const weights = pupils && keptRows(pupils.values, design.rows);
  const isFrequency = weights !== null && weighting.kind === "frequency";
  const { codes, levels } = usedLevels(sortLevels(design.group, naturalOrder));
  const fixed = scaledFixed(bound, design);
  const random = scaledRandom(design);
  const compressed = compressGroups(random, fixed, codes, levels.length, weights);
  return {
    kind: "slopes-summary",
    version: 1,
    bound,
    group: bound.randomTerms[0].groups[0],
    random: design.terms,
    columns: bound.columns,
    response: (bound.response as { label: string }).label,
    shift: fixed.shift,
    scale: fixed.scale,
    randomShift: random.shift,
    randomScale: random.scale,
    levels,
    ...compressed,
    sizes: isFrequency ? weightsByGroup(weights, codes, levels.length) : compressed.sizes,
    meanSquares: meanSquares(random, isFrequency ? weights : null),
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

/** Whether the term's first column is the constant. */
export function hasConstant(term: SlopeTerm): boolean {
  return term.bound.intercept && term.positions[0] === 0;
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

function meanSquares({ columns, shift, scale }: ScaledColumns, weights: Float64Array | null): Float64Array {
  const q = columns.length;
  const n = columns[0].length;
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
