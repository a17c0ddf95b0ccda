import type { SlopesSummary } from "./types";

/** A standard deviation or correlation of random effects. */
export interface RandomParameter {
  /** `sd(days | subject)`, `cor((Intercept), days | subject)` */
  readonly name: string;
  /** Its columns among the q of all terms; a standard deviation has no second one. */
  readonly first: number;
  readonly second: number | null;
  /** Columns of the block that covary. */
  readonly block: number;
}

/** The parameters of the random part in lme4's order: each block's lower triangle, column by column. */
export function randomParameters({ random, group }: SlopesSummary): RandomParameter[] {
  let start = 0;
  return random.flatMap(({ columns, correlated }) => {
    const from = start;
    start += columns.length;
    const block = correlated ? columns.length : 1;
    return columns.flatMap((column, k) => {
      const later = correlated ? columns.slice(k + 1) : [];
      return [
        { name: `sd(${column} | ${group})`, first: from + k, second: null, block },
        ...later.map((other, l) => ({
          name: `cor(${column}, ${other} | ${group})`,
          first: from + k,
          second: from + k + 1 + l,
          block,
        })),
      ];
    });
  });
}
