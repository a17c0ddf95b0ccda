import { Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { clusterRobust } from "../../src/multilevel/cluster-robust";
import { fitMixed } from "../../src/multilevel/fit";
import { denseAt, denseProblem, fewPupils, multiplyAll } from "../helpers/dense-mixed";
import { errorOf, worst } from "../helpers/reference";

const data = fewPupils("cluster-robust", [6, 11, 4, 9, 14, 7, 5, 10, 8], 1);
const formula = "y ~ x + z + (1 | school)";
const names = [...new Set(data.school)];

it.each(["CR0", "CR2"] as const)("%s with frequency weights is that of replicated rows", (type) => {
  const copies = data.y.map((_, i) => 1 + (i % 3));
  const rows = copies.flatMap((n, i) => Array(n).fill(i) as number[]);
  const { x, z, y } = data;
  const repeated = {
    school: rows.map((i) => data.school[i]),
    x: rows.map((i) => x[i]),
    z: rows.map((i) => z[i]),
    y: rows.map((i) => y[i]),
  };
  const weighted = clusterRobust(fitMixed(formula, data, { weights: { pupils: copies, kind: "frequency" } }), { type });
  const replicated = clusterRobust(fitMixed(formula, repeated), { type });
  const of = ({ fixed }: typeof weighted): number[] => fixed.flatMap((effect) => [effect.standardError, effect.df]);
  expect(worst(of(weighted), of(replicated))).toBeLessThan(1e-9);
});

describe("CR0 with precision weights", () => {
  const model = fitMixed(formula, data, { weights: { pupils: "w" } });
  const { fixed } = clusterRobust(model, { type: "CR0" });

  it("equals the n × n sandwich with its degrees of freedom", () => {
    const problem = denseProblem(
      data.x.map((x, i) => [1, x, data.z[i]]),
      data.y,
      data.school,
      data.w,
    );
    const { group, residual } = model.variances;
    const { vi, phi, projection } = denseAt(problem, [group, residual]);
    const weighted = projection.mmul(problem.y);
    const { x, g } = problem;
    const own = (name: string): number[] => data.school.flatMap((school, i) => (school === name ? [i] : []));
    const v = Matrix.add(Matrix.mul(g[0], group), Matrix.mul(g[1], residual));
    const ofResiduals = Matrix.sub(v, multiplyAll(x, phi, x.transpose()));
    const reach = multiplyAll(vi, x, phi);
    fixed.forEach((effect, k) => {
      let variance = 0;
      for (const name of names) {
        // X_j' V_j⁻¹ e_j: V⁻¹e is Py.
        const score = [0, 1, 2].map((c) => own(name).reduce((sum, i) => sum + x.get(i, c) * weighted.get(i, 0), 0));
        variance += score.reduce((sum, value, c) => sum + phi.get(k, c) * value, 0) ** 2;
      }
      const product = (a: string, b: string): number =>
        own(a).reduce(
          (sum, i) => sum + own(b).reduce((s, j) => s + reach.get(i, k) * ofResiduals.get(i, j) * reach.get(j, k), 0),
          0,
        );
      const trace = names.reduce((sum, name) => sum + product(name, name), 0);
      const squares = names.reduce((sum, a) => sum + names.reduce((s, b) => s + product(a, b) ** 2, 0), 0);
      expect(worst([effect.standardError, effect.df], [Math.sqrt(variance), trace ** 2 / squares])).toBeLessThan(1e-8);
    });
  });

  it("CR2 is refused", () => {
    expect(errorOf(() => clusterRobust(model)).message).toContain('Take type: "CR0"');
  });
});
