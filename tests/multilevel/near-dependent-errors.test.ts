import { describe, expect, it } from "vitest";
import { clusterRobust } from "../../src/multilevel/cluster-robust";
import { fitMixed } from "../../src/multilevel/fit";
import type { MixedWeights } from "../../src/multilevel/weights";
import { createRng } from "../../src/random/rng";
import { worst } from "../helpers/reference";

const rng = createRng("near-dependent-errors");
/** x2 is x but for three ten-thousandths. y ~ x + x2 and y ~ x + d, d = x2 − x, are one model, and the second is well conditioned. */
const rows = Array.from({ length: 30 }, (_, j) => ({ school: rng.normal(), z: rng.normal(), j })).flatMap((group) =>
  Array.from({ length: 4 + (group.j % 4) }, (_, i) => {
    const x = rng.normal() + 0.1 * group.j;
    const x2 = x + 3e-4 * Math.sin(7 * group.j + i);
    const y = 0.4 * x + 0.3 * group.z + 0.6 * group.school + rng.normal();
    return {
      school: `s${group.j}`,
      alliance: `a${group.j % 9}`,
      z: group.z,
      w: 1 + (group.j % 3),
      x,
      x2,
      d: x2 - x,
      y,
    };
  }),
);
const near = (weights?: MixedWeights) => fitMixed("y ~ x + x2 + z + (1 | school)", rows, { weights });
const apart = (weights?: MixedWeights) => fitMixed("y ~ x + d + z + (1 | school)", rows, { weights });

/** Of the coefficients that both models have: the intercept, that of x2 or d, and z's. */
const errors = ({ fixed }: Pick<ReturnType<typeof near>, "fixed">): number[] =>
  [0, 2, 3].flatMap((k) => [fixed[k].standardError, fixed[k].df]);

// The blocks of groups are doubles, and cross-products have the square of the columns' condition number, 1e7: eight digits, less one for sums.
const TOLERANCE = 1e-7;

describe("standard errors from the groups' scores, of nearly dependent columns", () => {
  it.each<[string, MixedWeights]>([
    ["school weights", { schools: "w" }],
    ["sampling weights", { pupils: "w", kind: "sampling" }],
    ["both", { pupils: "w", kind: "sampling", schools: "w" }],
  ])("of a model with %s are those of the model written without them", (_, weights) => {
    expect(worst(errors(near(weights)), errors(apart(weights)))).toBeLessThan(TOLERANCE);
  });

  it.each([
    ["CR0", undefined],
    ["CR2", undefined],
    ["CR0", { schools: "w" }],
    ["CR2", { schools: "w" }],
  ] as const)("of %s with weights %o too", (type, weights) => {
    const found = errors(clusterRobust(near(weights), { type }));
    expect(worst(found, errors(clusterRobust(apart(weights), { type })))).toBeLessThan(TOLERANCE);
  });

  it.each([
    ["CR0", "(1 | alliance/school)"],
    ["CR2", "(1 | alliance/school)"],
    ["CR0", "(1 + z | alliance)"],
    ["CR2", "(1 + z | alliance)"],
  ] as const)("of %s of %s too", (type, random) => {
    const [found, expected] = ["x2", "d"].map((other) =>
      errors(clusterRobust(fitMixed(`y ~ x + ${other} + z + ${random}`, rows), { type })),
    );
    expect(worst(found, expected)).toBeLessThan(TOLERANCE);
  });

  it.each(["(1 | school)", "(1 | alliance/school)", "(1 + z | alliance)"])("and of small groups, %s", (random) => {
    // In a pair the difference of alike columns can be a millionth of their own.
    for (const [size, apart] of [
      [2, 1e-4],
      [2, 1e-5],
      [3, 1e-5],
    ]) {
      const few = rows.filter((_, i) => i % 5 < size);
      const named = few.map((row, i) => ({
        ...row,
        school: `s${Math.floor(i / size)}`,
        alliance: `a${Math.floor(i / size) % 11}`,
      }));
      const alike = named.map((row) => ({ ...row, x2: row.x + (apart / 3e-4) * row.d }));
      const exact = alike.map((row) => ({ ...row, d: row.x2 - row.x }));
      const [found, expected] = ["x2", "d"].map((other) =>
        (["CR0", "CR2"] as const).flatMap((type) =>
          errors(
            clusterRobust(fitMixed(`y ~ x + ${other} + z + ${random}`, exact), {
              type,
            }),
          ),
        ),
      );
      // Blocks in doubles leave 1e-16/apart², and sums of a hundred rows two digits less.
      expect(worst(found, expected)).toBeLessThan(1e-14 / apart ** 2);
    }
  });
});
