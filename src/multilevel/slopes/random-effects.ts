import type { RandomEffect, SlopesModel } from "../types";
import { slopeModes } from "./modes";

/**
 * The shrunken estimates of every group and random column, column by column: conditional modes with the square roots of
 * their variances (see `slopeModes`). The reliability is the share 1 − var(b | y)/var(b) of a column's variance that the
 * group's rows tell; 0 where the variance is estimated as 0.
 */
export function slopesRandomEffects(model: SlopesModel): RandomEffect[] {
  const { levels, columns, estimates, conditional, comparative } = slopeModes(model);
  const q = columns.length;
  const variances = model.randomTerms.flatMap(({ covariance }) => covariance.map((row, k) => row[k]));
  const { group } = model.summary;
  return columns.flatMap((column, k) =>
    levels.map((level, j): RandomEffect => {
      const own = (j * q + k) * q + k;
      return {
        group,
        level,
        column,
        estimate: estimates[j * q + k],
        conditionalSd: Math.sqrt(conditional[own]),
        comparativeSe: Math.sqrt(comparative[own]),
        diagnosticSe: Math.sqrt(Math.max(0, variances[k] - comparative[own])),
        reliability: variances[k] > 0 ? 1 - conditional[own] / variances[k] : 0,
      };
    }),
  );
}
