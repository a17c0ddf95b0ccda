import { chiSquaredSurvival } from "../distributions/chi-squared";
import { fail } from "../errors/error";
import { count, listSome } from "../errors/words";
import { fitMixed } from "./fit";
import { requireSameModelRows } from "./same-rows";
import type { MixedModel } from "./types";
import { refuseGroupWeights } from "./weights";

/** A likelihood ratio test of two nested models. */
export interface ModelComparison {
  readonly kind: "model-comparison";
  readonly smaller: string;
  readonly larger: string;
  /** −2 × the difference in log-likelihood (maximum likelihood fits). */
  readonly chiSquared: number;
  readonly df: number;
  readonly p: number;
  /**
   * Whether variances are tested too. They lie on the boundary of their range under the hypothesis, so that p is an upper
   * bound: with a single one, about twice too large (see testGroupVariance).
   */
  readonly conservative: boolean;
  readonly aic: { readonly smaller: number; readonly larger: number };
  readonly bic: { readonly smaller: number; readonly larger: number };
  /** Whether REML models were refitted by maximum likelihood for the comparison. */
  readonly refitted: boolean;
}

/**
 * Whether the larger of two nested models of the same rows fits better than chance would make it: a likelihood ratio test.
 *
 * REML likelihoods of different fixed effects do not compare, so REML models are refitted by maximum likelihood first, and
 * the result says so. Models may differ in their random parts too: `(1 | school)` in `(1 | alliance/school)`, a slope. Models
 * count as of the same rows when their numbers of rows, groups, group sizes and the groups' mean outcomes agree; with different
 * random parts, when the number of rows and the outcome's mean and variance do.
 *
 * @throws `summary-mismatch` where the rows differ; `invalid-argument` where the models are not nested.
 * @example
 * ```ts
 * import { compareModels, fitMixed } from "likewise";
 * const pupils = { school: ["a", "a", "b", "b", "c", "c"], ses: [0, 1, 1, 3, 2, 2], score: [8, 10, 13, 15, 5, 6] };
 * const smaller = fitMixed("score ~ 1 + (1 | school)", pupils);
 * const larger = fitMixed("score ~ ses + (1 | school)", pupils);
 * compareModels(smaller, larger).df; // 1
 * ```
 */
export function compareModels(smaller: MixedModel, larger: MixedModel): ModelComparison {
  for (const model of [smaller, larger]) {
    if (model.structure === "intercept") refuseGroupWeights(model.summary, "Likelihood ratio tests");
  }
  requireSameModelRows(smaller, larger);
  const df = parameters(larger) - parameters(smaller);
  const missing = [
    ...smaller.terms.filter((term) => !larger.terms.includes(term)),
    ...randomColumns(smaller).filter((column) => !randomColumns(larger).some((other) => isSame(column, other))),
  ];
  if (missing.length > 0 || df <= 0) {
    fail(
      "invalid-argument",
      missing.length > 0
        ? `The models are not nested: the larger one lacks ${listSome(missing.map((each) => (typeof each === "string" ? each : `a random ${each.column} by ${each.group}`)))}.`
        : `Both models have the same ${count(larger.terms.length, "coefficient")}, so there is nothing to compare. Give the smaller one first.`,
      { missing },
    );
  }
  const refitted = smaller.method === "REML" || larger.method === "REML";
  const ml = (model: MixedModel): MixedModel =>
    model.method === "ML" ? model : fitMixed(model.summary, { method: "ML", df: "none" });
  const [small, large] = [ml(smaller), ml(larger)];
  const chiSquared = Math.max(0, small.criterion - large.criterion);
  return {
    kind: "model-comparison",
    smaller: smaller.formula,
    larger: larger.formula,
    chiSquared,
    df,
    p: chiSquaredSurvival(chiSquared, df),
    conservative: larger.terms.length - smaller.terms.length < df,
    aic: { smaller: small.aic, larger: large.aic },
    bic: { smaller: small.bic, larger: large.bic },
    refitted,
  };
}

/** Coefficients and variance parameters. */
function parameters(model: MixedModel): number {
  return model.terms.length + (model.structure === "intercept" ? 1 : model.theta.length) + 1;
}

interface RandomColumn {
  readonly group: string;
  readonly levels: number;
  readonly column: string;
}

function randomColumns({ randomTerms }: MixedModel): RandomColumn[] {
  return randomTerms.flatMap(({ group, levels, columns }) =>
    columns.map((column) => ({ group, levels: levels.length, column })),
  );
}

/** `school` is `school:alliance` where no label of a school recurs in another alliance. */
function isSame(a: RandomColumn, b: RandomColumn): boolean {
  return a.column === b.column && a.levels === b.levels && (a.group === b.group || b.group.startsWith(`${a.group}:`));
}
