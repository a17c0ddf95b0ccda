import { chiSquaredSurvival } from "../distributions/chi-squared";
import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { listSome, suggest } from "../errors/words";
import { levelPosition } from "./effect-choice";
import { optimiseNested } from "./nested/optimise";
import { nestedStateOf } from "./nested/state";
import { withoutLevel } from "./nested/without-level";
import { profileAt } from "./profile";
import { devianceAt } from "./slopes/deviance";
import { optimiseSlopes } from "./slopes/optimise";
import type { SlopeProblem } from "./slopes/problem";
import { withRandomColumns } from "./slopes/recode";
import { randomTransform } from "./slopes/scale";
import { slopesState } from "./slopes/state";
import { stateOf } from "./state";
import type { InterceptModel, MixedModel, NestedModel, SlopesModel } from "./types";
import { refuseGroupWeights } from "./weights";

/** A test of whether groups differ at all, at one level or in one slope. */
export interface GroupVarianceTest {
  readonly kind: "group-variance-test";
  readonly group: string;
  /** The random effect whose variance is tested: `(Intercept)`, or a slope's column. */
  readonly column: string;
  /** −2 × the log-likelihood lost by leaving the random effect out, at the model's own method. */
  readonly chiSquared: number;
  /** Degrees of freedom of the two χ² that the statistic is half and half: the variance lies on the boundary of its range. */
  readonly mixture: readonly [number, number];
  readonly p: number;
}

export interface GroupVarianceTestOptions {
  /** Of nested groups the level, by its column's name or lme4's (`school`, `school:alliance`); default: the outermost. */
  readonly group?: string;
  /** With random slopes the random column; default: the slope, where there is one. */
  readonly column?: string;
}

/**
 * Whether the variance between groups is 0: the likelihood ratio against the same model without it.
 *
 * Of a single random intercept against the model without a random term; of nested intercepts against the model without that level;
 * with random slopes against the model without that slope and its correlations. Under the hypothesis the variance is on its
 * boundary, so the statistic is χ²_c or χ²_{c+1} half of the time each, c the number of correlations that go with the variance
 * (χ²₀ is 0 throughout); a naive χ²_{c+1} p-value is too large, twice as large for c = 0. That takes the other variances to be
 * positive: where another one is 0 as well, p is an approximation.
 *
 * @param options - which variance, of several.
 * @throws `invalid-argument` for groups that the model does not have, for several slopes where none is chosen, with school or
 *   sampling weights; `unknown-column` for a random column that the model does not have.
 * @example
 * ```ts
 * import { fitMixed, testGroupVariance } from "likewise";
 * const model = fitMixed("score ~ 1 + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6],
 * });
 * testGroupVariance(model).p < 0.05; // true
 * ```
 * @see Self & Liang (1987), JASA 82:605-610; Stram & Lee (1994), Biometrics 50:1171-1177.
 */
export function testGroupVariance(model: MixedModel, options: GroupVarianceTestOptions = {}): GroupVarianceTest {
  requireKnownOptions(options, ["group", "column"], "testGroupVariance");
  const level = levelPosition(model, options.group);
  const { group } = model.randomTerms[level];
  const { column, criterion, without, correlations } = lossOf(model, level, options.column);
  if (without === null)
    return fail("invalid-argument", `The model "${model.formula}" cannot be refitted from its summary.`);
  const chiSquared = Math.max(0, without - criterion);
  const upper = correlations + 1;
  const survival = (df: number): number => (df === 0 ? 0 : chiSquaredSurvival(chiSquared, df));
  const p = chiSquared === 0 ? 1 : (survival(correlations) + survival(upper)) / 2;
  return { kind: "group-variance-test", group, column, chiSquared, mixture: [correlations, upper], p };
}

/** The criterion with and without the random effect, in the units of the scaled problem. */
interface Loss {
  readonly column: string;
  readonly criterion: number;
  readonly without: number | null;
  readonly correlations: number;
}

function lossOf(model: MixedModel, level: number, column: string | undefined): Loss {
  if (model.structure === "slopes") return slopesLoss(model, column);
  if (column !== undefined && column !== "(Intercept)") failUnknown(model, column);
  return model.structure === "nested" ? nestedLoss(model, level) : interceptLoss(model);
}

function interceptLoss(model: InterceptModel): Loss {
  refuseGroupWeights(model.summary, "Likelihood ratio tests");
  const { scaled, point } = stateOf(model);
  const without = profileAt(scaled.problem, 0)?.criterion ?? null;
  return { column: "(Intercept)", criterion: point.criterion, without, correlations: 0 };
}

function nestedLoss(model: NestedModel, level: number): Loss {
  const { problem, point } = nestedStateOf(model);
  const without = optimiseNested(withoutLevel(problem, level))?.best.criterion ?? null;
  return { column: "(Intercept)", criterion: point.criterion, without, correlations: 0 };
}

function slopesLoss(model: SlopesModel, wanted: string | undefined): Loss {
  const { summary } = model;
  const columns = summary.random.flatMap((term) => term.columns);
  const column = wanted ?? onlySlope(model, columns);
  const k = columns.indexOf(column);
  if (k < 0) failUnknown(model, column);
  const { problem, point } = slopesState(model);
  const { reduced, correlations } = withoutRandomColumn(model, problem, k);
  const without = reduced.q === 0 ? devianceAt(reduced, new Float64Array(0)) : optimiseSlopes(reduced)?.best;
  return { column, criterion: point.criterion, without: without?.criterion ?? null, correlations };
}

/** The problem without random column k, and the number of columns that it may covary with. */
function withoutRandomColumn(
  { summary }: SlopesModel,
  problem: SlopeProblem,
  k: number,
): { reduced: SlopeProblem; correlations: number } {
  const { q } = problem;
  // In the caller's coordinates: a constant left out is not the one that columns were shifted about.
  const transform = randomTransform(summary);
  const s = new Float64Array(q * (q - 1));
  for (let row = 0; row < q; row++) {
    for (let c = 0; c < q - 1; c++) s[row * (q - 1) + c] = transform[row * q + (c < k ? c : c + 1)];
  }
  let start = 0;
  let correlations = 0;
  const blocks = summary.random.flatMap(({ columns, correlated }) => {
    const from = start;
    start += columns.length;
    const isIn = k >= from && k < start;
    if (isIn && correlated) correlations = columns.length - 1;
    const left = columns.length - (isIn ? 1 : 0);
    if (!correlated) return Array<number>(left).fill(1);
    return left === 0 ? [] : [left];
  });
  return { reduced: withRandomColumns(problem, s, q - 1, blocks), correlations };
}

function onlySlope(model: SlopesModel, columns: readonly string[]): string {
  const slopes = columns.filter((column) => column !== "(Intercept)");
  if (slopes.length === 1) return slopes[0];
  return fail(
    "invalid-argument",
    `"${model.formula}" has ${slopes.length === 0 ? "no random slope" : `the random slopes ${listSome(slopes)}`}. Say whose variance to test: { column: "${slopes[0] ?? columns[0]}" }.`,
    { columns },
  );
}

function failUnknown(model: MixedModel, column: string): never {
  const known = model.randomTerms.flatMap(({ columns }) => columns);
  return fail(
    "unknown-column",
    `"${model.formula}" has no random effect of "${column}".${suggest(column, known, "random columns")}`,
    { column },
  );
}
