import type { SlopeProblem } from "./problem";
import { rankOf } from "./recode";

/**
 * Between-within degrees of freedom, by containment: a column that follows from the random columns in every group is judged by
 * how the groups differ, the others by their rows.
 *
 * In X_j = Z_ja_j a contained column counts at the last random column it needs: ses and ses:sector at the slope of ses, sector
 * and the constant at the intercept. There are as many units as groups in which that random column says something of its own,
 * less the columns counted there. The others have the rows, less Σ rank Z_j, less their number.
 */
export function betweenWithinSlopes(problem: SlopeProblem, nobs: number): number[] {
  const { q, p, groups, factors, projections, within } = problem;
  const r = p + 1;
  const negligible = 1e-20 * nobs;
  const units = new Array<number>(q).fill(0);
  let ranks = 0;
  for (let j = 0; j < groups; j++) {
    ranks += rankOf(factors, j, q);
    for (let l = 0; l < q; l++) if (factors[(j * q + l) * q + l] > 0) units[l]++;
  }
  // R_j is triangular: the last row in which Q_j'x is not 0 is that of the last column x needs.
  const place = Array.from({ length: p }, (_, k) => {
    if (within[k * r + k] > negligible) return q;
    for (let l = q - 1; l > 0; l--) {
      let squares = 0;
      for (let j = 0; j < groups; j++) squares += projections[(j * q + l) * r + k] ** 2;
      if (squares > negligible) return l;
    }
    return 0;
  });
  units.push(nobs - ranks);
  return place.map((own) => units[own] - place.filter((other) => other === own).length);
}
