import { type CoefficientFit, coefficientIntervals } from "../coefficient-intervals";
import { type ConfidenceInterval, inUnits } from "../profile-interval";
import { unshifted, withoutColumn } from "../scale";
import type { NestedModel } from "../types";
import { deviationInterval, type RandomPart, residualDeviationInterval } from "../variance-interval";
import { nestedFixedVariances } from "./fixed-variances";
import { optimiseNested, optimiseNestedNear } from "./optimise";
import type { NestedPoint, NestedProblem } from "./profile";
import { shareInterval } from "./share-interval";
import { scaleNested } from "./state";

/** Profile likelihood intervals of a nested model: coefficients, the standard deviation of each level, the residual's, the ICC. */
export function nestedProfileIntervals(model: NestedModel, rise: number): ConfidenceInterval[] | null {
  const { inner, nesting } = model.summary;
  const { problem: computed, scaled } = scaleNested(model.summary, false);
  const problem = { ...computed, base: scaled.problem };
  const optimum = optimiseNested(problem);
  if (optimum === null) return null;
  const { best } = optimum;
  const { keep, scale } = scaled;
  const p = keep.length;
  const coefficients = coefficientIntervals<NestedProblem>(
    {
      problem,
      optimum(changed) {
        const found = optimiseNestedNear(changed, best.phi);
        return found && coefficientFit(found.best);
      },
      withoutColumn: (own, k, b) => ({ ...own, base: withoutColumn(own.base, k, b) }),
      unshifted: (own) => ({
        ...own,
        base: unshifted(
          own.base,
          keep.map((from, i) => (scale[0] * inner.shift[from]) / scale[i]),
        ),
      }),
    },
    coefficientFit(best),
    {
      terms: model.terms,
      hasIntercept: inner.bound.intercept,
      scale,
      outcomeShift: inner.shift[inner.shift.length - 1],
    },
    rise,
  );
  const sigma = Math.sqrt(best.sigma2);
  const part: RandomPart = {
    at: (theta, sigma2) => nestedFixedVariances(problem, theta, sigma2),
    m: problem.base.m,
    factors: Float64Array.from(best.phi, (phi) => Math.sqrt(phi) * sigma),
    sigma,
    criterion: best.criterion,
    diagonal: best.phi.map(() => true),
  };
  const sum = best.phi.reduce((total, phi) => total + phi, 0);
  const unit = scale[p];
  return [
    ...coefficients,
    ...nesting.map(({ group }, k) => inUnits(`sd(${group})`, part.factors[k], deviationInterval(part, k, rise), unit)),
    inUnits("sd(residual)", sigma, residualDeviationInterval(part, rise), unit),
    { name: "icc", estimate: sum / (1 + sum), ...shareInterval(problem, best, rise) },
  ];
}

function coefficientFit({ criterion, beta, sigma2, factor }: NestedPoint): CoefficientFit {
  return { criterion, beta, sigma2, inverse: factor.inverse() };
}
