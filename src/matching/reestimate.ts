import { takeRows } from "../data/select";
import { sourceOf } from "../data/source";
import type { Diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { fitPropensity, type PropensityOptions } from "../propensity/fit";
import { rowsWhere } from "./support";
import type { MatchSubject } from "./types/subject";

/** Scores of a model fitted again on fewer rows. */
interface Reestimated {
  /** n values: the new fit's for the rows kept, the first fit's for the others. */
  readonly score: Float64Array;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Fits the subject's propensity model again on the rows kept, with the formula and the options of the first fit.
 *
 * @throws `invalid-argument` unless the subject is a model that remembers its data; what `fitPropensity` throws.
 */
export function reestimate(
  subject: MatchSubject,
  score: Float64Array,
  kept: Uint8Array,
  scale: "score" | "linear",
): Reestimated {
  if (!("kind" in subject)) {
    return fail(
      "invalid-argument",
      "reestimate: true needs a propensity model to fit again, and this subject's scores were given. " +
        "Give match the result of fitPropensity, or leave reestimate out.",
      { option: "reestimate" },
    );
  }
  const source = sourceOf(subject);
  if (subject.formula === undefined || source?.data === undefined || source.options === undefined) {
    return fail(
      "invalid-argument",
      "reestimate: true needs the data that the propensity model was fitted on, and this model does not remember them " +
        "(it may have come through JSON or a worker). Fit it again with fitPropensity.",
      { option: "reestimate" },
    );
  }
  const rows = rowsWhere(kept);
  const options = source.options as PropensityOptions;
  const { weights } = options;
  const model = fitPropensity(subject.formula, takeRows(source.data, rows), {
    ...options,
    weights:
      weights === undefined || typeof weights === "string" ? weights : Float64Array.from(rows, (row) => weights[row]),
  });
  const fitted = scale === "linear" ? model.linearPredictor : model.scores;
  const all = score.slice();
  for (let i = 0; i < rows.length; i++) all[rows[i]] = fitted[i];
  return { score: all, diagnostics: model.diagnostics };
}
