import { createRng } from "../../src/random/rng";

export interface SlopesData {
  readonly school: string[];
  readonly x: Float64Array;
  readonly w: Float64Array;
  /** A covariate of the school. */
  readonly z: Float64Array;
  readonly sex: string[];
  readonly y: Float64Array;
}

/** Unbalanced schools whose intercepts and slopes on x and w vary with the given standard deviations. */
export function schoolsWithSlopes(
  sizes: readonly number[],
  seed: number | string,
  sd: readonly [number, number, number] = [0.9, 0.6, 0.4],
): SlopesData & Record<string, string[] | Float64Array> {
  const rng = createRng(seed);
  const rows = sizes.flatMap((size, j) => Array(size).fill(j) as number[]);
  const b = sizes.map(() => sd.map((value) => value * rng.normal()));
  const level = sizes.map(() => rng.normal());
  const x = Float64Array.from(rows, () => 0.5 + rng.normal());
  const w = Float64Array.from(rows, () => rng.normal());
  return {
    school: rows.map((j) => `s${j}`),
    x,
    w,
    z: Float64Array.from(rows, (j) => level[j]),
    sex: rows.map(() => (rng.uniform() < 0.5 ? "F" : "M")),
    y: Float64Array.from(
      rows,
      (j, i) =>
        1 + 0.5 * x[i] - 0.3 * level[j] + b[j][0] + (b[j][1] + 0.3 * b[j][0]) * x[i] + b[j][2] * w[i] + rng.normal(),
    ),
  };
}
