import { getColumn, requireFinite, toCategorical } from "../../data/column";
import type { CategoricalColumn, Column, Frame } from "../../data/types";
import { fail } from "../../errors/error";
import { count, listSome, shortNumber, suggest } from "../../errors/words";
import { requireComplete } from "../arguments";
import type { Codes } from "../conditions";
import type { CemOptions } from "../types/options";
import type { ResolvedCem } from "../types/resolved";

/** Columns as the numbers of their bins or groups, and where they were cut. */
export interface Coarsened extends Pick<ResolvedCem, "cutPoints" | "grouping"> {
  readonly columns: readonly Codes[];
}

const ROLE = "coarsened exact matching";

/** Reads the covariates coarsened as the options say; refuses cut points and groups that fit no covariate. */
export function coarsen(
  data: Frame,
  covariates: readonly string[],
  { cutPoints = {}, grouping = {} }: CemOptions,
  kept: Uint8Array,
): Coarsened {
  requireCovariates("cutPoints", cutPoints, covariates);
  requireCovariates("grouping", grouping, covariates);
  const cuts: Record<string, readonly number[] | null> = {};
  const columns = covariates.map((name): Codes => {
    const column = getColumn(data, name, ROLE);
    requireComplete(column, (row) => kept[row] === 1, kept.length, ROLE);
    if (column.kind !== "numeric") {
      if (cutPoints[name] !== undefined) failNotNumeric(column);
      return groupLevels(toCategorical(column), grouping[name]);
    }
    if (grouping[name] !== undefined) {
      fail("wrong-type", `Column "${name}" holds numbers: group them by cutPoints, not by grouping.`, { column: name });
    }
    requireFinite(column.values, name);
    cuts[name] = resolveCuts(name, column.values, cutPoints[name], kept);
    const inner = cuts[name];
    if (inner !== null) return { codes: binCodes(column.values, inner), levels: inner.length + 1 };
    const { codes, levels } = toCategorical(column);
    return { codes, levels: levels.length };
  });
  return { columns, cutPoints: cuts, grouping };
}

function requireCovariates(option: "cutPoints" | "grouping", given: object, covariates: readonly string[]): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    const example = option === "cutPoints" ? "{ age: [20, 30] }" : '{ race: [["black", "hispanic"]] }';
    fail("invalid-argument", `The option "${option}" goes by column, such as ${example}.`, { option });
  }
  for (const name of Object.keys(given)) {
    if (covariates.includes(name)) continue;
    fail(
      "unknown-column",
      `${option} names "${name}", which is not matched on.${suggest(name, covariates, "covariates")}`,
      { option, column: name },
    );
  }
}

function failNotNumeric(column: Column): never {
  return fail(
    "wrong-type",
    `Column "${column.name}" is ${column.kind === "logical" ? "true or false" : `a ${column.kind === "factor" ? "factor" : "text"} column`} ` +
      "and cannot be cut at numbers. " +
      (column.kind === "logical" ? "Leave it as it is." : 'Group its levels with "grouping".'),
    { column: column.name },
  );
}

/** Inner cut points in ascending order, null for none. */
function resolveCuts(
  name: string,
  values: Float64Array,
  given: readonly number[] | number | "exact" | undefined,
  kept: Uint8Array,
): readonly number[] | null {
  if (given === "exact") return null;
  const range = rangeOfKept(values, kept);
  // Sturges (1926), Journal of the American Statistical Association 21:65-66.
  if (given === undefined) return equalCuts(range, Math.ceil(Math.log2(range.rows) + 1));
  if (typeof given === "number") {
    if (Number.isInteger(given) && given >= 1) return equalCuts(range, given);
    return fail("invalid-argument", `The number of bins for "${name}" must be a whole number from 1, not ${given}.`, {
      column: name,
    });
  }
  if (!Array.isArray(given) || given.length === 0) {
    fail("invalid-argument", `cutPoints for "${name}" must be numbers such as [20, 30], a number of bins or "exact".`, {
      column: name,
    });
  }
  requireCuts(name, given, range);
  return [...given];
}

interface KeptRange {
  readonly low: number;
  readonly high: number;
  readonly rows: number;
}

function rangeOfKept(values: Float64Array, kept: Uint8Array): KeptRange {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let rows = 0;
  for (let row = 0; row < values.length; row++) {
    if (kept[row] === 0) continue;
    rows++;
    if (values[row] < low) low = values[row];
    if (values[row] > high) high = values[row];
  }
  return { low, high, rows };
}

/** The inner cut points of bins of equal width. */
function equalCuts({ low, high }: KeptRange, bins: number): number[] {
  if (low === high) return [];
  const width = (high - low) / bins;
  return Array.from({ length: bins - 1 }, (_, i) => low + (i + 1) * width);
}

function requireCuts(name: string, cuts: readonly unknown[], { low, high }: KeptRange): void {
  for (let i = 0; i < cuts.length; i++) {
    const cut = cuts[i];
    if (typeof cut !== "number" || !Number.isFinite(cut)) {
      fail("invalid-argument", `Cut point ${i + 1} for "${name}" must be a finite number, not ${String(cut)}.`, {
        column: name,
        position: i,
      });
    }
    if (i > 0 && cut <= (cuts[i - 1] as number)) {
      fail(
        "invalid-argument",
        `The cut points for "${name}" must ascend: ${cut} follows ${String(cuts[i - 1])} (position ${i + 1}). Sort them and drop repeats.`,
        { column: name, position: i },
      );
    }
  }
  // A value at a cut point belongs above it, so that one at the lowest value cuts nothing either.
  const outside = cuts.filter((cut) => (cut as number) <= low || (cut as number) > high);
  if (outside.length < cuts.length) return;
  fail(
    "invalid-argument",
    `No cut point for "${name}" lies within its values (${shortNumber(low)} to ${shortNumber(high)}): ${listSome(outside)} ` +
      `${outside.length === 1 ? "separates" : "separate"} no one. Correct ${outside.length === 1 ? "it" : "them"}, or leave the column out of the covariates.`,
    { column: name, low, high },
  );
}

/** The number of cut points at or below each value. */
function binCodes(values: Float64Array, cuts: readonly number[]): Int32Array {
  const codes = new Int32Array(values.length).fill(-1);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (Number.isNaN(value)) continue;
    let low = 0;
    let high = cuts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cuts[middle] <= value) low = middle + 1;
      else high = middle;
    }
    codes[row] = low;
  }
  return codes;
}

/** Levels of one group as one; a level in no group stays by itself. */
function groupLevels(
  { name, codes, levels }: CategoricalColumn,
  groups: readonly (readonly string[])[] | undefined,
): Codes {
  if (groups === undefined) return { codes, levels: levels.length };
  if (!Array.isArray(groups) || !groups.every((group) => Array.isArray(group))) {
    fail("invalid-argument", `grouping for "${name}" must be lists of levels, such as [["a", "b"], ["c"]].`, {
      column: name,
    });
  }
  const groupOf = levels.map((_, code) => code);
  const named = new Set<string>();
  for (const group of groups) {
    for (const level of group) {
      const code = levels.indexOf(level);
      if (code < 0) {
        fail("unknown-level", `Column "${name}" has no level "${level}" to group.${suggest(level, levels, "levels")}`, {
          column: name,
          level,
        });
      }
      if (named.has(level)) {
        fail(
          "invalid-argument",
          `grouping for "${name}" names the level "${level}" twice; it can be in one group only.`,
          {
            column: name,
            level,
          },
        );
      }
      named.add(level);
      groupOf[code] = levels.indexOf(group[0]);
    }
  }
  return { codes: codes.map((code) => (code < 0 ? -1 : groupOf[code])), levels: levels.length };
}

/** `"age" in 5 bins`, for a description. */
export function coarseningWords(
  name: string,
  cuts: readonly number[] | null | undefined,
  groups: readonly (readonly string[])[] | undefined,
): string {
  if (groups !== undefined) return `${name} (${listSome(groups.map((levels) => levels.join(" with ")))})`;
  if (cuts === undefined || cuts === null) return name;
  return `${name} (${count(cuts.length + 1, "bin")})`;
}
