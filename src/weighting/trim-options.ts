import { fail } from "../errors/error";
import { describeValue } from "../errors/words";
import { requireOptions } from "./arguments";
import { crumpBound } from "./trimming";
import type { WeightEstimand } from "./types";

/** Trimming as it was asked for. */
export type AskedTrim =
  | { readonly type: "none" }
  | { readonly type: "truncate"; readonly quantile: number }
  | { readonly type: "trim"; readonly bounds: readonly [number, number] | "crump" };

/** Reads the option `trim`. */
export function readTrim(trim: unknown, estimand: WeightEstimand): AskedTrim {
  if (trim === undefined) return { type: "none" };
  if (typeof trim === "number") return { type: "truncate", quantile: readQuantile(trim) };
  const given = (typeof trim === "object" && trim !== null ? trim : {}) as Record<string, unknown>;
  if (given.type === "truncate") {
    requireOptions(given, ["type", "quantile"], 'The option "trim" with type "truncate"');
    return { type: "truncate", quantile: readQuantile(given.quantile) };
  }
  if (given.type === "trim") {
    requireOptions(given, ["type", "bounds"], 'The option "trim" with type "trim"');
    return { type: "trim", bounds: readBounds(given.bounds, estimand) };
  }
  return fail(
    "invalid-argument",
    'The option "trim" must be a quantile such as 0.99, { type: "truncate", quantile: 0.99 } or { type: "trim", bounds: [0.1, 0.9] }.',
    { option: "trim" },
  );
}

function readQuantile(value: unknown): number {
  if (typeof value === "number" && value >= 0.5 && value < 1) return value;
  return fail(
    "invalid-argument",
    `Weights are truncated at a quantile from 0.5 up to 1, such as 0.99, not at ${describeValue(value)}. ` +
      'To leave out extreme scores, write trim: { type: "trim", bounds: [0.1, 0.9] }.',
    { option: "trim" },
  );
}

function readBounds(value: unknown, estimand: WeightEstimand): readonly [number, number] | "crump" {
  if (value === "crump") {
    if (estimand === "ATE") return value;
    fail(
      "invalid-argument",
      `Crump's rule minimises the variance of the ATE and says nothing of "${estimand}". Give bounds such as [0.1, 0.9].`,
      { option: "trim", estimand },
    );
  }
  if (Array.isArray(value) && value.length === 2) {
    const [low, high] = value as [unknown, unknown];
    if (typeof low === "number" && typeof high === "number" && low >= 0 && low < high && high <= 1) return [low, high];
  }
  return fail(
    "invalid-argument",
    'Bounds of scores are two ascending numbers from 0 to 1, such as [0.1, 0.9], or "crump".',
    { option: "trim" },
  );
}

/** The bounds that scores must keep, or null where none are asked for. */
export function boundsOf(
  asked: AskedTrim,
  scores: Float64Array,
  complete: Uint8Array,
): readonly [number, number] | null {
  if (asked.type !== "trim") return null;
  if (asked.bounds !== "crump") return asked.bounds;
  const bound = crumpBound(scores.filter((_, row) => complete[row] === 1));
  return [bound, 1 - bound];
}
