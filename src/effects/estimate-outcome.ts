import type { Column } from "../data/types";
import { fail } from "../errors/error";
import type { Design } from "../formula/types";

/** The numbers of a design's response. */
export function outcomeOf({ response }: Design): Float64Array {
  const column = response as Column;
  if ("values" in column) return column.values;
  return fail(
    "wrong-type",
    `The outcome "${column.name}" is ${column.kind === "factor" ? "a factor" : "text"}; an effect needs numbers or true and false.`,
    { column: column.name },
  );
}
