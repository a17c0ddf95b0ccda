import { inverse, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { testTerms } from "../../src/multilevel/f-test";
import { fitMixed } from "../../src/multilevel/fit";
import type { KenwardRogerInformation } from "../../src/multilevel/types";
import {
  type DenseProblem,
  denseAt,
  denseCriterion,
  denseProblem,
  derivatives,
  fewPupils,
  multiplyAll,
} from "../helpers/dense-mixed";
import { errorOf, worst } from "../helpers/reference";

const data = fewPupils("kenward-roger", [4, 7, 3, 9, 2, 6, 5]);
const copies = data.x.map((_, i) => 1 + (i % 3));
const rows = data.x.map((x, i) => [1, x, data.z[i]]);
const formula = "y ~ x + z + (1 | school)";

/** What Kenward and Roger (1997) need at the estimates: Φ, P_r, Q_rs and the information on the two variances. */
interface Parts {
  readonly phi: Matrix;
  readonly p: readonly Matrix[];
  /** Q₁₁, Q₁₂, Q₂₁, Q₂₂. */
  readonly q: readonly Matrix[];
  readonly information: Matrix;
}

/** Analytic, with n × n matrices. */
function analytic(problem: DenseProblem, at: readonly [number, number], which: KenwardRogerInformation): Parts {
  const { x, y, g } = problem;
  const { vi, phi, projection } = denseAt(problem, at);
  const pairs = [0, 1].flatMap((r) => [0, 1].map((s) => [g[r], g[s]]));
  const information = pairs.map(([a, b]) => {
    const trace = multiplyAll(projection, a, projection, b).trace();
    const form = multiplyAll(y.transpose(), projection, a, projection, b, projection, y).get(0, 0);
    return which === "expected" ? trace : 2 * form - trace;
  });
  return {
    phi,
    p: g.map((one) => multiplyAll(x.transpose(), vi, one, vi, x).mul(-1)),
    q: pairs.map(([a, b]) => multiplyAll(x.transpose(), vi, a, vi, b, vi, x)),
    information: new Matrix([information.slice(0, 2), information.slice(2)]),
  };
}

/** From finite differences of Φ⁻¹ = X'V⁻¹X, log|V| and the REML criterion alone. */
function differenced(problem: DenseProblem, at: readonly [number, number], which: KenwardRogerInformation): Parts {
  const size = problem.x.columns;
  // Every element of Φ⁻¹ is differenced over the same points.
  const known = new Map<string, ReturnType<typeof denseAt>>();
  const dense = (v: readonly [number, number]): ReturnType<typeof denseAt> => {
    const key = v.join();
    const found = known.get(key) ?? denseAt(problem, v);
    known.set(key, found);
    return found;
  };
  const { phi } = dense(at);
  const cells = Array.from({ length: size * size }, (_, i) =>
    derivatives((v) => dense(v).information.get(Math.floor(i / size), i % size), at),
  );
  const matrix = (of: (cell: (typeof cells)[number]) => number): Matrix =>
    Matrix.from1DArray(size, size, cells.map(of));
  const p = [0, 1].map((r) => matrix((cell) => cell.gradient[r]));
  // ∂²Φ⁻¹/∂σ_r∂σ_s = Q_rs + Q_sr; only the sum Σ V_rs Q_rs is needed.
  const half = [0, 1, 2].map((rs) => matrix((cell) => cell.hessian[rs] / 2));
  const q = [half[0], half[1], half[1], half[2]];
  if (which === "observed") {
    const { hessian: h } = derivatives((v) => denseCriterion(problem, v, true), at);
    return {
      phi,
      p,
      q,
      information: new Matrix([
        [h[0], h[1]],
        [h[1], h[2]],
      ]),
    };
  }
  const { hessian } = derivatives((v) => dense(v).logDeterminants[0], at);
  const traces = [hessian[0], hessian[1], hessian[1], hessian[2]].map((value) => -value);
  const information = traces.map(
    (k, rs) => k - 2 * phi.mmul(q[rs]).trace() + multiplyAll(phi, p[rs >> 1], phi, p[rs & 1]).trace(),
  );
  return { phi, p, q, information: new Matrix([information.slice(0, 2), information.slice(2)]) };
}

/** Standard errors and degrees of freedom of every coefficient. */
function fromParts({ phi, p, q, information }: Parts): { se: number[]; df: number[] } {
  const v = inverse(information).mul(2);
  const lambda = Matrix.zeros(phi.rows, phi.rows);
  for (let r = 0; r < 2; r++) {
    for (let s = 0; s < 2; s++) {
      lambda.add(Matrix.sub(q[2 * r + s], multiplyAll(p[r], phi, p[s])).mul(v.get(r, s)));
    }
  }
  const adjusted = Matrix.add(phi, multiplyAll(phi, lambda, phi).mul(2));
  const slopes = p.map((one) => multiplyAll(phi, one, phi).diagonal());
  return {
    se: adjusted.diagonal().map(Math.sqrt),
    df: phi.diagonal().map((variance, k) => {
      let spread = 0;
      for (let r = 0; r < 2; r++) for (let s = 0; s < 2; s++) spread += v.get(r, s) * slopes[r][k] * slopes[s][k];
      return (2 * variance ** 2) / spread;
    }),
  };
}

const repeated = copies.flatMap((n, i) => Array(n).fill(i) as number[]);
const weightings = {
  none: { weights: undefined, problem: denseProblem(rows, data.y, data.school, null) },
  precision: { weights: { pupils: data.w }, problem: denseProblem(rows, data.y, data.school, data.w) },
  frequency: {
    weights: { pupils: copies, kind: "frequency" as const },
    problem: denseProblem(
      repeated.map((i) => rows[i]),
      repeated.map((i) => data.y[i]),
      repeated.map((i) => data.school[i]),
      null,
    ),
  },
};

describe.each(["none", "precision", "frequency"] as const)("pupil weights: %s", (kind) => {
  const { weights, problem } = weightings[kind];

  describe.each(["expected", "observed"] as const)("%s information", (information) => {
    const model = fitMixed(formula, data, { df: "kenward-roger", information, weights });
    const at = [model.variances.group, model.variances.residual] as const;
    const se = model.fixed.map((effect) => effect.standardError);
    const df = model.fixed.map((effect) => effect.df);

    it("equals the n × n formulas", () => {
      const dense = fromParts(analytic(problem, at, information));
      expect(worst(se, dense.se)).toBeLessThan(1e-8);
      expect(worst(df, dense.df)).toBeLessThan(1e-8);
    });

    it("equals differences of order eight", () => {
      const dense = fromParts(differenced(problem, at, information));
      expect(worst(se, dense.se)).toBeLessThan(1e-8);
      expect(worst(df, dense.df)).toBeLessThan(1e-8);
    });

    it("the F test of one coefficient is its t test", () => {
      const { t, df: own } = model.fixed[1];
      const test = testTerms(model, { terms: ["x"] });
      expect(worst([test.f, test.denominatorDf], [t * t, own])).toBeLessThan(1e-9);
    });
  });
});

describe("expected or observed", () => {
  it("differ in unbalanced data, and the model says which it took", () => {
    const [expected, observed] = (["expected", "observed"] as const).map((information) =>
      fitMixed(formula, data, { df: "kenward-roger", information }),
    );
    expect(Math.abs(expected.fixed[2].df / observed.fixed[2].df - 1)).toBeGreaterThan(1e-3);
    expect(expected.structure === "intercept" && expected.information).toBe("expected");
    expect(observed.structure === "intercept" && observed.information).toBe("observed");
    expect(fitMixed(formula, data)).not.toHaveProperty("information");
    expect(fitMixed(formula, data, { df: "kenward-roger" }).fixed).toEqual(expected.fixed);
  });

  it("agree in balanced one-way data: groups less one for the mean", () => {
    const balanced = fewPupils("balanced", [5, 5, 5, 5, 5, 5]);
    for (const information of ["expected", "observed"] as const) {
      const model = fitMixed("y ~ 1 + (1 | school)", balanced, { df: "kenward-roger", information });
      expect(model.optimum.boundary).toBe(false);
      expect(worst([model.fixed[0].df], [5])).toBeLessThan(1e-8);
    }
  });

  it("on the boundary: the expected one as the n × n formulas, the observed one with n − p degrees of freedom", () => {
    const y = data.y.map((_, i) => [0.3, -0.3, 0.1, -0.1][i % 4] + data.x[i]);
    const model = fitMixed(formula, { ...data, y }, { df: "kenward-roger" });
    expect(model.optimum.boundary).toBe(true);
    const at = [0, model.variances.residual] as const;
    const dense = fromParts(analytic(denseProblem(rows, y, data.school, null), at, "expected"));
    const [se, df] = [model.fixed.map((effect) => effect.standardError), model.fixed.map((effect) => effect.df)];
    expect(worst([...se, ...df], [...dense.se, ...dense.df])).toBeLessThan(1e-8);
    const observed = fitMixed(formula, { ...data, y }, { df: "kenward-roger", information: "observed" });
    expect(
      worst(
        observed.fixed.map((effect) => effect.df),
        [33, 33, 33],
      ),
    ).toBeLessThan(1e-10);
    const plain = observed.vcov.filter((_, i) => i % 4 === 0).map(Math.sqrt);
    expect(
      worst(
        observed.fixed.map((effect) => effect.standardError),
        plain,
      ),
    ).toBeLessThan(1e-12);
  });
});

describe("bad input", () => {
  it("another information, or information without Kenward and Roger", () => {
    const words = (options: object): string => errorOf(() => fitMixed(formula, data, options)).message;
    expect(words({ df: "kenward-roger", information: "exact" })).toContain('There is no information "exact"');
    expect(words({ information: "observed" })).toContain('add df: "kenward-roger"');
  });
});
