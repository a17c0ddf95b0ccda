import { product, timesVector, transposed } from "../linalg/square";
import { type Factor, sandwich } from "../linalg/symmetric";
import { optimiseProfile, type ProfileOptimum } from "./optimise";
import type { OrthogonalColumns } from "./orthogonal";
import { type ProfilePoint, profileAt } from "./profile";
import type { ProfileProblem } from "./profile-design";
import type { ScaledProblem } from "./scale";

/** The criterion of a scaled problem at one φ, by way of orthogonal columns where the given ones are nearly dependent. */
export function pointOf({ problem, orthogonal }: ScaledProblem, phi: number): ProfilePoint | null {
  if (orthogonal === null) return profileAt(problem, phi);
  const point = profileAt(orthogonal.problem, phi);
  return point && inGivenColumns(point, orthogonal, problem);
}

/** The best φ of a scaled problem, found in the same way. */
export function optimumOf({ problem, orthogonal }: ScaledProblem): ProfileOptimum | null {
  if (orthogonal === null) return optimiseProfile(problem);
  const optimum = optimiseProfile(orthogonal.problem);
  return (
    optimum && {
      ...optimum,
      best: inGivenColumns(optimum.best, orthogonal, problem),
      other: optimum.other && inGivenColumns(optimum.other, orthogonal, problem),
    }
  );
}

/**
 * U of nearly dependent columns at the φ where U'AU = I, so that A⁻¹ = UU': sandwiches are computed in x̃ = U'x, for the
 * products of scores with A⁻¹ would cancel.
 */
export function orthogonalRoot({ orthogonal }: ScaledProblem, { phi }: ProfilePoint): Float64Array | null {
  return orthogonal !== null && orthogonal.phi === phi ? orthogonal.root : null;
}

/**
 * A point of the problem in orthogonal columns as one of the given problem: β = b + sUβ̃, A⁻¹ = UÃ⁻¹U', residuals s times as
 * large; derivatives by φ do not change.
 */
function inGivenColumns(
  point: ProfilePoint,
  { phi, root, inverseRoot, offset, residual }: OrthogonalColumns,
  { p, m, reml }: ProfileProblem,
): ProfilePoint {
  const { parts } = point;
  // Where the columns are orthogonal β̃ is 0, up to rounding in what it is computed from.
  const moved = point.phi === phi ? new Float64Array(p) : timesVector(root, point.beta, p);
  const beta = moved.map((value, k) => offset.high[k] + (offset.low[k] + residual * value));
  let logDeterminant = 0;
  for (let k = 0; k < p; k++) logDeterminant += 2 * Math.log(inverseRoot[k * p + k]);
  const down = transposed(root, p);
  const inverse = sandwich(root, parts.inverse, p, p);
  const factor: Factor = {
    solve: (b) => timesVector(root, parts.factor.solve(timesVector(down, b, p)), p),
    inverse: () => inverse.slice(),
    logDeterminant: () => parts.factor.logDeterminant() + logDeterminant,
  };
  return {
    ...point,
    criterion: point.criterion + 2 * m * Math.log(residual) + (reml ? logDeterminant : 0),
    beta,
    betaLow: moved.map((value, k) => offset.high[k] - beta[k] + (offset.low[k] + residual * value)),
    sigma2: point.sigma2 * residual ** 2,
    parts: {
      ...parts,
      factor,
      inverse,
      m2: product(product(transposed(inverseRoot, p), parts.m2, p), inverseRoot, p),
      logDeterminant: parts.logDeterminant + (reml ? logDeterminant : 0),
      g2rho2: parts.g2rho2 * residual ** 2,
      r2Second: parts.r2Second * residual ** 2,
    },
  };
}
