import { fail } from "../errors/error";
import type { BoundFormula } from "../formula/types";
import type { MixedModel } from "./types";

/** Which kind of random part a formula asks for; refuses formulas that are none of a mixed model. */
export function structureOf(bound: BoundFormula): MixedModel["structure"] {
  requireOutcome(bound);
  const [term, ...more] = bound.randomTerms;
  if (term === undefined) {
    fail(
      "not-mixed",
      `"${bound.formula}" has no random term, so this is not a mixed model. Add one, such as + (1 | school).`,
    );
  }
  const groups = new Set(bound.randomTerms.map((each) => each.groups.join("/")));
  if (groups.size > 1) {
    fail(
      "invalid-argument",
      `Crossed random effects are not there yet, and "${bound.formula}" groups by ${[...groups].join(" and by ")}. ` +
        "Where one grouping lies within the other, write (1 | alliance/school).",
    );
  }
  if (term.effects === "1" && more.length === 0) return term.groups.length === 1 ? "intercept" : "nested";
  if (term.groups.length > 1) {
    fail(
      "invalid-argument",
      `Nested groups have random intercepts only, and "${bound.formula}" asks for ${term.label}. Write (1 | ${term.groups.join("/")}).`,
    );
  }
  return "slopes";
}

function requireOutcome({ formula, response }: BoundFormula): void {
  if (response === null) fail("formula-syntax", `The formula "${formula}" has no outcome: write it before "~".`);
  if (response.kind === "numeric" || response.kind === "logical") return;
  fail("wrong-type", `The outcome "${response.label}" holds text; a mixed model needs numbers.`, {
    column: response.label,
  });
}
