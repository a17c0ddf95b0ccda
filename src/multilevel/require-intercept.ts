import { fail } from "../errors/error";
import type { InterceptModel, MixedModel } from "./types";

const STRUCTURE_WORDS = { nested: "nested random intercepts", slopes: "random slopes" } as const;

/**
 * The model where it has a single random intercept; otherwise an error.
 *
 * @param what - what was asked for, in the plural: `Profile intervals`.
 */
export function requireIntercept(model: MixedModel, what: string): InterceptModel {
  if (model.structure === "intercept") return model;
  return fail(
    "invalid-argument",
    `${what} are for models with a single random intercept so far; "${model.formula}" has ${STRUCTURE_WORDS[model.structure]}. ` +
      "Fit the model with one random intercept, such as (1 | school), to have them.",
    { structure: model.structure },
  );
}
