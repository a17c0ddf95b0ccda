import { inverse, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { fitMixed } from "../../src/multilevel/fit";
import { influence } from "../../src/multilevel/influence";
import { interceptInfluence } from "../../src/multilevel/intercept-influence";
import { nearRefits } from "../../src/multilevel/near-refits";
import { summariseNested } from "../../src/multilevel/nested/summarise";
import { stateOf } from "../../src/multilevel/state";
import { summariseGroups } from "../../src/multilevel/summarise";
import type { MixedModel } from "../../src/multilevel/types";
import { createRng } from "../../src/random/rng";
import { summary } from "../../src/summary";
import { tidy } from "../../src/tidy";
import { errorOf, single, worst } from "../helpers/reference";
import { asMatrix } from "./dense";
import { nestedRows } from "./nested-dense";
import { schoolsWithSlopes } from "./slopes-data";

type Columns = Record<string, string[] | Float64Array | number[]>;

function rowsWhere(data: Columns, keep: (row: number) => boolean): Columns {
  const n = Object.values(data)[0].length;
  const rows = Array.from({ length: n }, (_, i) => i).filter(keep);
  return Object.fromEntries(
    Object.entries(data).map(([name, values]) => [name, rows.map((i) => values[i])]),
  ) as Columns;
}

function byHand(model: MixedModel, refit: MixedModel): { cooks: number; dfbetas: number[]; ratio: number } {
  const p = model.terms.length;
  const [full, without] = [asMatrix(model.vcov, p), asMatrix(refit.vcov, p)];
  const gap = Matrix.columnVector(Array.from(model.coefficients, (value, k) => value - refit.coefficients[k]));
  const relative = inverse(full).mmul(without);
  return {
    cooks: gap.transpose().mmul(inverse(full)).mmul(gap).get(0, 0) / p,
    dfbetas: gap.to1DArray().map((value, k) => value / Math.sqrt(without.get(k, k))),
    ratio: determinantOf(relative),
  };
}

function determinantOf(matrix: Matrix): number {
  const a = matrix.clone();
  let product = 1;
  for (let k = 0; k < a.rows; k++) {
    product *= a.get(k, k);
    for (let i = k + 1; i < a.rows; i++) {
      const factor = a.get(i, k) / a.get(k, k);
      for (let l = k; l < a.rows; l++) a.set(i, l, a.get(i, l) - factor * a.get(k, l));
    }
  }
  return product;
}

/** Every refit beside the model fitted to the other rows. */
function requireRefits(model: MixedModel, refitWithout: (level: string) => MixedModel, group?: string): void {
  const result = influence(model, group === undefined ? {} : { group });
  expect(result.diagnostics).toEqual([]);
  for (const own of result.groups) {
    const refit = refitWithout(own.level);
    const errors = refit.fixed.map(({ standardError }) => standardError);
    own.coefficients.forEach((value, k) => {
      expect(Math.abs(value - refit.coefficients[k]) / errors[k]).toBeLessThan(1e-8);
    });
    const flat = (each: readonly (readonly (readonly number[])[])[]): number[] => each.flat(2);
    const covariances = refit.randomTerms.map(({ covariance }) => covariance);
    expect(worst(flat(own.covariances), flat(covariances), model.variances.residual)).toBeLessThan(1e-7);
    expect(worst([own.variances.residual], [refit.variances.residual])).toBeLessThan(1e-8);
    expect(worst([own.variances.group], [refit.variances.group], model.variances.residual)).toBeLessThan(1e-7);
    const { cooks, dfbetas, ratio } = byHand(model, refit);
    expect(worst([own.cooksDistance, own.covarianceRatio], [cooks, ratio], 1e-2)).toBeLessThan(1e-6);
    expect(worst(own.dfbetas, dfbetas, 1e-1)).toBeLessThan(1e-6);
    expect(own.varianceChange.group).toBe(model.variances.group - own.variances.group);
  }
}

const rows = nestedRows("b", [6, 4, 3], 5, [1.2, 1, 1]);
const nestedData: Columns = {
  region: rows.groups[0],
  alliance: rows.groups[1],
  school: rows.groups[2],
  x: rows.x,
  z: rows.z,
  y: rows.y,
  copies: Float64Array.from(rows.y, (_, i) => 1 + (i % 3)),
  w: Float64Array.from(rows.y, (_, i) => 0.5 + (i % 4)),
};

// θ is found to about 1e-9 from either start, coefficients to its square; squares of small differences keep 1e-6.
describe("nested groups: the fits to the other rows", () => {
  const formula = "y ~ x + z + (1 | region/alliance)";
  const without = (options: object) => (level: string) => {
    const [inner, outer] = level.includes(":") ? level.split(":") : [null, level];
    const { region, alliance } = nestedData;
    const keep = (i: number): boolean => region[i] !== outer || (inner !== null && alliance[i] !== inner);
    return fitMixed(formula, rowsWhere(nestedData, keep), options);
  };

  it.each([
    ["REML", {}],
    ["ML", { method: "ML" }],
    ["precision weights", { weights: { pupils: "w" } }],
    ["frequency weights", { weights: { pupils: "copies", kind: "frequency" } }],
  ] as const)("%s: each region left out", (_, options) => {
    requireRefits(fitMixed(formula, nestedData, options), without(options));
  });

  it("each alliance left out, its region too where it was alone there", () => {
    requireRefits(fitMixed(formula, nestedData), without({}), "alliance");
  });

  it("three levels", () => {
    const deep = "y ~ x + z + (1 | region/alliance/school)";
    const { region } = nestedData;
    requireRefits(fitMixed(deep, nestedData), (level) =>
      fitMixed(
        deep,
        rowsWhere(nestedData, (i) => region[i] !== level),
      ),
    );
  });

  it("a summary with blocks serves without rows, one without is refused", () => {
    const fromRows = influence(fitMixed(formula, nestedData));
    const blocks = influence(fitMixed(summariseNested(formula, nestedData, { blocks: true })));
    const cooks = (each: typeof blocks): number[] => each.groups.map(({ cooksDistance }) => cooksDistance);
    expect(worst(cooks(blocks), cooks(fromRows))).toBeLessThan(1e-12);
    const error = errorOf(() => influence(fitMixed(summariseNested(formula, nestedData))));
    expect(error.message).toContain("blocks: true");
  });

  it("a column that one region alone carries has no coefficient without it", () => {
    const dummy = (nestedData.region as string[]).map((name) => (name === "g2" ? 1 : 0));
    const model = fitMixed("y ~ x + dummy + (1 | region/alliance)", { ...nestedData, dummy });
    const own = influence(model).groups.find(({ level }) => level === "g2")!;
    expect(own.coefficients[2]).toBeNaN();
    expect(own.cooksDistance).toBeNaN();
    const refit = fitMixed(
      "y ~ x + (1 | region/alliance)",
      rowsWhere(nestedData, (i) => nestedData.region[i] !== "g2"),
    );
    expect(worst(own.coefficients.slice(0, 2), refit.coefficients)).toBeLessThan(1e-8);
  });

  it("needs three regions, and groups that there are", () => {
    const two = rowsWhere(nestedData, (i) => ["g0", "g1"].includes(nestedData.region[i] as string));
    expect(errorOf(() => influence(fitMixed(formula, two))).code).toBe("too-few-groups");
    expect(errorOf(() => influence(fitMixed(formula, nestedData), { group: "school" })).code).toBe("invalid-argument");
  });

  it("regions without which no variance can be told are NaN and named", () => {
    // Without g0 every region holds one alliance.
    const data = {
      region: ["g0", "g0", "g0", "g0", "g1", "g1", "g2", "g2", "g3", "g3"],
      alliance: ["a", "a", "b", "b", "a", "a", "a", "a", "a", "a"],
      y: [1, 2, 5, 4, 7, 9, 3, 2, 8, 6],
    };
    const { groups, diagnostics } = influence(fitMixed("y ~ 1 + (1 | region/alliance)", data));
    expect(groups[0].cooksDistance).toBeNaN();
    expect(groups[0].covariances).toEqual([[[Number.NaN]], [[Number.NaN]]]);
    expect(diagnostics.map(({ code, details }) => [code, details.levels])).toEqual([["refit-failed", ["g0"]]]);
  });
});

describe("random slopes: the fits to the other rows", () => {
  const data = schoolsWithSlopes([9, 12, 5, 7, 14, 8, 10, 6, 11, 9], "without");
  const weighted: Columns = {
    ...data,
    copies: Float64Array.from(data.y, (_, i) => 1 + (i % 3)),
    weight: Float64Array.from(data.y, (_, i) => 0.5 + (i % 4)),
  };
  const without = (formula: string, options: object) => (level: string) =>
    fitMixed(
      formula,
      rowsWhere(weighted, (i) => data.school[i] !== level),
      options,
    );

  it.each([
    ["y ~ x + z + (1 + x | school)", {}],
    ["y ~ x + z + (1 + x | school)", { method: "ML" }],
    ["y ~ x + (x || school)", {}],
    ["y ~ x + (0 + x | school)", {}],
    ["y ~ x + (1 + x | school)", { weights: { pupils: "weight" } }],
    ["y ~ x + (1 + x | school)", { weights: { pupils: "copies", kind: "frequency" } }],
  ] as const)("%s %o", (formula, options) => {
    requireRefits(fitMixed(formula, weighted, options), without(formula, options));
  });

  it("needs the rows", () => {
    const { summary: own } = fitMixed("y ~ x + (1 + x | school)", data);
    const model = fitMixed(own);
    expect(errorOf(() => influence(model)).message).toContain("Fit it from rows");
  });

  it("tables and tidy rows", () => {
    const result = influence(fitMixed("y ~ x + (1 + x | school)", data));
    expect(summary(result).rows.length).toBe(10);
    expect(tidy(result).rows).toBe(20);
  });
});

describe("many schools with one intercept: refits near the full fit", () => {
  const rng = createRng("near");
  const sizes = Array.from({ length: 150 }, () => 1 + rng.integer(60));
  const school = sizes.flatMap((size, j) => Array(size).fill(`s${j}`) as string[]);
  const level = sizes.map(() => rng.normal());
  const of = (name: string): number => Number(name.slice(1));
  const x = school.map((name) => 1e5 + level[of(name)] + 30 * rng.normal());
  const effect = sizes.map((_, j) => (j === 0 ? 9 : 0.7 * rng.normal()));
  const data = {
    school,
    x,
    z: school.map((name) => level[of(name)]),
    y: school.map((name, i) => 1e6 + 0.02 * x[i] + effect[of(name)] + rng.normal()),
  };
  const formula = "y ~ x + z + (1 | school)";
  const model = single(fitMixed(formula, data));
  const blocks = summariseGroups(formula, data, { blocks: true });
  const { scaled, point } = stateOf(model);
  const near = nearRefits({ ...blocks, blocks: blocks.blocks! }, scaled, point)!;

  it.each(["REML", "ML"] as const)("%s: equal the fits to the other rows", (method) => {
    const fitted = fitMixed(formula, data, { method });
    const all = influence(fitted).groups;
    for (const own of all.filter((_, j) => j % 25 === 0)) {
      const refit = fitMixed(
        formula,
        rowsWhere(data, (i) => school[i] !== own.level),
        { method },
      );
      own.coefficients.forEach((value, k) => {
        expect(Math.abs(value - refit.coefficients[k]) / refit.fixed[k].standardError).toBeLessThan(1e-9);
      });
      const variances = [own.variances.group, own.variances.residual];
      expect(worst(variances, [refit.variances.group, refit.variances.residual])).toBeLessThan(1e-10);
      const { cooks, dfbetas, ratio } = byHand(fitted, refit);
      // The intercept is 1e5 columns away: vcov in the caller's units has lost ten digits of its determinant.
      expect(worst(own.dfbetas, dfbetas, 1e-1)).toBeLessThan(1e-8);
      expect(worst([own.cooksDistance, own.covarianceRatio], [cooks, ratio], 1e-2)).toBeLessThan(1e-4);
    }
  });

  it("serve all schools but the one whose leaving moves φ far", () => {
    expect(near.without(0)).toBeNull();
    expect(sizes.map((_, j) => near.without(j)).filter((refit) => refit === null).length).toBe(1);
    expect(interceptInfluence(model, "Influence statistics")(0)!.variances.group).toBeLessThan(
      0.75 * model.variances.group,
    );
  });
});
