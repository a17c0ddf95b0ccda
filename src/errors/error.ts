/** What went wrong, as a stable string to branch on; the message is for people and may change. */
export type ErrorCode =
  | "invalid-argument"
  | "empty-data"
  | "unknown-column"
  | "wrong-type"
  | "length-mismatch"
  | "missing-values"
  | "non-finite"
  | "constant"
  | "duplicate-key"
  | "missing-key"
  | "column-conflict"
  | "formula-syntax"
  | "unknown-level"
  | "not-mixed"
  | "too-rich"
  | "not-binary"
  | "too-few-rows"
  | "separation"
  | "no-convergence"
  | "no-solution"
  | "adapter"
  | "empty-group"
  | "empty-match"
  | "too-few-groups"
  | "not-identified"
  | "perfect-fit"
  | "summary-mismatch"
  | "small-groups"
  | "file"
  | "stopped"
  | "missing-package";

/** Every error that Likewise raises on purpose. Recognise it with {@link isLikewiseError}. */
export interface LikewiseError extends Error {
  readonly name: "LikewiseError";
  readonly code: ErrorCode;
  /** The facts in the message, for programs: column names, rows (0-based), counts. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Raises a {@link LikewiseError}. The message says what happened, where, and what to do. */
export function fail(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}): never {
  const error = Object.assign(new Error(message), { name: "LikewiseError" as const, code, details });
  throw error satisfies LikewiseError;
}

/**
 * Whether a caught value is an error that Likewise raised on purpose.
 *
 * Works across entry points, module formats and realms, where `instanceof` does not.
 *
 * @example
 * ```ts
 * import { frame, isLikewiseError, numericColumn } from "likewise";
 * try {
 *   numericColumn(frame({ ses: [1, 2] }), "sess");
 * } catch (error) {
 *   isLikewiseError(error); // true
 *   if (isLikewiseError(error) && error.code === "unknown-column") console.log(error.message);
 * }
 * ```
 */
export function isLikewiseError(value: unknown): value is LikewiseError {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as { name?: unknown }).name === "LikewiseError" &&
    typeof (value as { code?: unknown }).code === "string"
  );
}
