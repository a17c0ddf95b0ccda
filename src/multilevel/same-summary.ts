import { fail } from "../errors/error";
import { listSome } from "../errors/words";
import type { BoundFormula, BoundVariable } from "../formula/types";
import type { SlopesSummary } from "./slopes/types";
import type { GroupSummary } from "./types";

const BIND_ONCE = "Bind the formula once, to data that have every level, and summarise every part with it.";
const SAME_OPTIONS = "Summarise every part with the same options.";
const ADVICE = {
  kinds: "Merge summaries of one formula.",
  versions: "Make them with one release of likewise.",
  formulas: BIND_ONCE,
  groups: BIND_ONCE,
  columns: BIND_ONCE,
  levels: BIND_ONCE,
  "bases or centres": BIND_ONCE,
  contents: SAME_OPTIONS,
  weights: SAME_OPTIONS,
} as const;

type Differ = (what: keyof typeof ADVICE, left: string, right: string) => never;

/** Refuses to merge summaries of different formulas, groups, columns, levels, centres, contents or weights, saying which. */
export function requireSame<S extends GroupSummary | SlopesSummary>(a: S, b: S): void {
  const differ: Differ = (what, left, right) =>
    fail("summary-mismatch", `Summaries of different ${what} cannot be merged: ${left} and ${right}. ${ADVICE[what]}`, {
      what,
    });
  if (a.kind !== b.kind) differ("kinds", `"${a.kind}"`, `"${b.kind}"`);
  if (a.version !== b.version) differ("versions", `${a.version}`, `${b.version}`);
  if (a.bound.formula !== b.bound.formula) differ("formulas", `"${a.bound.formula}"`, `"${b.bound.formula}"`);
  if (a.group !== b.group) differ("groups", `"${a.group}"`, `"${b.group}"`);
  requireSameBinding(a.bound, b.bound, differ);
  if (a.columns.join("\n") !== b.columns.join("\n")) differ("columns", onlyIn(a, b), onlyIn(b, a));
  if (blocksOf(a) !== blocksOf(b)) differ("contents", blocksOf(a), blocksOf(b));
  if (weightsOf(a) !== weightsOf(b)) differ("weights", weightsOf(a), weightsOf(b));
}

/** Refuses variables bound to other data: other levels of a factor, another basis, other means. */
function requireSameBinding(a: BoundFormula, b: BoundFormula, differ: Differ): void {
  if (a === b) return;
  const others = variablesOf(b);
  variablesOf(a).forEach((variable, k) => {
    const other = others[k];
    if (JSON.stringify(variable) === JSON.stringify(other)) return;
    const levelsOf = ({ label, levels }: BoundVariable): string => `${label} with the levels ${listSome(levels, 8)}`;
    if (variable.levels.join("\n") !== other.levels.join("\n")) differ("levels", levelsOf(variable), levelsOf(other));
    differ("bases or centres", `${variable.label} of one part`, "of another, bound to other data");
  });
}

/** Of the outcome, the fixed part and the random terms. */
function variablesOf({ response, variables, randomTerms }: BoundFormula): readonly BoundVariable[] {
  const random = randomTerms.flatMap((term) => term.bound?.variables ?? []);
  return [...(response ? [response] : []), ...variables, ...random];
}

function onlyIn(a: GroupSummary | SlopesSummary, b: GroupSummary | SlopesSummary): string {
  return listSome(a.columns.filter((name) => !b.columns.includes(name))) || "the same in another order";
}

function blocksOf(summary: GroupSummary | SlopesSummary): string {
  return summary.blocks ? "with blocks" : "without blocks";
}

function weightsOf(summary: GroupSummary | SlopesSummary): string {
  const { pupilWeights } = summary;
  if (summary.kind === "slopes-summary") return `${pupilWeights} of pupils`;
  const { scaling, groupWeights } = summary;
  return `${pupilWeights} of pupils${scaling ? ` (scaling "${scaling}")` : ""}, ${groupWeights ? "some" : "none"} of groups`;
}
