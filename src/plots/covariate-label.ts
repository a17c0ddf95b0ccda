import type { BalanceRow } from "../balance/types";

/** A covariate as plots call it: `age`, and `region: South East` where R has `regionSouth East`. */
export function covariateLabel({ variable, level }: Pick<BalanceRow, "variable" | "level">): string {
  return level === null ? variable : `${variable}: ${level}`;
}
