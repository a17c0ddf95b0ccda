import { findColumn, toCategorical } from "../data/column";
import type { CategoricalColumn, Frame, NumericColumn } from "../data/types";
import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { listSome } from "../errors/words";
import type { BoundFormula } from "../formula/types";
import { structureOf } from "./structure";
import type { MixedWeights } from "./weights";

/**
 * The weights that a model takes without being told: those that `matchedData` left in the table, as weights of groups.
 * Undefined where there are none, or all are 1.
 *
 * @param isChunk - whether other rows are in other chunks, whose weights are not seen here.
 */
export function weightsFromMatch(bound: BoundFormula, table: Frame, isChunk = false): MixedWeights | undefined {
  const found = table.columns.filter(isUnequal);
  if (found.length === 0) return undefined;
  const [{ name }] = found;
  const origin = `These rows come from a match whose weights ("${name}") are not all 1`;
  if (found.length > 1) {
    const names = found.map((column) => `"${column.name}"`);
    fail(
      "invalid-argument",
      `These rows come from more than one match: ${listSome(names)} hold weights. Say which to take, as in weights: { schools: ${names[0]} }, or weights: "none".`,
    );
  }
  const structure = structureOf(bound);
  if (structure !== "intercept") {
    fail(
      "invalid-argument",
      `${origin}, and models with ${structure === "nested" ? "nested groups" : "random slopes"} take no weights of schools yet. Fit (1 | school), or say weights: "none" to leave the match's weights out.`,
    );
  }
  if (isChunk) {
    fail(
      "invalid-argument",
      `${origin}. Chunks do not know each other's, so name them: weights: { schools: "${name}" }, or weights: "none".`,
    );
  }
  const group = findColumn(table, bound.randomTerms[0].groups[0]);
  if (group === undefined) return undefined;
  requireOfGroups(found[0], toCategorical(group));
  return { schools: name };
}

/** What a summary says of weights that it took from the match. */
export function saidOfMatch({ schools }: MixedWeights, { randomTerms }: BoundFormula): Diagnostic {
  const group = randomTerms[0].groups[0];
  return diagnostic(
    "school-weights-from-match",
    "info",
    `Groups of ${group} have the weights of the match that these rows come from ("${schools}"), since sets are not pairs of one and one. ` +
      'Say weights: "none" to leave them out, or name other weights.',
    { column: schools, group },
  );
}

/** Weights of a match, not all 1. Scaling leaves rounding. */
function isUnequal(column: Frame["columns"][number]): column is NumericColumn {
  return (
    column.kind === "numeric" &&
    column.role === "match-weights" &&
    column.values.some((weight) => Math.abs(weight - 1) > 1e-9)
  );
}

/** Weights that differ within groups are those of matched pupils, or of units of another level: no guess. */
function requireOfGroups({ name, values }: NumericColumn, { codes, levels, name: group }: CategoricalColumn): void {
  const weights = new Float64Array(levels.length).fill(Number.NaN);
  for (let row = 0; row < codes.length; row++) {
    const j = codes[row];
    if (j < 0 || Number.isNaN(values[row])) continue;
    if (Number.isNaN(weights[j])) weights[j] = values[row];
    if (weights[j] === values[row]) continue;
    fail(
      "invalid-argument",
      `These rows come from a match whose weights ("${name}") differ within the ${group} "${levels[j]}" (${weights[j]} and ${values[row]}), so that it was not groups of ${group} that were matched. ` +
        `Say what they are, as in weights: { pupils: "${name}", kind: "sampling" }, or weights: "none" to leave them out.`,
      { column: name, level: levels[j], row },
    );
  }
}
