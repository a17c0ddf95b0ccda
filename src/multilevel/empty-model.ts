import { fail } from "../errors/error";
import { fitMixed } from "./fit";
import { withoutLowParts } from "./low-parts";
import { interceptSummary } from "./slopes/group-summary";
import type { GroupSummary, InterceptModel, MixedModel, NestedModel } from "./types";

/**
 * The group summary of a model's rows: of nested groups that of the innermost, of random slopes what their rows come to for
 * a random intercept alone.
 *
 * @param what - what needs it, in the plural: `Effect sizes`.
 */
export function groupSummaryOf(model: MixedModel, what: string): GroupSummary {
  if (model.structure === "intercept") return model.summary;
  if (model.structure === "nested") return model.summary.inner;
  return (
    interceptSummary(model.summary) ??
    fail(
      "invalid-argument",
      `${what} need the means of the groups, which a random part without an intercept does not keep: "${model.formula}". Let the intercept vary too.`,
    )
  );
}

/**
 * The model with a constant alone, of the same rows, groups and weights, fitted by the same method; of random slopes with a
 * random intercept.
 *
 * @param what - what needs it, in the plural.
 */
export function emptyModel(model: MixedModel, what: string): InterceptModel | NestedModel {
  const options = { method: model.method, df: "none" } as const;
  const empty = emptySummary(groupSummaryOf(model, what));
  return model.structure === "nested"
    ? fitMixed({ ...model.summary, inner: empty }, options)
    : fitMixed(empty, options);
}

function emptySummary(given: GroupSummary): GroupSummary {
  const summary = withoutLowParts(given);
  const { shift, means, within, blocks, levels, bound, response } = summary;
  const q = shift.length;
  const ofOutcome = (values: Float64Array, matrices: number): Float64Array => {
    const result = new Float64Array(matrices * 4);
    for (let j = 0; j < matrices; j++) result[j * 4 + 3] = values[(j + 1) * q * q - 1];
    return result;
  };
  const emptyMeans = new Float64Array(levels.length * 2).fill(1);
  for (let j = 0; j < levels.length; j++) emptyMeans[2 * j + 1] = means[(j + 1) * q - 1];
  return {
    ...summary,
    bound: {
      ...bound,
      formula: `${response} ~ 1 + (1 | ${bound.randomTerms[0].groups.join("/")})`,
      intercept: true,
      variables: [],
      terms: [],
      columns: ["(Intercept)"],
      centres: [0, shift[q - 1]],
    },
    columns: ["(Intercept)"],
    shift: Float64Array.of(0, shift[q - 1]),
    means: emptyMeans,
    within: ofOutcome(within, 1),
    ...(blocks && { blocks: ofOutcome(blocks, levels.length) }),
  };
}
