import { expect, it } from "vitest";
import { eValue } from "../../src/effects/e-value";
import { effectSizes } from "../../src/effects/effect-sizes";
import { hedgesG } from "../../src/effects/hedges";
import { rosenbaumBounds } from "../../src/effects/rosenbaum-bounds";
import { standardiseCoefficients } from "../../src/effects/standardise";
import { fitMixed } from "../../src/multilevel/fit";
import { errorOf } from "../helpers/reference";

const pupils = {
  school: ["a", "a", "b", "b", "c", "c", "d", "d"],
  treated: [0, 0, 0, 0, 1, 1, 1, 1],
  score: [8, 10, 7, 11, 13, 15, 12, 13],
};
const empty = fitMixed("score ~ 1 + (1 | school)", pupils);
const treated = fitMixed("score ~ treated + (1 | school)", pupils);

it.each<[string, () => unknown]>([
  ["treatment", () => hedgesG(treated, { treatmnt: "treated" } as never)],
  ["treatment", () => effectSizes({ empty, adjusted: empty, treated }, { treatmnt: "treated" } as never)],
  ["by", () => standardiseCoefficients(treated, { bye: "level" } as object)],
  ["gamma", () => rosenbaumBounds({ differences: [1, 2, 3] } as never, { gama: [1] } as object)],
  ["scale", () => eValue(0.4, { scal: "risk-ratio" } as object)],
])("offers %s for an option that no one reads", (name, call) => {
  const { code, message } = errorOf(call);
  expect(code).toBe("invalid-argument");
  expect(message).toContain(`Did you mean "${name}"?`);
});
