import { fail } from "../errors/error";
import type { BoundFormula } from "./types";

/** Refuses a formula without a treatment before its `~`, or with a random term; `method` begins the sentence. */
export function requireTreatmentFormula({ response, randomTerms, formula }: BoundFormula, method: string): void {
  if (response === null) {
    fail("formula-syntax", `The formula "${formula}" has no treatment: write it before "~", as in treated ~ age.`);
  }
  if (randomTerms.length > 0) {
    fail("formula-syntax", `${method} has no random terms; leave ${randomTerms[0].label} out of "${formula}".`);
  }
}
