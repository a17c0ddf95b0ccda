import { product, timesVector, transposed } from "../linalg/square";
import { type Factor, sandwich } from "../linalg/symmetric";
import { optimiseProfile, type ProfileOptimum } from "./optimise";
import type { OrthogonalColumns } from "./orthogonal";
import { type ProfilePoint, profileAt } from "./profile";
import type { ProfileProblem } from "./profile-design";
import type { ScaledProblem } from "./scale";
import { type FitColumns, scaledCoefficients } from "./working-columns";

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

/** A point with the problem and the columns it was computed in. */
export function computedIn(
  scaled: ScaledProblem,
  point: ProfilePoint,
): { problem: ProfileProblem; point: ProfilePoint; columns: FitColumns } {
  const { problem, orthogonal, keep, scale } = scaled;
  if (orthogonal === null || point.computed === undefined) {
    return { problem, point, columns: { keep, scale, orthogonal: null } };
  }
  return { problem: orthogonal.problem, point: point.computed, columns: scaled };
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
function inGivenColumns(point: ProfilePoint, orthogonal: OrthogonalColumns, given: ProfileProblem): ProfilePoint {
  const { phi, root, inverseRoot, residual } = orthogonal;
  const p = given.p;
  // Where the columns are orthogonal β̃ is 0, up to rounding in what it is computed from.
  const computed = point.phi === phi ? { ...point, beta: new Float64Array(p) } : point;
  const { parts } = computed;
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
    criterion: point.criterion + 2 * given.m * Math.log(residual) + (given.reml ? logDeterminant : 0),
    ...scaledCoefficients(computed.beta, { orthogonal }),
    computed,
    sigma2: point.sigma2 * residual ** 2,
    parts: {
      ...parts,
      factor,
      inverse,
      m2: product(product(transposed(inverseRoot, p), parts.m2, p), inverseRoot, p),
      logDeterminant: parts.logDeterminant + (given.reml ? logDeterminant : 0),
      g2rho2: parts.g2rho2 * residual ** 2,
      r2Second: parts.r2Second * residual ** 2,
    },
  };
}
