import { chiSquaredQuantile } from "../distributions/chi-squared";
import { tQuantile } from "../distributions/student-t";
import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { quantileOf } from "../linalg/quantile";
import { bootstrap } from "./bootstrap";
import { requireLevel } from "./checks";
import { type CoefficientFit, coefficientIntervals } from "./coefficient-intervals";
import { nestedProfileIntervals } from "./nested/profile-interval";
import { optimiseProfile } from "./optimise";
import type { ProfilePoint, ProfileProblem } from "./profile";
import {
  type ConfidenceInterval,
  groupVarianceInterval,
  type Interval,
  inUnits,
  ratioInterval,
  residualVarianceInterval,
} from "./profile-interval";
import { scaleSummary, unshifted, withoutColumn } from "./scale";
import { slopesProfileIntervals } from "./slopes/profile-interval";
import type { InterceptModel, MixedModel, NestedModel, SlopesModel } from "./types";
import { refuseGroupWeights } from "./weights";

export type { ConfidenceInterval };

export interface ConfintOptions {
  /**
   * `"wald"` (default) from the model's t tests; `"profile"`, from the likelihood itself; `"bootstrap"`, percentiles of refits
   * of simulated data, which needs a `seed`.
   */
  readonly type?: "wald" | "profile" | "bootstrap";
  readonly seed?: number | string;
  /** Of the bootstrap; default 1,000. */
  readonly replicates?: number;
  /** Default 0.95. */
  readonly level?: number;
}

/**
 * Confidence intervals of a mixed model's coefficients and, by profiling or bootstrap, of its random part.
 *
 * Wald intervals use the model's own standard errors and degrees of freedom. Profile intervals hold every value at which
 * the deviance, minimised over everything else, is within the χ²₁ quantile of its minimum; they are those of the maximum
 * likelihood fit, also for a REML model, as in lme4. A lower end of 0 for sd(group) says that no school variance at all is
 * compatible with the data; a correlation's interval is all of [−1, 1] where one of its standard deviations may be 0.
 *
 * Names of the random part, in lme4's order (`.sig01`, `.sig02`, …, `.sigma`): `sd(group)` of a single intercept, `sd(school:alliance)`
 * and `sd(alliance)` of nested ones, `sd((Intercept) | school)`, `cor((Intercept), ses | school)`, `sd(ses | school)` with slopes; then
 * `sd(residual)` and `icc`, which with slopes depends on the rows and has a bootstrap interval only.
 *
 * @throws `invalid-argument` for a level outside (0, 1), another type, or a Wald interval of a model without tests.
 * @example
 * ```ts
 * import { confint, fitMixed } from "likewise";
 * const model = fitMixed("score ~ 1 + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6],
 * });
 * confint(model, { type: "profile" }).map((interval) => interval.name); // ["(Intercept)", "sd(group)", "sd(residual)", "icc"]
 * ```
 * @see Bates et al. (2015), Journal of Statistical Software 67(1), section 5.1.
 */
export function confint(model: MixedModel, options: ConfintOptions = {}): ConfidenceInterval[] {
  requireKnownOptions(options, ["type", "seed", "replicates", "level"], "confint");
  const level = options.level ?? 0.95;
  requireLevel(level);
  const type = options.type ?? "wald";
  if (type === "wald") return waldIntervals(model, level);
  if (type === "profile") return profileIntervals(model, level);
  if (type === "bootstrap") return bootstrapIntervals(model, level, options);
  return fail("invalid-argument", `There is no type "${type}"; choose "wald", "profile" or "bootstrap".`);
}

function bootstrapIntervals(
  model: MixedModel,
  level: number,
  { seed, replicates }: ConfintOptions,
): ConfidenceInterval[] {
  if (seed === undefined)
    return fail("invalid-argument", "Bootstrap intervals need a seed, so that they can be had again.");
  const { coefficients, parameters, random, groupSd, residualSd } = bootstrap(model, { seed, replicates });
  const interval = (name: string, estimate: number, values: Float64Array): ConfidenceInterval => {
    // A correlation is not defined where a variance was estimated as 0.
    const sorted = values.filter((value) => !Number.isNaN(value)).sort();
    return { name, estimate, lower: quantileOf(sorted, (1 - level) / 2), upper: quantileOf(sorted, (1 + level) / 2) };
  };
  const columns = (names: readonly string[], estimates: ArrayLike<number>, values: Float64Array) =>
    names.map((name, k) =>
      interval(
        name,
        estimates[k],
        values.filter((_, i) => i % names.length === k),
      ),
    );
  return [
    ...columns(model.terms, model.coefficients, coefficients),
    ...columns(parameters, randomEstimates(model), random),
    interval("sd(residual)", Math.sqrt(model.variances.residual), residualSd),
    interval(
      "icc",
      model.icc,
      groupSd.map((sd, b) => sd ** 2 / (sd ** 2 + residualSd[b] ** 2)),
    ),
  ];
}

/** Standard deviations and correlations of the random effects, in the order of a bootstrap's `parameters`. */
function randomEstimates({ randomTerms, structure, summary }: MixedModel): number[] {
  if (structure !== "slopes") return randomTerms.map(({ covariance }) => Math.sqrt(covariance[0][0]));
  return randomTerms.flatMap(({ covariance }, t) =>
    covariance.flatMap((row, k) => {
      const sd = Math.sqrt(row[k]);
      const later = summary.random[t].correlated ? row.slice(k + 1) : [];
      return [sd, ...later.map((value, l) => value / (sd * Math.sqrt(covariance[k + 1 + l][k + 1 + l])))];
    }),
  );
}

function waldIntervals(model: MixedModel, level: number): ConfidenceInterval[] {
  if (model.df === "none") {
    fail(
      "invalid-argument",
      'The model was fitted with df: "none", so it has no tests to make intervals from. Fit it with another df.',
    );
  }
  return model.fixed.map(({ term, estimate, standardError, df }) => {
    const half = tQuantile((1 + level) / 2, df) * standardError;
    return { name: term, estimate, lower: estimate - half, upper: estimate + half };
  });
}

function profileIntervals(model: MixedModel, level: number): ConfidenceInterval[] {
  const rise = chiSquaredQuantile(level, 1);
  const intervals = model.structure === "intercept" ? interceptIntervals(model, rise) : deeperIntervals(model, rise);
  if (intervals !== null) return intervals;
  return fail("invalid-argument", `The model "${model.formula}" cannot be refitted from its summary.`);
}

function deeperIntervals(model: NestedModel | SlopesModel, rise: number): ConfidenceInterval[] | null {
  return model.structure === "nested" ? nestedProfileIntervals(model, rise) : slopesProfileIntervals(model, rise);
}

function interceptIntervals(model: InterceptModel, rise: number): ConfidenceInterval[] | null {
  refuseGroupWeights(model.summary, "Profile intervals");
  const { problem, keep, scale } = scaleSummary(model.summary, false);
  const optimum = optimiseProfile(problem);
  if (optimum === null) return null;
  const { best } = optimum;
  const unit = scale[problem.p];
  const { shift, bound } = model.summary;
  const coefficients = coefficientIntervals<ProfileProblem>(
    {
      problem,
      optimum(changed) {
        const found = optimiseProfile(changed);
        return found && coefficientFit(found.best);
      },
      withoutColumn,
      unshifted: (own) =>
        unshifted(
          own,
          keep.map((from, i) => (scale[0] * shift[from]) / scale[i]),
        ),
    },
    coefficientFit(best),
    { terms: model.terms, hasIntercept: bound.intercept, scale, outcomeShift: shift[shift.length - 1] },
    rise,
  );
  const root = (name: string, value: number, { lower, upper }: Interval): ConfidenceInterval =>
    inUnits(name, Math.sqrt(value), { lower: Math.sqrt(lower), upper: Math.sqrt(upper) }, unit);
  const share = (phi: number): number => phi / (1 + phi);
  const ratio = ratioInterval(problem, best, rise);
  return [
    ...coefficients,
    root("sd(group)", best.phi * best.sigma2, groupVarianceInterval(problem, best, rise)),
    root("sd(residual)", best.sigma2, residualVarianceInterval(problem, best, rise)),
    { name: "icc", estimate: share(best.phi), lower: share(ratio.lower), upper: share(ratio.upper) },
  ];
}

function coefficientFit(point: ProfilePoint): CoefficientFit {
  return { ...point, inverse: point.parts.inverse };
}
