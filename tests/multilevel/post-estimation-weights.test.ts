import { expect, it } from "vitest";
import { compareGroups, comparisonIntervals } from "../../src/multilevel/compare-groups";
import { fitMixed } from "../../src/multilevel/fit";
import { influence } from "../../src/multilevel/influence";
import { predict } from "../../src/multilevel/predict";
import { rankGroups } from "../../src/multilevel/ranks";
import { residuals } from "../../src/multilevel/residuals";
import { simulate } from "../../src/multilevel/simulate";
import { levelRSquared } from "../../src/multilevel/variance-explained";
import { errorOf, worst } from "../helpers/reference";
import { formula, pupils } from "./dense";

const weights = { pupils: "precision", kind: "sampling" } as const;
const model = fitMixed(formula, pupils, { weights });

it.each([
  ["ranks", () => rankGroups(model)],
  ["comparisons", () => compareGroups(model, "s1", "s2")],
  ["intervals", () => comparisonIntervals(model)],
  ["residuals", () => residuals(model)],
  ["conditional predictions", () => predict(model)],
  ["simulated outcomes", () => simulate(model, { seed: 1 })],
])("sampling weights: no %s", (_, call) => {
  const error = errorOf(call);
  expect([error.code, error.message.includes("sampling weights")]).toEqual(["invalid-argument", true]);
});

it("sampling weights: marginal predictions by the sandwich", () => {
  const rows = { x: [0], z: [0] };
  const { values, standardErrors } = predict(model, rows, { randomEffects: "exclude" });
  expect(worst(values, [model.coefficients[0]])).toBeLessThan(1e-10);
  expect(worst(standardErrors, [model.fixed[0].standardError])).toBeLessThan(1e-9);
});

it("sampling weights: leaving a school out equals the fit to the other rows", () => {
  const keep = [...pupils.school.keys()].filter((i) => pupils.school[i] !== "s3");
  const take = (values: ArrayLike<number>): number[] => keep.map((i) => values[i]);
  const rest = {
    school: keep.map((i) => pupils.school[i]),
    x: take(pupils.x),
    z: take(pupils.z),
    y: take(pupils.y),
    precision: take(pupils.precision),
  };
  const refit = fitMixed(formula, rest, { weights });
  const own = influence(model).groups[2];
  expect(worst(own.coefficients, refit.coefficients)).toBeLessThan(1e-10);
  expect(
    worst([own.variances.group, own.variances.residual], [refit.variances.group, refit.variances.residual]),
  ).toBeLessThan(1e-9);
});

it("sampling weights: R² against the empty model of the same weights", () => {
  const empty = fitMixed("y ~ 1 + (1 | school)", pupils, { weights });
  expect(worst([levelRSquared(model).baseline.residual], [empty.variances.residual])).toBeLessThan(1e-10);
});
