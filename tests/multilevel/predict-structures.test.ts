import { inverse, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import type { NumericColumn } from "../../src/data/types";
import { fitMixed } from "../../src/multilevel/fit";
import { predict } from "../../src/multilevel/predict";
import { rSquared } from "../../src/multilevel/r-squared";
import { randomEffects } from "../../src/multilevel/random-effects";
import { residuals } from "../../src/multilevel/residuals";
import { simulate } from "../../src/multilevel/simulate";
import type { MixedModel } from "../../src/multilevel/types";
import { variancePartition } from "../../src/multilevel/variance-explained";
import { errorOf, referenceFrame, referenceJson, worst } from "../helpers/reference";
import { asMatrix } from "./dense";
import { levelNames, nestedRows } from "./nested-dense";
import { schoolsWithSlopes } from "./slopes-data";

interface Case {
  readonly csv: string;
  readonly formula: string;
  readonly weights: string | null;
  readonly rows: readonly number[];
  readonly conditional: readonly number[];
  readonly marginal: readonly number[];
  readonly scaled: readonly number[];
  readonly new: Record<string, number[] | string[]>;
  readonly predicted: readonly number[];
  readonly r2: { readonly marginal: number; readonly conditional: number };
}

// lme4 at its optimum after Newton steps on numerical derivatives: 1e-9 to 1e-7 in θ.
describe.each(referenceJson<Case[]>("mixed-structures.json").map((each) => [each.formula, each] as const))(
  "lme4: %s",
  (_, { csv, formula, weights, ...expected }) => {
    const model = fitMixed(formula, referenceFrame(csv), { weights: weights ? { pupils: weights } : undefined });
    const at = (values: Float64Array): number[] => expected.rows.map((row) => values[row]);

    it("fitted values and scaled residuals", () => {
      expect(worst(at(predict(model).values), expected.conditional, 1)).toBeLessThan(1e-6);
      expect(
        worst(at(predict(model, undefined, { randomEffects: "exclude" }).values), expected.marginal, 1),
      ).toBeLessThan(1e-6);
      expect(worst(at(residuals(model, { type: "pearson" })), expected.scaled, 1)).toBeLessThan(1e-6);
    });

    it("new rows, in groups that it knows and that it does not", () => {
      const found = predict(model, expected.new, { newGroups: "zero" });
      expect(worst(found.values, expected.predicted)).toBeLessThan(1e-6);
      expect(found.newGroups.length).toBeGreaterThan(0);
      expect(errorOf(() => predict(model, expected.new)).code).toBe("unknown-level");
    });

    // With precision weights a summary has the weighted variance of x'β̂ only.
    if (weights === null) {
      it("Nakagawa's and Johnson's R²", () => {
        const { marginal, conditional } = rSquared(model);
        expect(worst([marginal, conditional], [expected.r2.marginal, expected.r2.conditional])).toBeLessThan(1e-6);
      });
    }
  },
);

/** A model's rows as matrices, with all random effects side by side. */
interface Dense {
  readonly model: MixedModel;
  readonly x: Matrix;
  readonly z: Matrix;
  /** Covariance of all random effects. */
  readonly g: Matrix;
  readonly r: Matrix;
  readonly y: Matrix;
}

const rows = nestedRows("predictions", [5, 4, 3], 4, [0.9, 0.7, 0.8]);
const nestedData = {
  region: rows.groups[0],
  alliance: rows.groups[1],
  school: rows.groups[2],
  x: rows.x,
  z: rows.z,
  y: rows.y,
  w: rows.y.map((_, i) => 0.5 + (i % 5) / 2),
};

function nestedDense(method: "REML" | "ML", weighted: boolean): Dense {
  const model = fitMixed("y ~ x + z + (1 | region/alliance/school)", nestedData, {
    method,
    weights: weighted ? { pupils: "w" } : undefined,
  });
  const parts = model.randomTerms.map(({ levels, covariance }, k) => ({
    names: levelNames(rows, k),
    levels,
    variance: covariance[0][0],
  }));
  const g = Matrix.diag(parts.flatMap(({ levels, variance }) => levels.map(() => variance)));
  const z = new Matrix(
    Array.from(rows.y, (_, i) => parts.flatMap(({ names, levels }) => levels.map((l) => (names[i] === l ? 1 : 0)))),
  );
  return { model, z, g, ...others(model, nestedData, weighted ? nestedData.w : null) };
}

const slopesData = schoolsWithSlopes([7, 4, 12, 1, 9, 15, 2, 6], "predictions");
const slopesWeights = slopesData.y.map((_, i) => 0.5 + (i % 5) / 2);

function slopesDense(formula: string, method: "REML" | "ML", weighted: boolean): Dense {
  const data = { ...slopesData, weight: slopesWeights };
  const model = fitMixed(formula, data, { method, weights: weighted ? { pupils: "weight" } : undefined });
  const [{ levels }] = model.randomTerms;
  const columns = model.randomTerms.flatMap((term) => term.columns);
  const q = columns.length;
  const sigma = Matrix.zeros(q, q);
  let start = 0;
  for (const { covariance } of model.randomTerms) {
    covariance.forEach((row, k) => {
      row.forEach((value, l) => {
        sigma.set(start + k, start + l, value);
      });
    });
    start += covariance.length;
  }
  const g = Matrix.zeros(q * levels.length, q * levels.length);
  levels.forEach((_, j) => {
    g.setSubMatrix(sigma, j * q, j * q);
  });
  const column = (name: string, i: number): number =>
    name === "(Intercept)" ? 1 : (data[name as keyof typeof data][i] as number);
  const z = new Matrix(
    Array.from(data.y, (_, i) => levels.flatMap((l) => columns.map((c) => (data.school[i] === l ? column(c, i) : 0)))),
  );
  return { model, z, g, ...others(model, data, weighted ? slopesWeights : null) };
}

function others(
  model: MixedModel,
  data: { readonly x: Float64Array; readonly z: Float64Array; readonly y: Float64Array },
  weights: Float64Array | null,
): Pick<Dense, "x" | "r" | "y"> {
  return {
    x: new Matrix(Array.from(data.y, (_, i) => [1, data.x[i], data.z[i]])),
    r: Matrix.diag(Array.from(data.y, (_, i) => model.variances.residual / (weights?.[i] ?? 1))),
    y: Matrix.columnVector(Array.from(data.y)),
  };
}

/**
 * The joint covariance of (β̂ − β, û − u) and the estimates, by Henderson's equations with (ZGZ' + R)⁻¹ in place of G⁻¹, since
 * a variance can be 0.
 */
function henderson({ x, z, g, r, y }: Dense): { joint: Matrix; estimates: Matrix } {
  const vi = inverse(Matrix.add(z.mmul(g).mmul(z.transpose()), r));
  const c = inverse(x.transpose().mmul(vi).mmul(x));
  const beta = c.mmul(x.transpose()).mmul(vi).mmul(y);
  const shrink = g.mmul(z.transpose()).mmul(vi);
  const pull = shrink.mmul(x);
  const u = shrink.mmul(Matrix.sub(y, x.mmul(beta)));
  const open = Matrix.sub(g, shrink.mmul(z).mmul(g));
  const size = 3 + g.rows;
  const joint = Matrix.zeros(size, size);
  joint.setSubMatrix(c, 0, 0);
  joint.setSubMatrix(pull.mmul(c).mul(-1), 3, 0);
  joint.setSubMatrix(c.mmul(pull.transpose()).mul(-1), 0, 3);
  joint.setSubMatrix(Matrix.add(open, pull.mmul(c).mmul(pull.transpose())), 3, 3);
  return { joint, estimates: Matrix.columnVector([...beta.to1DArray(), ...u.to1DArray()]) };
}

const structures: [string, (method: "REML" | "ML", weighted: boolean) => Dense][] = [
  ["three levels", nestedDense],
  ["one slope", (m, w) => slopesDense("y ~ x + z + (1 + x | school)", m, w)],
  ["slopes without correlations", (m, w) => slopesDense("y ~ x + z + (1 + x || school)", m, w)],
  ["two terms", (m, w) => slopesDense("y ~ x + z + (1 | school) + (0 + x | school)", m, w)],
];
const runs = structures.flatMap(([name, make]) =>
  (["REML", "ML"] as const).flatMap((method) => [false, true].map((weighted) => ({ name, make, method, weighted }))),
);

// Inverting V leaves about 1e-12.
describe.each(runs)("$name, $method, weighted: $weighted", ({ make, method, weighted }) => {
  const d = make(method, weighted);
  const { model, x, z, g, r, y } = d;
  const { joint, estimates } = henderson(d);
  const n = y.rows;
  const w = new Matrix(n, 3 + z.columns);
  w.setSubMatrix(x, 0, 0);
  w.setSubMatrix(z, 0, 3);
  const open = w.mmul(joint).mmul(w.transpose()).diag();
  const whole = z.mmul(g).mmul(z.transpose()).diag();
  const fixed = x.mmul(asMatrix(model.vcov, 3)).mmul(x.transpose()).diag();
  const marginal = x.mmul(estimates.subMatrix(0, 2, 0, 0)).to1DArray();

  it("predictions and their standard errors", () => {
    const found = predict(model);
    expect(worst(found.values, w.mmul(estimates).to1DArray(), 1)).toBeLessThan(1e-9);
    expect(worst(found.standardErrors, open.map(Math.sqrt))).toBeLessThan(1e-9);
    const without = predict(model, undefined, { randomEffects: "exclude" });
    expect(worst(without.values, marginal, 1)).toBeLessThan(1e-9);
    expect(worst(without.standardErrors, fixed.map(Math.sqrt))).toBeLessThan(1e-9);
  });

  it("prediction intervals: of a new pupil there, or of one of any school", () => {
    const { residual } = model.variances;
    for (const [randomEffects, variances] of [
      ["include", open.map((value) => value + residual)],
      ["exclude", fixed.map((value, i) => value + whole[i] + residual)],
    ] as const) {
      const { values, upper } = predict(model, undefined, { randomEffects, interval: "prediction", level: 0.9 });
      const half = upper!.map((value, i) => value - values[i]);
      expect(
        worst(
          half,
          variances.map((value) => 1.6448536269514722 * Math.sqrt(value)),
        ),
      ).toBeLessThan(1e-9);
    }
  });

  it("residuals, raw, standardised and Pearson's, conditional and marginal", () => {
    const own = r.diag();
    const ours = (options: Parameters<typeof residuals>[1]): Float64Array => residuals(model, options);
    const conditional = Matrix.sub(y, w.mmul(estimates)).to1DArray();
    const left = own.map((value, i) => value - open[i]);
    expect(worst(ours({}), conditional, 1)).toBeLessThan(1e-9);
    const by = (values: number[], variances: number[]): number[] => values.map((v, i) => v / Math.sqrt(variances[i]));
    // Where nearly nothing is left, the difference of the two has lost as many digits.
    const sound = left.map((value, i) => value > 1e-3 * own[i]);
    const only = (values: ArrayLike<number>): number[] => Array.from(values).filter((_, i) => sound[i]);
    expect(worst(only(ours({ type: "standardised" })), only(by(conditional, left)), 1)).toBeLessThan(1e-8);
    expect(worst(ours({ type: "pearson" }), by(conditional, own), 1)).toBeLessThan(1e-9);
    const raw = y.to1DArray().map((value, i) => value - marginal[i]);
    const total = whole.map((value, i) => value + own[i]);
    const exclude = { randomEffects: "exclude" } as const;
    expect(worst(ours(exclude), raw, 1)).toBeLessThan(1e-9);
    expect(worst(ours({ ...exclude, type: "pearson" }), by(raw, total), 1)).toBeLessThan(1e-9);
    const leverage = total.map((value, i) => value - fixed[i]);
    expect(worst(ours({ ...exclude, type: "standardised" }), by(raw, leverage), 1)).toBeLessThan(1e-8);
  });

  it("residuals of groups are the random effects, over their diagnostic standard errors", () => {
    const effects = randomEffects(model);
    expect(Array.from(residuals(model, { level: "group" }))).toEqual(effects.map((effect) => effect.estimate));
    const standardised = residuals(model, { level: "group", type: "standardised" });
    expect(
      worst(
        standardised,
        effects.map(({ estimate, diagnosticSe }) => estimate / diagnosticSe),
      ),
    ).toBeLessThan(1e-12);
  });
});

describe("rows of new groups", () => {
  const d = nestedDense("REML", false);
  const { joint, estimates } = henderson(d);
  const [school, alliance, region] = d.model.randomTerms.map((term) => term.covariance[0][0]);
  const { levels } = d.model.randomTerms[1];
  const [inner, outer] = levels[0].split(":");
  const data = { region: [outer, outer, "new"], alliance: [inner, "new", inner], school: ["new", "g0", "g0"] };
  const x = [0.5, -1, 2];
  const found = predict(d.model, { ...data, x, z: [0, 1, 0] }, { newGroups: "zero" });

  it("have the effects of the levels that are known, and the variances of those that are not", () => {
    expect(found.newGroups).toEqual(["new", `new:${outer}`, `new:${inner}:${outer}`]);
    const start = 3 + d.model.randomTerms[0].levels.length;
    const design = Matrix.zeros(3, joint.rows);
    x.forEach((value, i) => {
      [1, value, i === 1 ? 1 : 0].forEach((entry, k) => {
        design.set(i, k, entry);
      });
      if (i === 0) design.set(i, start, 1);
      if (i < 2) design.set(i, start + levels.length + d.model.randomTerms[2].levels.indexOf(outer), 1);
    });
    expect(worst(found.values, design.mmul(estimates).to1DArray())).toBeLessThan(1e-9);
    const added = [school, school + alliance, school + alliance + region];
    const variances = design.mmul(joint).mmul(design.transpose()).diag();
    expect(
      worst(
        found.standardErrors,
        variances.map((value, i) => Math.sqrt(value + added[i])),
      ),
    ).toBeLessThan(1e-9);
  });

  it("are otherwise refused, by their outermost new group", () => {
    const error = errorOf(() => predict(d.model, { ...data, x, z: [0, 1, 0] }));
    expect(error.code).toBe("unknown-level");
    expect(error.message).toContain(`3 groups are not among those`);
    expect(error.message).toContain(`new, new:${outer}, new:${inner}:${outer}`);
    const one = errorOf(() => predict(d.model, { region: ["new"], alliance: ["g0"], school: ["g0"], x: [0], z: [0] }));
    expect(one.message).toContain("1 region group is not among those");
  });
});

describe("rows", () => {
  const formula = "y ~ z + (1 + x | school)";
  const model = fitMixed(formula, slopesData);

  it("incomplete in a random column have no prediction, residual or simulated outcome", () => {
    const x = slopesData.x.map((value, i) => (i === 3 ? Number.NaN : value));
    const data = { ...slopesData, x };
    const found = predict(model, data);
    expect([...found.values.keys()].filter((i) => Number.isNaN(found.values[i]))).toEqual([3]);
    expect(found.diagnostics[0].message).toBe("1 row has no prediction (NaN) because of missing values: x 1.");
    const marginal = predict(model, { z: [0] }, { randomEffects: "exclude" });
    expect(worst(marginal.values, [model.coefficients[0]])).toBeLessThan(1e-12);
    const [{ values }] = simulate(model, { seed: 1, data }).columns as readonly NumericColumn[];
    expect([...values.keys()].filter((i) => Number.isNaN(values[i]))).toEqual([3]);
    const gaps = fitMixed(formula, data);
    expect([...residuals(gaps).keys()].filter((i) => Number.isNaN(residuals(gaps)[i]))).toEqual([3]);
  });

  it("without any group, or incomplete in a random column: all NaN", () => {
    const nested = fitMixed("y ~ x + (1 | region/alliance/school)", nestedData);
    const nowhere = { region: [null], alliance: [null], school: [null], x: [1] };
    expect(Array.from(predict(nested, nowhere).values)).toEqual([Number.NaN]);
    const nothing = { school: ["s0"], z: [1], x: Float64Array.of(Number.NaN) };
    expect(Array.from(predict(model, nothing).values)).toEqual([Number.NaN]);
  });

  it("of residuals must be those of the fit", () => {
    const bare = fitMixed(model.summary);
    expect(errorOf(() => residuals(bare)).message).toContain("remembers no rows");
    expect(worst(residuals(bare, { data: slopesData }), residuals(model), 1)).toBeLessThan(1e-12);
    for (const name of ["y", "x"] as const) {
      const slope = fitMixed("y ~ z + (0 + x | school)", slopesData);
      const other = { ...slopesData, [name]: slopesData[name].map((value, i) => (i === 0 ? value + 1 : value)) };
      expect(errorOf(() => residuals(slope, { data: other })).code).toBe("summary-mismatch");
    }
    const nested = fitMixed("y ~ x + (1 | region/alliance/school)", nestedData);
    const elsewhere = { ...nestedData, school: nestedData.school.map((name, i) => (i === 0 ? "new" : name)) };
    expect(errorOf(() => residuals(nested, { data: elsewhere })).code).toBe("summary-mismatch");
  });

  it("keep their digits at an offset of 1e7", () => {
    const grid = (values: Float64Array): Float64Array => values.map((value) => Math.round(value * 65536) / 65536);
    const near = { ...slopesData, x: grid(slopesData.x), y: grid(slopesData.y) };
    const far = { ...near, x: near.x.map((value) => value + 1e7), y: near.y.map((value) => value - 1e7) };
    const full = "y ~ x + z + (1 + x | school)";
    const [a, b] = [fitMixed(full, near), fitMixed(full, far)];
    const options = { type: "standardised" } as const;
    expect(worst(residuals(b, options), residuals(a, options), 1)).toBeLessThan(1e-7);
    expect(worst(predict(b).standardErrors, predict(a).standardErrors)).toBeLessThan(1e-7);
  });
});

describe("R² of slopes", () => {
  it("does not depend on where the columns have their zero, nor on which part holds the constant", () => {
    const by = (formula: string, data = slopesData): number[] => {
      const { marginal, conditional } = rSquared(fitMixed(formula, data));
      return [marginal, conditional];
    };
    const base = by("y ~ x + z + (1 + x | school)");
    const moved = { ...slopesData, x: slopesData.x.map((value) => value + 100) };
    expect(worst(by("y ~ x + z + (1 + x | school)", moved), base)).toBeLessThan(1e-8);
    const model = fitMixed("y ~ 0 + x + z + (1 + x | school)", slopesData);
    const fitted = slopesData.x.map(
      (value, i) => model.coefficients[0] * value + model.coefficients[1] * slopesData.z[i],
    );
    const mean = fitted.reduce((a, b) => a + b, 0) / fitted.length;
    const variance = fitted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (fitted.length - 1);
    expect(worst([rSquared(model).variances.fixed], [variance])).toBeLessThan(1e-10);
  });

  it("is refused where no part has a constant", () => {
    const model = fitMixed("y ~ 0 + x + z + (0 + x | school)", slopesData);
    expect(errorOf(() => rSquared(model)).message).toContain("has no constant");
  });
});

it("the variance partition has a part per level of nesting, and one for all slopes", () => {
  const { model } = nestedDense("REML", false);
  const parts = variancePartition(model);
  expect(parts.map((part) => part.level)).toEqual([
    "school:(alliance:region)",
    "alliance:region",
    "region",
    "residual",
  ]);
  expect(parts[1].variance).toBe(model.randomTerms[1].covariance[0][0]);
  const slopes = fitMixed("y ~ x + z + (1 + x | school)", slopesData);
  expect(variancePartition(slopes).map((part) => [part.level, part.variance])).toEqual([
    ["school", slopes.variances.group],
    ["residual", slopes.variances.residual],
  ]);
  for (const each of [parts, variancePartition(slopes)]) {
    expect(each.reduce((sum, part) => sum + part.share, 0)).toBeCloseTo(1, 12);
  }
});

describe("simulate", () => {
  // Five standard errors of a covariance from the replicates.
  const replicates = 1000;
  const cases: [string, Dense, Record<string, unknown>][] = [
    ["three levels", nestedDense("REML", true), nestedData],
    ["correlated slopes", slopesDense("y ~ x + z + (1 + x | school)", "REML", false), slopesData],
    ["two terms", slopesDense("y ~ x + z + (1 | school) + (0 + x | school)", "REML", false), slopesData],
  ];
  const outcomes = (model: MixedModel, options: Parameters<typeof simulate>[1]): Float64Array[] =>
    simulate(model, options).columns.map((column) => (column as NumericColumn).values);

  it.each(cases)("%s: the model's mean and covariance", (_, { model, x, z, g, r }) => {
    const all = outcomes(model, { seed: "structures", replicates });
    const mean = x.mmul(Matrix.columnVector(Array.from(model.coefficients))).to1DArray();
    const v = Matrix.add(z.mmul(g).mmul(z.transpose()), r);
    for (let i = 0; i < 20; i++) {
      const average = all.reduce((sum, values) => sum + values[i] - mean[i], 0) / replicates;
      expect(Math.abs(average)).toBeLessThan(5 * Math.sqrt(v.get(i, i) / replicates));
      for (let j = 0; j <= i; j++) {
        const moment = all.reduce((sum, values) => sum + (values[i] - mean[i]) * (values[j] - mean[j]), 0) / replicates;
        const spread = Math.sqrt((v.get(i, i) * v.get(j, j) + v.get(i, j) ** 2) / replicates);
        expect(Math.abs(moment - v.get(i, j))).toBeLessThan(5 * spread);
      }
    }
  });

  it.each(cases)("%s: chunks have the outcomes of the whole", (_, { model }, data) => {
    const [whole] = outcomes(model, { seed: 3 });
    const part = Object.fromEntries(
      Object.entries(data).map(([name, values]) => [name, (values as unknown[]).slice(5, 12)]),
    ) as Record<string, number[]>;
    const weights = model.structure === "nested" ? { pupils: "w" } : undefined;
    const [own] = outcomes(model, { seed: 3, data: part, firstRow: 5, weights });
    expect(Array.from(own)).toEqual(Array.from(whole.slice(5, 12)));
  });

  it("a refit of simulated outcomes is near the model", () => {
    const [{ model }] = cases.map(([, dense]) => dense);
    const [y] = outcomes(model, { seed: 4 });
    const refit = fitMixed(model.formula, { ...nestedData, y }, { weights: { pupils: "w" } });
    expect(Math.abs(refit.coefficients[1] - model.coefficients[1])).toBeLessThan(5 * refit.fixed[1].standardError);
  });
});
