import { fail } from "../errors/error";
import { shortNumber } from "../errors/words";

/** The squares of numbers below this are lost. */
const SMALLEST = 1e-150;

/**
 * Refuses columns whose squares leave the range of doubles, which would make them look constant.
 *
 * @param columns - the design's, and last the outcome.
 * @param squares - each one's sum of squares about some centre: not finite where they are too large.
 * @param rows - the caller's rows, null when all were kept.
 */
export function requireRange(
  columns: readonly Float64Array[],
  names: readonly string[],
  squares: ArrayLike<number>,
  rows: Int32Array | null,
): void {
  columns.forEach((column, k) => {
    if (Number.isFinite(squares[k])) return;
    failOutside(column, names[k], "large", rows);
  });
  const last = columns.length - 1;
  const outcome = columns[last];
  if (!(Math.abs(outcome[0]) < SMALLEST)) return;
  const largest = Math.abs(outcome[largestOf(outcome)]);
  if (largest > 0 && largest < SMALLEST) failOutside(outcome, names[last], "small", rows);
}

function failOutside(column: Float64Array, name: string, how: "large" | "small", rows: Int32Array | null): never {
  const position = largestOf(column);
  const row = rows === null ? position : rows[position];
  return fail(
    "non-finite",
    `"${name}" is too ${how} to be squared: ${shortNumber(column[position])} in row ${row + 1}. ` +
      `${how === "large" ? "Divide" : "Multiply"} it by a power of ten.`,
    { column: name, row },
  );
}

function largestOf(column: Float64Array): number {
  let position = 0;
  for (let i = 1; i < column.length; i++) if (Math.abs(column[i]) > Math.abs(column[position])) position = i;
  return position;
}
