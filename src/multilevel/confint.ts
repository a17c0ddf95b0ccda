import { chiSquaredQuantile } from "../distributions/chi-squared";
import { tQuantile } from "../distributions/student-t";
import { fail } from "../errors/error";
import { quantileOf } from "../linalg/quantile";
import { bootstrap } from "./bootstrap";
import { requireLevel } from "./checks";
import { optimiseProfile } from "./optimise";
import {
  coefficientInterval,
  groupVarianceInterval,
  type Interval,
  ratioInterval,
  residualVarianceInterval,
} from "./profile-interval";
import { requireIntercept } from "./require-intercept";
import { scaleSummary, unshifted } from "./scale";
import type { MixedModel } from "./types";
import { refuseGroupWeights } from "./weights";

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

/** An interval of one quantity of a model. */
export interface ConfidenceInterval extends Interval {
  /** A coefficient's term, or `sd(group)`, `sd(residual)`, `icc`. */
  readonly name: string;
  readonly estimate: number;
}

/**
 * Confidence intervals of a mixed model's coefficients and, by profiling, of its standard deviations and the ICC.
 *
 * Wald intervals use the model's own standard errors and degrees of freedom. Profile intervals hold every value at which
 * the deviance is within the χ²₁ quantile of its minimum; they are those of the maximum likelihood fit, also for a REML
 * model, as in lme4. A lower end of 0 for sd(group) says that no school variance at all is compatible with the data.
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
  const { coefficients, groupSd, residualSd } = bootstrap(model, { seed, replicates });
  const p = model.terms.length;
  const interval = (name: string, estimate: number, values: Float64Array): ConfidenceInterval => {
    const sorted = values.toSorted();
    return { name, estimate, lower: quantileOf(sorted, (1 - level) / 2), upper: quantileOf(sorted, (1 + level) / 2) };
  };
  const { group, residual } = model.variances;
  return [
    ...model.terms.map((name, k) =>
      interval(
        name,
        model.coefficients[k],
        coefficients.filter((_, i) => i % p === k),
      ),
    ),
    interval("sd(group)", Math.sqrt(group), groupSd),
    interval("sd(residual)", Math.sqrt(residual), residualSd),
    interval(
      "icc",
      model.icc,
      groupSd.map((sd, b) => sd ** 2 / (sd ** 2 + residualSd[b] ** 2)),
    ),
  ];
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

function profileIntervals(subject: MixedModel, level: number): ConfidenceInterval[] {
  const model = requireIntercept(subject, "Profile intervals");
  refuseGroupWeights(model.summary, "Profile intervals");
  const rise = chiSquaredQuantile(level, 1);
  const { problem, keep, scale } = scaleSummary(model.summary, false);
  const optimum = optimiseProfile(problem);
  if (optimum === null)
    return fail("invalid-argument", `The model "${model.formula}" cannot be refitted from its summary.`);
  const { best } = optimum;
  const p = problem.p;
  const unit = scale[p];
  const { shift } = model.summary;
  const hasIntercept = model.summary.bound.intercept;
  const coefficients = model.terms.map((name, k): ConfidenceInterval => {
    const isIntercept = hasIntercept && k === 0;
    const own = isIntercept
      ? unshifted(
          problem,
          keep.map((from, i) => shift[from] / scale[i]),
        )
      : problem;
    const point = isIntercept ? (optimiseProfile(own)?.best ?? best) : best;
    const standardError = Math.sqrt(point.parts.inverse[k * p + k] * point.sigma2);
    const interval = coefficientInterval(own, point, k, standardError, rise);
    const back = (value: number): number => (value * unit) / scale[k] + (isIntercept ? shift[shift.length - 1] : 0);
    return { name, estimate: back(point.beta[k]), lower: back(interval.lower), upper: back(interval.upper) };
  });
  const root = (name: string, value: number, { lower, upper }: Interval): ConfidenceInterval => ({
    name,
    estimate: Math.sqrt(value) * unit,
    lower: Math.sqrt(lower) * unit,
    upper: Math.sqrt(upper) * unit,
  });
  const share = (phi: number): number => phi / (1 + phi);
  const ratio = ratioInterval(problem, best, rise);
  return [
    ...coefficients,
    root("sd(group)", best.phi * best.sigma2, groupVarianceInterval(problem, best, rise)),
    root("sd(residual)", best.sigma2, residualVarianceInterval(problem, best, rise)),
    { name: "icc", estimate: share(best.phi), lower: share(ratio.lower), upper: share(ratio.upper) },
  ];
}
