import { fail } from "./errors/error";
import { count, listSome } from "./errors/words";
import type { GroupSummary, MixedModel, NestedSummary } from "./multilevel/types";

type TypedArrayName = "Float64Array" | "Int32Array" | "Uint8Array";

/** Which fields of a result are typed arrays; nested results are found by their own `kind`. */
const TYPED_FIELDS: Readonly<Record<string, Readonly<Record<string, TypedArrayName>>>> = {
  "group-summary": floats("shift", "sizes", "weights", "means", "within", "blocks", "groupWeights", "squaredWeights"),
  "nested-level": { parents: "Int32Array" },
  "slopes-summary": floats(
    "shift",
    "scale",
    "randomShift",
    "randomScale",
    "sizes",
    "factors",
    "projections",
    "within",
    "meanSquares",
  ),
  "mixed-model": floats("coefficients", "vcov"),
  "cluster-robust": floats("vcov"),
  bootstrap: floats("coefficients", "groupSd", "residualSd"),
  "propensity-model": {
    ...floats("coefficients", "standardErrors", "vcov", "scores", "linearPredictor"),
    treated: "Uint8Array",
  },
  "match-result": {
    ...floats("score", "weights"),
    treated: "Uint8Array",
    discarded: "Uint8Array",
    focal: "Int32Array",
    matches: "Int32Array",
    subclass: "Int32Array",
  },
  weights: { ...floats("weights", "scores"), treated: "Uint8Array", complete: "Uint8Array" },
  effect: floats("coefficients", "vcov"),
};

/** The same for records without a kind of their own, by the name of their field. */
const NESTED: Readonly<Record<string, Readonly<Record<string, TypedArrayName>>>> = {
  centred: floats("coefficients", "vcov"),
  solutions: floats("multipliers"),
};

function floats(...names: string[]): Record<string, TypedArrayName> {
  return Object.fromEntries(names.map((name) => [name, "Float64Array" as const]));
}

/** Fields whose texts are names, and never numbers written as text. */
const NAMES = new Set([
  "levels",
  "columns",
  "terms",
  "term",
  "formula",
  "label",
  "name",
  "level",
  "group",
  "message",
  "seed",
]);

const NON_FINITE: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

export interface ToJsonOptions {
  /** Refuses a group summary (or a model with one) in which a group has fewer rows than this. Default 1. */
  readonly minimumGroupSize?: number;
}

/**
 * A result as JSON text: typed arrays as arrays, numbers that JSON does not know (`NaN`, `Infinity`) as text. What a result
 * remembers of its data is left out.
 *
 * A group summary carries no pupil's row, but a group of one is a pupil, and of two nearly so: its mean is their outcome.
 * `minimumGroupSize` refuses to write a summary, or a model with one, that holds smaller groups.
 *
 * @throws `small-groups`, naming them; `invalid-argument` for what is not a result.
 * @example
 * ```ts
 * import { fitMixed, fromJson, type GroupSummary, summariseGroups, toJson } from "likewise";
 * const summary = summariseGroups("score ~ 1 + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6],
 * });
 * const text = toJson(summary, { minimumGroupSize: 2 });
 * fitMixed(fromJson(text) as GroupSummary).nobs; // 6
 * ```
 */
export function toJson(result: object, options: ToJsonOptions = {}): string {
  if (typeof result !== "object" || result === null || !("kind" in result)) {
    fail("invalid-argument", "toJson takes a result, such as a model, a match or a group summary.");
  }
  refuseSmallGroups(result, options.minimumGroupSize ?? 1);
  return JSON.stringify(result, (_, value: unknown) => {
    if (typeof value === "number" && !Number.isFinite(value)) return String(value);
    if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
    return value;
  });
}

function refuseSmallGroups(result: object, minimum: number): void {
  const summary = ("summary" in result ? result.summary : result) as Partial<MixedModel["summary"]>;
  if (summary.kind !== "group-summary" && summary.kind !== "nested-summary" && summary.kind !== "slopes-summary")
    return;
  const groups = summary.kind === "nested-summary" ? (summary as NestedSummary).inner : summary;
  const { sizes, levels, group } = groups as GroupSummary;
  const small = levels.filter((_, j) => sizes[j] < minimum);
  if (small.length === 0) return;
  fail(
    "small-groups",
    `${count(small.length, "group")} of ${group} with fewer than ${minimum} rows: ${listSome(small)}. Their means say too much about single rows; leave them out or merge them before.`,
    { groups: small, minimum },
  );
}

/**
 * The result that {@link toJson} wrote, with its typed arrays and its `NaN`s.
 *
 * @throws `invalid-argument` for text that is not JSON, or not of a result; `summary-mismatch` for a group summary of a
 *   later version.
 * @example
 * ```ts
 * import { fitPropensity, fromJson, type PropensityModel, toJson } from "likewise";
 * const model = fitPropensity("t ~ x", { t: [0, 1, 0, 1, 0, 1], x: [1, 2, 3, 3, 2, 4] });
 * (fromJson(toJson(model)) as PropensityModel).scores.length; // 6
 * ```
 */
export function fromJson(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail("invalid-argument", `fromJson needs the text that toJson wrote: ${(error as Error).message}.`);
  }
  if (typeof value !== "object" || value === null || !("kind" in value)) {
    return fail("invalid-argument", "fromJson needs the text that toJson wrote; this is JSON, but not of a result.");
  }
  return revive(value, "") as object;
}

function revive(value: unknown, key: string): unknown {
  if (typeof value === "string") return NAMES.has(key) || !Object.hasOwn(NON_FINITE, value) ? value : NON_FINITE[value];
  if (Array.isArray(value)) return value.map((item) => revive(item, key));
  if (typeof value !== "object" || value === null) return value;
  const record = value as Record<string, unknown>;
  requireVersion(record);
  const typed = TYPED_FIELDS[String(record.kind)] ?? NESTED[key] ?? {};
  return Object.fromEntries(
    Object.entries(record).map(([name, field]) => [
      name,
      Object.hasOwn(typed, name) && Array.isArray(field) ? typedArray(typed[name], field) : revive(field, name),
    ]),
  );
}

function requireVersion(record: Record<string, unknown>): void {
  const isSummary = ["group-summary", "nested-summary", "slopes-summary"].includes(String(record.kind));
  if (!isSummary || record.version === 1) return;
  fail(
    "summary-mismatch",
    `The ${String(record.kind).replace("-", " ")} is of version ${record.version}; this release reads version 1. Update likewise.`,
  );
}

function typedArray(name: TypedArrayName, values: readonly unknown[]): Float64Array | Int32Array | Uint8Array {
  const numbers = values.map((value) => (typeof value === "string" ? NON_FINITE[value] : (value as number)));
  if (name === "Float64Array") return Float64Array.from(numbers);
  return name === "Int32Array" ? Int32Array.from(numbers) : Uint8Array.from(numbers);
}
