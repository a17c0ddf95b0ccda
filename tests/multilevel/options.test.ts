import { expect, it } from "vitest";
import { bootstrap } from "../../src/multilevel/bootstrap";
import { clusterRobust } from "../../src/multilevel/cluster-robust";
import { compareGroups } from "../../src/multilevel/compare-groups";
import { confint } from "../../src/multilevel/confint";
import { testTerms } from "../../src/multilevel/f-test";
import { fitMixed } from "../../src/multilevel/fit";
import { influence } from "../../src/multilevel/influence";
import { predict } from "../../src/multilevel/predict";
import { rankGroups } from "../../src/multilevel/ranks";
import { residuals } from "../../src/multilevel/residuals";
import { simulate } from "../../src/multilevel/simulate";
import { modelTable } from "../../src/multilevel/tables";
import { levelRSquared } from "../../src/multilevel/variance-explained";
import { testGroupVariance } from "../../src/multilevel/variance-test";
import { errorOf } from "../helpers/reference";

const model = fitMixed("score ~ 1 + (1 | school)", {
  school: ["a", "a", "b", "b", "c", "c"],
  score: [8, 10, 13, 15, 5, 6],
});

it.each<[string, () => unknown]>([
  ["type", () => confint(model, { tpye: "profile" } as object)],
  ["replicates", () => bootstrap(model, { seed: 1, replicate: 5 } as never)],
  ["draws", () => rankGroups(model, { draw: 5 } as object)],
  ["level", () => compareGroups(model, "a", "b", { levl: 0.9 } as object)],
  ["group", () => influence(model, { grup: "school" } as object)],
  ["group", () => testGroupVariance(model, { grup: "school" } as object)],
  ["type", () => residuals(model, { typ: "pearson" } as object)],
  ["interval", () => predict(model, undefined, { intervall: "none" } as object)],
  ["seed", () => simulate(model, { seeed: 1 } as never)],
  ["terms", () => testTerms(model, { term: ["(Intercept)"] } as never)],
  ["digits", () => modelTable({ M0: model }, { digit: 2 } as object)],
  ["groupSize", () => levelRSquared(model, { groupsize: 5 } as object)],
])("offers %s for an option that no one reads", (name, call) => {
  const { code, message } = errorOf(call);
  expect(code).toBe("invalid-argument");
  expect(message).toContain(`Did you mean "${name}"?`);
});

it.each<[string, unknown, string]>([
  ["no number", { a: Number.NaN, b: 1, c: 2 }, 'The school "a" has no cluster'],
  ["null", null, "a column of the rows, or an object"],
  ["a Map", new Map([["a", 1]]), "a column of the rows, or an object"],
  ["an array", [1, 1, 2], "a column of the rows, or an object"],
])("refuses %s for clusters", (_, clusters, says) => {
  expect(errorOf(() => clusterRobust(model, { clusters } as object)).message).toContain(says);
});
