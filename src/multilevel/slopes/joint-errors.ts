import { covarianceRoot } from "../group-estimates";
import { type JointErrors, spreadOf } from "../joint-errors";
import type { SlopesModel } from "../types";
import { slopeModes } from "./modes";

/** The groups' effects of one random column with the joint covariance of their errors. */
export function slopeErrors(model: SlopesModel, column: number): JointErrors {
  const { columns, levels, estimates, conditional, pulls } = slopeModes(model);
  const q = columns.length;
  const p = model.terms.length;
  const groups = levels.length;
  const own = Float64Array.from({ length: groups * p }, (_, i) => {
    const j = Math.floor(i / p);
    return pulls[(j * q + column) * p + (i % p)];
  });
  return {
    p,
    estimate: Float64Array.from({ length: groups }, (_, j) => estimates[j * q + column]),
    conditional: Float64Array.from({ length: groups }, (_, j) => conditional[(j * q + column) * q + column]),
    spread: spreadOf(own, covarianceRoot(model.centred.vcov, p), p),
    around: [],
  };
}
