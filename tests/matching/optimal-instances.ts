import fc from "fast-check";
import { createRng } from "../../src/random/rng";

/** Units on a score, as the kernels take them. */
export interface Units {
  readonly score: Float64Array;
  readonly focal: Int32Array;
  readonly pool: Int32Array;
}

/** Rows with whole scores from 0 and a group each, at least one unit in both groups; rows of neither are among them. */
export function smallUnits(mostFocal: number, mostPool: number): fc.Arbitrary<Units> {
  // Without bias: fast-check's own favours small numbers, and hard instances are large and varied.
  const plan = fc.noBias(
    fc.record({
      groups: fc
        .tuple(
          fc.integer({ min: 1, max: mostFocal }),
          fc.integer({ min: 1, max: mostPool }),
          fc.integer({ max: 1, min: 0 }),
        )
        .chain(([focal, pool, neither]) =>
          fc.shuffledSubarray(
            [...new Array(focal).fill("focal"), ...new Array(pool).fill("pool"), ...new Array(neither).fill("neither")],
            { minLength: focal + pool + neither },
          ),
        ),
      span: fc.constantFrom(0, 1, 2, 4, 8, 16, 64),
      draws: fc.array(fc.integer({ min: 0, max: 999 }), {
        minLength: mostFocal + mostPool + 1,
        maxLength: mostFocal + mostPool + 1,
      }),
    }),
  );
  return plan.map(({ groups, span, draws }) => {
    const rowsOf = (name: string): Int32Array =>
      Int32Array.from([...groups.keys()].filter((row) => groups[row] === name));
    const score = Float64Array.from(groups, (name, row) =>
      name === "neither" ? Number.NaN : Math.floor((draws[row] / 1000) * (span + 1)),
    );
    return { score, focal: rowsOf("focal"), pool: rowsOf("pool") };
  });
}

/** A caliper that often cuts, on the scale of `smallUnits`; sometimes none. */
export const caliper = fc.constantFrom(0, 1, 1, 2, 3, 5, Number.POSITIVE_INFINITY);

/**
 * Many units whose groups overlap in part, with whole scores, so that sums of distances are exact.
 *
 * @param distinct - roughly how many different scores there are.
 */
export function manyUnits(n: number, options: { seed: number; share: number; shift: number; distinct: number }): Units {
  const { seed, share, shift, distinct } = options;
  const rng = createRng(seed);
  const score = new Float64Array(n);
  const focal: number[] = [];
  const pool: number[] = [];
  for (let row = 0; row < n; row++) {
    const isFocal = rng.uniform() < share;
    score[row] = Math.round(((rng.normal() + (isFocal ? shift : 0)) * distinct) / 8);
    (isFocal ? focal : pool).push(row);
  }
  return { score, focal: Int32Array.from(focal), pool: Int32Array.from(pool) };
}

/** Regimes for `manyUnits`: few and many focal units, badly overlapping, tied. `large` is what certificates are tried at. */
export const regimes = [
  { name: "15 % focal", large: 100_000, seed: 1, share: 0.15, shift: 0.5, distinct: 2 ** 30 },
  { name: "45 % focal", large: 30_000, seed: 2, share: 0.45, shift: 0.5, distinct: 2 ** 30 },
  { name: "45 % focal, apart", large: 30_000, seed: 3, share: 0.45, shift: 2, distinct: 2 ** 30 },
  { name: "70 % focal", large: 30_000, seed: 4, share: 0.7, shift: 0.5, distinct: 2 ** 30 },
  { name: "15 % focal, 1000 scores", large: 100_000, seed: 5, share: 0.15, shift: 0.5, distinct: 1000 },
] as const;

/** The units in another order of rows. */
export function permuteRows(units: Units, seed: number): Units {
  const rows = [...createRng(seed).shuffle(Int32Array.from(units.score, (_, row) => row))];
  const place = new Int32Array(rows.length);
  for (const [to, from] of rows.entries()) place[from] = to;
  return {
    score: Float64Array.from(rows, (row) => units.score[row]),
    focal: Int32Array.from(units.focal, (row) => place[row]).sort(),
    pool: Int32Array.from(units.pool, (row) => place[row]).sort(),
  };
}

/** The units with other scores. */
export function rescale(units: Units, change: (score: number) => number): Units {
  return { ...units, score: units.score.map(change) };
}
