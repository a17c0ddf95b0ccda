import { inverse, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { fitMixed } from "../../src/multilevel/fit";
import { predict } from "../../src/multilevel/predict";
import { residuals } from "../../src/multilevel/residuals";
import { summariseGroups } from "../../src/multilevel/summarise";
import { errorOf, referenceFrame, single, worst } from "../helpers/reference";
import { asMatrix, dense, formula, henderson, pupils } from "./dense";

const kinds = [
  ["plain", undefined, null],
  ["precision weights", { pupils: "precision" }, pupils.precision],
] as const;

// Henderson's 10 × 10 equations leave about 1e-12.
describe.each(["REML", "ML"] as const)("%s", (method) => {
  describe.each(kinds)("%s: prediction errors against Henderson's equations", (_, weights, perRow) => {
    const model = single(fitMixed(formula, pupils, { method, weights }));
    const matrices = dense(model, perRow);
    const { x, z, y, l } = matrices;
    const joint = henderson(matrices);
    const rows = { school: ["s2", "s4", "s1"], x: [44, 50, 61], z: [-1, 0, 2] };
    const design = new Matrix(rows.x.map((value, i) => [1, value, rows.z[i]]));

    it("of the rows fitted, and of others", () => {
      const fitted = predict(model);
      const both = new Matrix(y.rows, 10);
      both.setSubMatrix(x, 0, 0);
      both.setSubMatrix(z, 0, 3);
      const variances = both.mmul(joint).mmul(both.transpose()).diag();
      expect(worst(fitted.standardErrors, variances.map(Math.sqrt))).toBeLessThan(1e-9);
      const residual = residuals(model);
      expect(
        worst(
          fitted.values,
          pupils.y.map((value, i) => value - residual[i]),
        ),
      ).toBeLessThan(1e-13);
      const other = new Matrix(
        rows.school.map((name, i) => [
          ...design.getRow(i),
          ...Array.from({ length: 7 }, (__, j) => (name === `s${j + 1}` ? 1 : 0)),
        ]),
      );
      const spread = other.mmul(joint).mmul(other.transpose()).diag().map(Math.sqrt);
      expect(worst(predict(model, rows).standardErrors, spread)).toBeLessThan(1e-9);
    });

    it("marginal, and of a new school", () => {
      const values = design.mmul(l).mmul(y).to1DArray();
      const own = design.mmul(asMatrix(model.vcov, 3)).mmul(design.transpose()).diag();
      const marginal = predict(model, rows, { randomEffects: "exclude" });
      expect(worst(marginal.values, values)).toBeLessThan(1e-9);
      expect(worst(marginal.standardErrors, own.map(Math.sqrt))).toBeLessThan(1e-9);
      const elsewhere = predict(model, { ...rows, school: ["x", "y", "x"] }, { newGroups: "zero" });
      expect(elsewhere.newGroups).toEqual(["x", "y"]);
      expect(worst(elsewhere.values, values)).toBeLessThan(1e-9);
      const spread = own.map((variance) => Math.sqrt(variance + model.variances.group));
      expect(worst(elsewhere.standardErrors, spread)).toBeLessThan(1e-9);
    });

    it("intervals: of the expected outcome, and of a new pupil in that school or in any", () => {
      const { group, residual } = model.variances;
      const z90 = 1.6448536269514722;
      for (const randomEffects of ["include", "exclude"] as const) {
        const plain = predict(model, rows, { randomEffects });
        expect([plain.lower, plain.upper]).toEqual([null, null]);
        const added = { confidence: 0, prediction: residual + (randomEffects === "include" ? 0 : group) };
        for (const interval of ["confidence", "prediction"] as const) {
          const { lower, upper } = predict(model, rows, { randomEffects, interval, level: 0.9 });
          const half = plain.standardErrors.map((se) => z90 * Math.sqrt(se ** 2 + added[interval]));
          expect(
            worst(
              lower!,
              plain.values.map((value, i) => value - half[i]),
            ),
          ).toBeLessThan(1e-12);
          expect(
            worst(
              upper!,
              plain.values.map((value, i) => value + half[i]),
            ),
          ).toBeLessThan(1e-12);
        }
      }
    });
  });
});

it("school weights: var(β̂) is the sandwich, of which what the school's own pupils leave open knows nothing", () => {
  const model = single(fitMixed(formula, pupils, { weights: { schools: "omega" } }));
  const { x, z, v, groupVariance } = dense(model, null, pupils.omega);
  // With B = ZGZ'V⁻¹ the error is (I − B)X(β̂ − β) and Zu − B(y − Xβ).
  const zgz = z.mmul(z.transpose()).mul(groupVariance);
  const b = zgz.mmul(inverse(v));
  const d = Matrix.sub(x, b.mmul(x));
  const variance = Matrix.add(Matrix.sub(zgz, b.mmul(zgz)), d.mmul(asMatrix(model.vcov, 3)).mmul(d.transpose()));
  expect(worst(predict(model).standardErrors, variance.diag().map(Math.sqrt))).toBeLessThan(1e-9);
});

describe("closed forms", () => {
  const model = single(fitMixed("yield ~ 1 + (1 | batch)", referenceFrame("dyestuff.csv")));
  const { group, residual } = model.variances;
  const lambda = (5 * group) / (5 * group + residual);

  it("balanced: σ_u²(1 − λ) + (1 − λ)²C, with C = (σ_u² + σ²/n)/k", () => {
    const c = (group + residual / 5) / 6;
    const expected = Math.sqrt(group * (1 - lambda) + (1 - lambda) ** 2 * c);
    const { standardErrors } = predict(model, { batch: ["A", "F"] });
    expect(worst(standardErrors, [expected, expected])).toBeLessThan(1e-13);
  });

  it("prediction intervals cover new pupils at about their level", () => {
    const inside = predict(model, undefined, { interval: "prediction", level: 0.5 });
    const { columns } = referenceFrame("dyestuff.csv");
    const y = (columns.find((column) => column.name === "yield") as { values: Float64Array }).values;
    const covered = y.filter((value, i) => value >= inside.lower![i] && value <= inside.upper![i]).length;
    // 30 rows, half expected; outside 6 to 24 with a chance of 1e-3.
    expect(covered).toBeGreaterThan(6);
    expect(covered).toBeLessThan(25);
  });
});

describe("rows", () => {
  const model = fitMixed(formula, pupils);

  it("with missing values have no prediction, and a diagnostic counts them by column", () => {
    const rows = { school: ["s1", null, "s2", "s3"], x: [50, 50, null, 52], z: [0, 0, 1, 0] };
    const result = predict(model, rows);
    expect(Array.from(result.values, Number.isNaN)).toEqual([false, true, true, false]);
    expect(Array.from(result.standardErrors, Number.isNaN)).toEqual([false, true, true, false]);
    expect(result.diagnostics[0].message).toBe(
      "2 rows have no prediction (NaN) because of missing values: x 1, school 1.",
    );
    const marginal = predict(model, rows, { randomEffects: "exclude" });
    expect(Array.from(marginal.values, Number.isNaN)).toEqual([false, false, true, false]);
  });

  it("all incomplete: all NaN, no error", () => {
    const result = predict(model, { school: ["s1", "s2"], x: Float64Array.of(Number.NaN, Number.NaN), z: [0, 1] });
    expect(Array.from(result.values)).toEqual([Number.NaN, Number.NaN]);
    expect(Array.from(predict(model, { school: [null], x: [50], z: [0] }).values)).toEqual([Number.NaN]);
  });

  it("of schools that are not known are an error that names them", () => {
    const error = errorOf(() => predict(model, { school: ["s1", "new", "newer"], x: [1, 2, 3], z: [0, 0, 0] }));
    expect(error.code).toBe("unknown-level");
    expect(error.message).toContain("new, newer");
    expect(error.message).toContain('newGroups: "zero"');
  });

  it("need neither outcome nor, for marginal predictions, a grouping column", () => {
    const { values } = predict(model, { x: [50], z: [0] }, { randomEffects: "exclude" });
    const [a, b] = model.coefficients;
    expect(worst(values, [a + 50 * b])).toBeLessThan(1e-12);
    expect(errorOf(() => predict(model, { x: [50], z: [0] })).code).toBe("unknown-column");
  });

  it("with a level of a factor that was not seen are refused", () => {
    const sector = pupils.z.map((value) => (value > 0 ? 1 : 0));
    const words = Array.from(sector, (value) => (value === 1 ? "public" : "private"));
    const other = fitMixed("y ~ sector + (1 | school)", { ...pupils, sector: words });
    expect(errorOf(() => predict(other, { school: ["s1"], sector: ["academy"] })).code).toBe("unknown-level");
  });

  it("aliased columns are left out of predictions as of the fit", () => {
    const twice = { ...pupils, twice: pupils.x.map((value) => 2 * value) };
    const aliased = fitMixed("y ~ x + twice + z + (1 | school)", twice);
    expect(worst(predict(aliased).values, predict(model).values)).toBeLessThan(1e-12);
    expect(worst(predict(aliased).standardErrors, predict(model).standardErrors)).toBeLessThan(1e-9);
  });

  it("must be given where the model remembers none", () => {
    const fromSummary = fitMixed(summariseGroups(formula, pupils));
    expect(errorOf(() => predict(fromSummary)).message).toContain("remembers no rows");
    expect(worst(predict(fromSummary, pupils).values, predict(model).values)).toBeLessThan(1e-12);
  });

  it("models without an intercept", () => {
    const through = single(fitMixed("y ~ 0 + x + (1 | school)", pupils));
    const { values, standardErrors } = predict(through, { x: [10] }, { randomEffects: "exclude" });
    expect(worst(values, [10 * through.coefficients[0]])).toBeLessThan(1e-12);
    expect(worst(standardErrors, [10 * Math.sqrt(through.vcov[0])])).toBeLessThan(1e-12);
  });
});

it("refuses options that do not exist", () => {
  const model = fitMixed(formula, pupils);
  expect(errorOf(() => predict(model, pupils, { newGroups: "mean" as "zero" })).message).toContain("newGroups");
  expect(errorOf(() => predict(model, pupils, { interval: "wald" as "none" })).code).toBe("invalid-argument");
  expect(errorOf(() => predict(model, pupils, { interval: "confidence", level: 95 })).code).toBe("invalid-argument");
});
