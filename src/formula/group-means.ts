import type { CategoricalColumn } from "../data/types";
import { count, listSome } from "../errors/words";
import { formulaError } from "./error";
import { isCall, type meanGroupOf } from "./functions";
import { printExpression } from "./print";
import type { BoundVariable } from "./types";

/** What `within()` and `between()` are bound to. */
type GroupMeans = NonNullable<BoundVariable["groupMeans"]>;

/**
 * The mean of x in each group that the rows have. It is measured from the group's first value, so that a column that is
 * constant within groups keeps its value to the last digit and leaves exact zeros within.
 *
 * @param x - finite in the rows.
 */
export function groupMeansOf(x: Float64Array, group: CategoricalColumn, rows: Int32Array | null): GroupMeans {
  const size = group.levels.length;
  const sizes = new Float64Array(size);
  const first = new Float64Array(size);
  const sums = new Float64Array(size);
  const n = rows ? rows.length : x.length;
  for (let i = 0; i < n; i++) {
    const row = rows ? rows[i] : i;
    const code = group.codes[row];
    if (sizes[code]++ === 0) first[code] = x[row];
    sums[code] += x[row] - first[code];
  }
  const seen = Array.from(group.levels.keys()).filter((code) => sizes[code] > 0);
  return {
    group: group.name,
    levels: seen.map((code) => group.levels[code]),
    means: seen.map((code) => first[code] + sums[code] / sizes[code]),
    sizes: seen.map((code) => sizes[code]),
  };
}

/**
 * The values of `within(x, group)` or `between(x, group)`: x less its group's mean, or that mean; `NaN` in rows left out.
 *
 * @throws `unknown-level` where a row that is used is of a group without a mean.
 */
export function centredByGroup(
  variable: BoundVariable,
  x: Float64Array,
  group: CategoricalColumn,
  rows: Int32Array | null,
  formula: string,
): Float64Array {
  const { levels, means } = variable.groupMeans!;
  const position = new Map(levels.map((level, index) => [level, index]));
  const meanOf = Float64Array.from(group.levels, (level) => means[position.get(level) ?? -1] ?? Number.NaN);
  if (meanOf.some(Number.isNaN)) refuseUnseen(variable, group, meanOf, rows, formula);
  const isWithin = isCall(variable.expression, "within");
  return x.map((value, row) => {
    const mean = meanOf[group.codes[row]];
    return isWithin ? value - mean : mean;
  });
}

function refuseUnseen(
  variable: BoundVariable,
  group: CategoricalColumn,
  meanOf: Float64Array,
  rows: Int32Array | null,
  formula: string,
): void {
  const unseen = new Set<string>();
  let first = -1;
  let found = 0;
  const n = rows ? rows.length : group.codes.length;
  for (let i = 0; i < n; i++) {
    const row = rows ? rows[i] : i;
    const code = group.codes[row];
    if (!Number.isNaN(meanOf[code])) continue;
    if (found++ === 0) first = row;
    unseen.add(group.levels[code]);
  }
  if (found === 0) return;
  const values = [...unseen];
  const call = variable.expression as Parameters<typeof meanGroupOf>[0];
  const more = found === 1 ? "" : ` (${count(found, "row")} in all with ${listSome(values)})`;
  const message =
    `${variable.label} needs the mean of ${printExpression(call.arguments[0])} in "${values[0]}" (${group.name}, row ${first + 1})${more}, ` +
    "but no row of it was used when the formula was bound. Bind the formula to data that have all groups.";
  formulaError("unknown-level", message, formula, variable.expression.span, {
    column: group.name,
    row: first,
    values,
    count: found,
  });
}
