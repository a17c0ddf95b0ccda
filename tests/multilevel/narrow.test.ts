import { expect, test } from "vitest";
import { bindFormula } from "../../src/formula/bind";
import { clusterRobust, clusterRobustTest } from "../../src/multilevel/cluster-robust";
import { fitMixed } from "../../src/multilevel/fit";
import { narrowed } from "../../src/multilevel/narrow";
import { summariseGroups } from "../../src/multilevel/summarise";
import { createRng } from "../../src/random/rng";

const rng = createRng(11);
const n = 300;
const school = Array.from({ length: n }, (_, i) => `s${(7 * i) % 23}`);
const x = Array.from({ length: n }, () => 1e6 + rng.normal());
const kind = Array.from({ length: n }, () => ["a", "b", "c"][Math.floor(3 * rng.uniform())]);
const size = school.map((name) => Number(name.slice(1)) % 5);
const weight = school.map((name) => 1 + (Number(name.slice(1)) % 3));
const pair = school.map((name) => `p${Number(name.slice(1)) >> 1}`);
const y = x.map((value, i) => value - 1e6 + size[i] / 5 + rng.normal());
const data = { school, pair, x, kind, size, weight, y };

const LARGEST = "y ~ x + kind + size + x:size + (1 | school)";

test.each([
  ["unweighted", {}],
  ["with blocks", { blocks: true }],
  ["school weights", { weights: { schools: "weight" } }],
  ["sampling weights", { weights: { pupils: "weight", kind: "sampling" } }],
] as const)("a summary narrowed to fewer columns is that of the rows, to the bit: %s", (_, options) => {
  const whole = summariseGroups(LARGEST, data, options);
  for (const formula of ["y ~ 1 + (1 | school)", "y ~ size + x + (1 | school)", "y ~ kind + (1 | school)", LARGEST]) {
    expect(narrowed(whole, bindFormula(formula, data))).toEqual(summariseGroups(formula, data, options));
  }
});

test("low parts stay only where the fewer columns need them", () => {
  const near = { ...data, twin: x.map((value) => value + 1e-3 * rng.normal()) };
  const whole = summariseGroups("y ~ x + size + twin + (1 | school)", near);
  expect(whole.lowParts).toBeDefined();
  expect(narrowed(whole, bindFormula("y ~ x + (1 | school)", near)).lowParts).toBeUndefined();
  const bound = bindFormula("y ~ twin + x + (1 | school)", near);
  expect(narrowed(whole, bound)).toEqual(summariseGroups(bound, near));
});

test("the test of one coefficient is that among all", () => {
  const model = fitMixed("y ~ x + size + (1 | school)", data, { weights: { schools: "weight" } });
  const all = clusterRobust(model, { clusters: "pair" }).fixed;
  expect(clusterRobustTest(model, "size", { clusters: "pair" })).toEqual(all[2]);
  expect(clusterRobustTest(model, "kindb", { clusters: "pair" })).toBeUndefined();
});
