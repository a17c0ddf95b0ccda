import type { Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { fitMixed } from "../../src/multilevel/fit";
import { denseAt, denseCriterion, denseProblem, derivatives, fewPupils, multiplyAll } from "../helpers/dense-mixed";
import { worst } from "../helpers/reference";

const data = fewPupils("satterthwaite", [4, 7, 3, 9, 2, 6, 5], 1.5);
const rows = data.x.map((x, i) => [1, x, data.z[i]]);
const formula = "y ~ x + z + (1 | school)";

/** ν of coefficient k from second derivatives of the criterion and the gradient of its variance (Giesbrecht & Burns 1985). */
function df(variance: number, gradient: readonly number[], [a, b, c]: readonly number[]): number {
  const spread =
    (2 * (c * gradient[0] ** 2 - 2 * b * gradient[0] * gradient[1] + a * gradient[1] ** 2)) / (a * c - b * b);
  return (2 * variance ** 2) / spread;
}

describe.each([
  ["REML", false],
  ["ML", false],
  ["REML", true],
  ["ML", true],
] as const)("%s, precision weights: %s", (method, weighted) => {
  const model = fitMixed(formula, data, { method, ...(weighted && { weights: { pupils: "w" } }) });
  const problem = denseProblem(rows, data.y, data.school, weighted ? data.w : null);
  const at = [model.variances.group, model.variances.residual] as const;
  const reml = method === "REML";
  const own = model.fixed.map((effect) => effect.df);

  it("is inside, and stationary for the dense criterion", () => {
    expect(model.optimum.boundary).toBe(false);
    const { gradient } = derivatives((v) => denseCriterion(problem, v, reml), at);
    expect(Math.max(...gradient.map((slope, r) => Math.abs(slope * at[r])))).toBeLessThan(1e-9);
  });

  it("equals the analytic n × n formula", () => {
    const { vi, phi, projection } = denseAt(problem, at);
    const { x, y, g } = problem;
    const within = (r: number, s: number): number => {
      const trace = multiplyAll(...(reml ? [projection, g[r], projection, g[s]] : [vi, g[r], vi, g[s]])).trace();
      return 2 * multiplyAll(y.transpose(), projection, g[r], projection, g[s], projection, y).get(0, 0) - trace;
    };
    const hessian = [within(0, 0), within(0, 1), within(1, 1)];
    const slope = (one: Matrix): Matrix => multiplyAll(phi, x.transpose(), vi, one, vi, x, phi);
    const slopes = g.map(slope);
    const expected = own.map((_, k) =>
      df(
        phi.get(k, k),
        slopes.map((matrix) => matrix.get(k, k)),
        hessian,
      ),
    );
    expect(worst(own, expected)).toBeLessThan(1e-8);
  });

  it("equals differences of order eight of the dense criterion", () => {
    const { hessian } = derivatives((v) => denseCriterion(problem, v, reml), at);
    const expected = own.map((_, k) => {
      const variance = (v: readonly [number, number]): number => denseAt(problem, v).phi.get(k, k);
      return df(variance(at), derivatives(variance, at).gradient, hessian);
    });
    expect(worst(own, expected)).toBeLessThan(1e-8);
  });
});

describe("frequency weights", () => {
  it("have the dense degrees of freedom of the replicated rows", () => {
    const copies = data.x.map((_, i) => 1 + (i % 3));
    const model = fitMixed(formula, { ...data, copies }, { weights: { pupils: "copies", kind: "frequency" } });
    const repeated = copies.flatMap((n, i) => Array(n).fill(i) as number[]);
    const problem = denseProblem(
      repeated.map((i) => rows[i]),
      repeated.map((i) => data.y[i]),
      repeated.map((i) => data.school[i]),
      null,
    );
    const at = [model.variances.group, model.variances.residual] as const;
    const { hessian } = derivatives((v) => denseCriterion(problem, v, true), at);
    const variance = (v: readonly [number, number]): number => denseAt(problem, v).phi.get(2, 2);
    expect(worst([model.fixed[2].df], [df(variance(at), derivatives(variance, at).gradient, hessian)])).toBeLessThan(
      1e-8,
    );
  });
});

describe("on the boundary", () => {
  it("only the residual variance is estimated: n − p with REML, n with ML", () => {
    const flat = { ...data, y: data.y.map((_, i) => [0.3, -0.3, 0.1, -0.1][i % 4] + data.x[i]) };
    const reml = fitMixed(formula, flat);
    expect(reml.optimum.boundary).toBe(true);
    expect(reml.fixed.map((effect) => effect.df)).toEqual([33, 33, 33]);
    expect(fitMixed(formula, flat, { method: "ML" }).fixed[1].df).toBe(36);
  });
});
