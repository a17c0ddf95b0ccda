import { fail } from "./errors/error";
import { requireWhole } from "./multilevel/checks";
import { refuseSmallGroups } from "./small-groups";

type TypedArrayName = "Float64Array" | "Int32Array" | "Uint8Array" | "Uint32Array";
type TypedArray = Float64Array | Int32Array | Uint8Array | Uint32Array;

const TYPED_ARRAYS: Readonly<Record<TypedArrayName, (values: readonly number[]) => TypedArray>> = {
  Float64Array: (values) => Float64Array.from(values),
  Int32Array: (values) => Int32Array.from(values),
  Uint8Array: (values) => Uint8Array.from(values),
  Uint32Array: (values) => Uint32Array.from(values),
};

/**
 * What JSON does not tell of the values at a path (a JSON pointer, `/summary/shift`): which arrays are typed, and which texts
 * are not the numbers they look like.
 */
type Types = Record<string, TypedArrayName | "text">;

/** Where the text keeps its {@link Types}. */
const TYPES = "$types";

const NON_FINITE: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

export interface ToJsonOptions {
  /** Refuses what summarises groups of fewer rows than this, however deep in the result. Default 1: nothing is refused. */
  readonly minimumGroupSize?: number;
}

/**
 * A result as JSON text: typed arrays as arrays, numbers that JSON does not know (`NaN`, `Infinity`) as text. One more field,
 * `$types`, says by path which arrays are typed and which texts only look like such numbers, for {@link fromJson}; other
 * programs need not read it. What a result remembers of its data is left out.
 *
 * A group summary carries no pupil's row, but a group of one is a pupil, and of two nearly so: its mean is their outcome.
 * `minimumGroupSize` refuses to write a result with smaller groups in a summary (of groups, of nested groups, where the
 * innermost count, or of slopes; of a model, and of every model in a study) or among the means that `within()` and `between()`
 * carry in a formula. Rows of data are counted: a row with a frequency weight of 12 is one row, for the 12 pupils it stands
 * for are alike in all that the summary knows.
 *
 * What a minimum does not hide: a mean of 0/1 columns that is 0 or 1 is true of every pupil of the school; a summary less
 * one of the same pupils but one is that pupil, so do not export both; with `blocks: true`, or with slopes, a group with no
 * more rows than columns (random columns, for slopes) is there but for a rotation of its rows, so ask for more rows than
 * that. Only summaries are looked at: tables, matches and propensity models have a row or a number per unit and are written
 * as they are.
 *
 * @throws `small-groups`, naming them; `invalid-argument` for what is not a result, or a minimum that is no whole number.
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
  const minimum = options.minimumGroupSize ?? 1;
  requireWhole("minimumGroupSize", minimum, 1);
  if (minimum > 1) refuseSmallGroups(result, minimum);
  const types: Types = {};
  const plain = plainValue(result, "", types) as object;
  return JSON.stringify({ ...plain, [TYPES]: types });
}

function plainValue(value: unknown, path: string, types: Types): unknown {
  if (typeof value === "number") return plainNumber(value);
  if (typeof value === "string") {
    if (Object.hasOwn(NON_FINITE, value)) types[path] = "text";
    return value;
  }
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value)) {
    types[path] = typedArrayName(value, path);
    return Array.from(value as TypedArray, plainNumber);
  }
  if (Array.isArray(value)) return value.map((item, i) => plainValue(item, `${path}/${i}`, types));
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, plainValue(field, pathOf(path, key), types)]),
  );
}

const plainNumber = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

const pathOf = (path: string, key: string): string => `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;

function typedArrayName(value: object, path: string): TypedArrayName {
  const name = Object.prototype.toString.call(value).slice("[object ".length, -1);
  if (Object.hasOwn(TYPED_ARRAYS, name)) return name as TypedArrayName;
  return fail("invalid-argument", `toJson cannot write the ${name} at ${path}; results hold no such array.`, { path });
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
  const { [TYPES]: types, ...plain } = value as Record<string, unknown>;
  if (typeof types !== "object" || types === null) {
    return fail("invalid-argument", `fromJson needs the text that toJson wrote; this one has no "${TYPES}".`);
  }
  return revived(plain, "", types as Types) as object;
}

function revived(value: unknown, path: string, types: Types): unknown {
  const type = Object.hasOwn(types, path) ? types[path] : undefined;
  if (typeof value === "string") return type === "text" ? value : revivedNumber(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    if (type === undefined) return value.map((item, i) => revived(item, `${path}/${i}`, types));
    if (Object.hasOwn(TYPED_ARRAYS, type))
      return TYPED_ARRAYS[type as TypedArrayName](value.map(revivedNumber) as number[]);
    return fail(
      "invalid-argument",
      `fromJson knows no ${type}, as the array at ${path} is said to be. Update likewise.`,
    );
  }
  requireVersion(value as Record<string, unknown>);
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, revived(field, pathOf(path, key), types)]),
  );
}

function revivedNumber<T>(value: T): T | number {
  return typeof value === "string" && Object.hasOwn(NON_FINITE, value) ? NON_FINITE[value] : value;
}

function requireVersion(record: Record<string, unknown>): void {
  const isSummary = ["group-summary", "nested-summary", "slopes-summary"].includes(String(record.kind));
  if (!isSummary || record.version === 1) return;
  fail(
    "summary-mismatch",
    `The ${String(record.kind).replace("-", " ")} is of version ${record.version}; this release reads version 1. Update likewise.`,
  );
}
