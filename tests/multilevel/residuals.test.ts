import { inverse, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { fitMixed } from "../../src/multilevel/fit";
import { randomEffects } from "../../src/multilevel/random-effects";
import { residuals } from "../../src/multilevel/residuals";
import { summariseGroups } from "../../src/multilevel/summarise";
import { errorOf, referenceFrame, single, worst } from "../helpers/reference";
import { asMatrix, dense, formula, pupils } from "./dense";

const kinds = [
  ["plain", undefined, null, null],
  ["precision weights", { pupils: "precision" }, pupils.precision, null],
  ["school weights", { schools: "omega" }, null, pupils.omega],
] as const;

// n × n inverses in the tests leave about 1e-12.
describe.each(["REML", "ML"] as const)("%s", (method) => {
  describe.each(kinds)("%s: residuals and their variances, n × n", (_, weights, perRow, omega) => {
    const model = single(fitMixed(formula, pupils, { method, weights }));
    const { x, z, v, r, y, l, groupVariance } = dense(model, perRow, omega);
    const fixed = Matrix.sub(y, x.mmul(l).mmul(y));
    const blup = z.mmul(z.transpose()).mmul(inverse(v)).mul(groupVariance);
    const n = y.rows;
    /** Standard deviations of M(y − Xβ̂), var(β̂) being the model's and cov(β̂, y) = LV. */
    const deviations = (m: Matrix): number[] => {
      const mx = m.mmul(x);
      const cross = mx.mmul(l).mmul(v).mmul(m.transpose());
      const variance = m.mmul(v).mmul(m.transpose());
      variance.sub(cross).sub(cross.transpose());
      variance.add(mx.mmul(asMatrix(model.vcov, 3)).mmul(mx.transpose()));
      return variance.diag().map(Math.sqrt);
    };
    const identity = Matrix.eye(n);

    it("marginal", () => {
      const raw = fixed.to1DArray();
      const sd = deviations(identity);
      const pearson = v.diag().map(Math.sqrt);
      const ours = (type: "raw" | "standardised" | "pearson"): Float64Array =>
        residuals(model, { type, randomEffects: "exclude" });
      expect(worst(ours("raw"), raw, 1e-2)).toBeLessThan(1e-9);
      const over = (by: number[]): number[] => raw.map((value, i) => value / by[i]);
      expect(worst(ours("standardised"), over(sd), 1e-2)).toBeLessThan(1e-9);
      expect(worst(ours("pearson"), over(pearson), 1e-2)).toBeLessThan(1e-9);
    });

    it("conditional", () => {
      const m = Matrix.sub(identity, blup);
      const raw = m.mmul(fixed).to1DArray();
      const sd = deviations(m);
      const pearson = r.diag().map(Math.sqrt);
      const ours = (type: "raw" | "standardised" | "pearson"): Float64Array => residuals(model, { type });
      expect(worst(ours("raw"), raw, 1e-2)).toBeLessThan(1e-9);
      const over = (by: number[]): number[] => raw.map((value, i) => value / by[i]);
      expect(worst(ours("standardised"), over(sd), 1e-2)).toBeLessThan(1e-9);
      expect(worst(ours("pearson"), over(pearson), 1e-2)).toBeLessThan(1e-9);
    });

    it("of groups: û over its diagnostic standard error, which is the raw mean residual over its own", () => {
      const effects = randomEffects(model);
      expect(Array.from(residuals(model, { level: "group" }))).toEqual(effects.map((effect) => effect.estimate));
      const standardised = residuals(model, { level: "group", type: "standardised" });
      const means = z.transpose().mmul(perRow ? Matrix.diag(Array.from(perRow)) : identity);
      const averages = Matrix.diag(
        means
          .mmul(z)
          .diag()
          .map((total) => 1 / total),
      ).mmul(means);
      const sd = deviations(averages);
      const raw = averages.mmul(fixed).to1DArray();
      // A sandwich from seven schools can exceed what there is to explain: no variance is left, and no residual.
      const finite = [...sd.keys()].filter((j) => !Number.isNaN(sd[j]));
      expect([...sd.keys()].filter((j) => !Number.isNaN(standardised[j]))).toEqual(finite);
      expect(finite.length).toBeGreaterThan(4);
      expect(
        worst(
          finite.map((j) => standardised[j]),
          finite.map((j) => raw[j] / sd[j]),
          1e-2,
        ),
      ).toBeLessThan(1e-9);
    });
  });

  it("a row with a frequency weight has the residual of each of its copies", () => {
    const weighted = fitMixed(formula, pupils, { method, weights: { pupils: "copies", kind: "frequency" } });
    const rows = pupils.school.flatMap((_, i) => Array(pupils.copies[i]).fill(i) as number[]);
    const take = (values: ArrayLike<number>): number[] => rows.map((i) => values[i]);
    const replicated = fitMixed(
      formula,
      { school: rows.map((i) => pupils.school[i]), x: take(pupils.x), z: take(pupils.z), y: take(pupils.y) },
      { method },
    );
    for (const randomEffects of ["include", "exclude"] as const) {
      for (const type of ["raw", "standardised", "pearson"] as const) {
        const ours = take(residuals(weighted, { type, randomEffects }));
        expect(worst(ours, residuals(replicated, { type, randomEffects }), 1e-2)).toBeLessThan(1e-9);
      }
    }
  });
});

describe("closed forms", () => {
  it("balanced: e_ij has variance σ²(1 − 1/n) + σ²h(1/n)(1 − 1/k), û_j λσ_u²(1 − 1/k)", () => {
    const model = single(fitMixed("yield ~ 1 + (1 | batch)", referenceFrame("dyestuff.csv")));
    const { group, residual } = model.variances;
    const lambda = (5 * group) / (5 * group + residual);
    const variance = residual * (1 - 1 / 5) + ((residual * (1 - lambda)) / 5) * (1 - 1 / 6);
    const raw = residuals(model);
    const expected = raw.map((value) => value / Math.sqrt(variance));
    expect(worst(residuals(model, { type: "standardised" }), expected, 1e-3)).toBeLessThan(1e-12);
    const effects = residuals(model, { level: "group" });
    const sd = Math.sqrt(lambda * group * (1 - 1 / 6));
    expect(
      worst(
        residuals(model, { level: "group", type: "standardised" }),
        effects.map((value) => value / sd),
      ),
    ).toBeLessThan(1e-12);
  });

  it("on the boundary they are a regression's internally studentised residuals", () => {
    const model = single(fitMixed("yield ~ 1 + (1 | batch)", referenceFrame("dyestuff2.csv")));
    const raw = residuals(model);
    const s = Math.sqrt(model.variances.residual * (1 - 1 / 30));
    expect(
      worst(
        residuals(model, { type: "standardised" }),
        raw.map((value) => value / s),
      ),
    ).toBeLessThan(1e-12);
    expect(residuals(model, { level: "group" }).every((value) => value === 0)).toBe(true);
    expect(residuals(model, { level: "group", type: "standardised" }).every(Number.isNaN)).toBe(true);
  });

  it("a row with a column of its own is fitted whatever it holds: NaN where standardised", () => {
    const own = pupils.school.map((_, i) => (i === 4 ? 1 : 0));
    const model = fitMixed("y ~ x + own + (1 | school)", { ...pupils, own });
    const standardised = residuals(model, { type: "standardised" });
    expect(Number.isNaN(standardised[4])).toBe(true);
    expect(standardised.filter(Number.isNaN).length).toBe(1);
    expect(Math.abs(residuals(model)[4])).toBeLessThan(1e-10);
  });
});

describe("rows", () => {
  const gaps = {
    ...pupils,
    x: pupils.x.map((value, i) => (i % 10 === 3 ? Number.NaN : value)),
    precision: pupils.precision.map((value, i) => (i === 6 ? Number.NaN : value)),
  };

  it("stay aligned with the caller's, NaN where a row was left out", () => {
    const model = fitMixed(formula, gaps, { weights: { pupils: "precision" } });
    const left = [...pupils.school.keys()].filter((i) => i % 10 === 3 || i === 6);
    const found = residuals(model);
    expect(found.length).toBe(pupils.school.length);
    expect([...found.keys()].filter((i) => Number.isNaN(found[i]))).toEqual(left);
    const kept = pupils.school.map((_, i) => i).filter((i) => !left.includes(i));
    const take = (values: ArrayLike<number>): number[] => kept.map((i) => values[i]);
    const complete = fitMixed(
      formula,
      {
        school: kept.map((i) => pupils.school[i]),
        x: take(pupils.x),
        z: take(pupils.z),
        y: take(pupils.y),
        precision: take(pupils.precision),
      },
      { weights: { pupils: "precision" } },
    );
    const options = { type: "standardised" } as const;
    expect(worst(take(residuals(model, options)), residuals(complete, options), 1e-2)).toBeLessThan(1e-9);
  });

  it("come from the caller where the model remembers none, and must be those of the fit", () => {
    const summary = summariseGroups(formula, pupils, { weights: { pupils: "precision" } });
    const model = fitMixed(summary);
    const remembered = residuals(fitMixed(formula, pupils, { weights: { pupils: "precision" } }));
    expect(errorOf(() => residuals(model)).message).toContain("remembers no rows");
    expect(errorOf(() => residuals(model, { data: pupils })).message).toContain("precision weights");
    const given = residuals(model, { data: pupils, weights: { pupils: "precision" } });
    expect(worst(given, remembered, 1e-2)).toBeLessThan(1e-12);
    const other = { ...pupils, y: pupils.y.map((value, i) => (i === 0 ? value + 1 : value)) };
    const mismatch = errorOf(() => residuals(model, { data: other, weights: { pupils: "precision" } }));
    expect([mismatch.code, mismatch.message.includes('"s1"')]).toEqual(["summary-mismatch", true]);
    const renamed = { ...pupils, school: pupils.school.map((name) => (name === "s7" ? "s9" : name)) };
    expect(errorOf(() => residuals(fitMixed(formula, pupils), { data: renamed })).code).toBe("summary-mismatch");
  });

  it("keep their digits at an offset of 1e9", () => {
    // Multiples of 2⁻¹⁶, which an offset of 1e9 leaves whole.
    const grid = (values: Float64Array): Float64Array => values.map((value) => Math.round(value * 65536) / 65536);
    const near = { ...pupils, x: grid(pupils.x), y: grid(pupils.y) };
    const far = { ...near, x: near.x.map((value) => value + 1e9), y: near.y.map((value) => value - 1e9) };
    const options = { type: "standardised" } as const;
    const [a, b] = [fitMixed(formula, near), fitMixed(formula, far)];
    expect(worst(residuals(b, options), residuals(a, options), 1e-2)).toBeLessThan(1e-9);
  });
});

it("refuses options that do not exist", () => {
  const model = fitMixed(formula, pupils);
  expect(errorOf(() => residuals(model, { level: "class" as "pupil" })).message).toContain('"pupil" or "group"');
  expect(errorOf(() => residuals(model, { type: "deviance" as "raw" })).code).toBe("invalid-argument");
  expect(errorOf(() => residuals(model, { level: "group", type: "pearson" })).code).toBe("invalid-argument");
});
