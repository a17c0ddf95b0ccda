import { type ErrorCode, fail } from "../errors/error";
import type { Span } from "./types";

/**
 * Raises an error that shows the formula with a caret under the place it is about.
 *
 * ```text
 * Unknown column "sess". Did you mean "ses"?
 *   mathach ~ sess + (1 | school)
 *             ^^^^
 * ```
 */
export function formulaError(
  code: ErrorCode,
  message: string,
  formula: string,
  span: Span,
  details: Readonly<Record<string, unknown>> = {},
): never {
  return fail(code, `${message}\n${pointAt(formula, span)}`, { ...details, formula, position: span.start });
}

/** The formula, indented, with carets under the span (on the line it starts in). */
export function pointAt(formula: string, span: Span): string {
  const shown: string[] = [];
  let start = 0;
  let pointed = false;
  for (const line of formula.split("\n")) {
    const end = start + line.length;
    shown.push(`  ${line.replace(/\s/g, " ")}`.trimEnd());
    if (!pointed && span.start <= end) {
      const width = Math.max(1, Math.min(span.end, end) - span.start);
      shown.push(`  ${" ".repeat(span.start - start)}${"^".repeat(width)}`);
      pointed = true;
    }
    start = end + 1;
  }
  return shown.join("\n");
}
