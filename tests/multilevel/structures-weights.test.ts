import { describe, expect, it } from "vitest";
import { fromJson, toJson } from "../../src/json";
import { bootstrap } from "../../src/multilevel/bootstrap";
import { confint } from "../../src/multilevel/confint";
import { fitMixed } from "../../src/multilevel/fit";
import type { MixedModel } from "../../src/multilevel/types";
import { testGroupVariance } from "../../src/multilevel/variance-test";
import { worst } from "../helpers/reference";
import { nestedRows } from "./nested-dense";
import { schoolsWithSlopes } from "./slopes-data";

const nested = nestedRows("weights", [6, 4], 5, [0.9, 0.7]);
const rows = { a: nested.groups[0], b: nested.groups[1], x: nested.x, z: nested.z, y: nested.y };
const cases = [
  ["one intercept", "y ~ x + z + (1 | a)", rows],
  ["nested", "y ~ x + z + (1 | a/b)", rows],
  ["slopes", "y ~ x + z + (1 + x | school)", schoolsWithSlopes([5, 9, 12, 4, 8, 15, 6, 10], "weights")],
] as const;

const limits = (model: MixedModel): number[] =>
  confint(model, { type: "profile" }).flatMap(({ lower, upper }) => [lower, upper]);

describe.each(cases)("weights of pupils, %s", (_, formula, data) => {
  it("frequency weights are replicated rows: profiles, tests of variances, every replicate of a bootstrap", () => {
    const copies = Float64Array.from(data.y, (__, i) => 1 + (i % 3));
    const repeat = (values: ArrayLike<unknown>): unknown[] =>
      Array.from(values).flatMap((value, i) => Array(copies[i]).fill(value));
    const replicated = Object.fromEntries(Object.entries(data).map(([name, values]) => [name, repeat(values)]));
    const weights = { pupils: "copies", kind: "frequency" } as const;
    const ours = fitMixed(formula, { ...data, copies } as never, { weights });
    const theirs = fitMixed(formula, replicated as never);
    expect(worst(limits(ours), limits(theirs), 1e-3)).toBeLessThan(1e-7);
    expect(worst([testGroupVariance(ours).p], [testGroupVariance(theirs).p])).toBeLessThan(1e-7);
    const draws = (model: MixedModel): Float64Array => bootstrap(model, { seed: 1, replicates: 5 }).random;
    expect(worst(draws(ours), draws(theirs), 1e-2)).toBeLessThan(1e-6);
  });

  it("precision weights count in proportion: a hundred times each makes the residual's sd ten times as large", () => {
    const weights = Float64Array.from(data.y, (__, i) => 0.5 + (i % 4) / 2);
    const weighted = (factor: number): MixedModel =>
      fitMixed(formula, { ...data, weights: weights.map((value) => factor * value) } as never, {
        weights: { pupils: "weights" },
      });
    const [plain, heavy] = [weighted(1), weighted(100)].map((model) => confint(model, { type: "profile" }));
    plain.forEach(({ name, lower, upper }, k) => {
      const own = heavy[k];
      if (name === "icc") return;
      const factor = name === "sd(residual)" ? 10 : 1;
      expect(worst([own.lower, own.upper], [factor * lower, factor * upper], 1e-3)).toBeLessThan(1e-7);
    });
  });

  it("a model that went through JSON has the same intervals, replicates and tests", () => {
    const model = fitMixed(formula, data as never);
    const back = fromJson(toJson(model)) as MixedModel;
    expect(limits(back)).toEqual(limits(model));
    expect(testGroupVariance(back)).toEqual(testGroupVariance(model));
    const result = bootstrap(model, { seed: 2, replicates: 3 });
    expect(bootstrap(back, { seed: 2, replicates: 3 })).toEqual(result);
    expect(fromJson(toJson(result))).toEqual(result);
  });
});
