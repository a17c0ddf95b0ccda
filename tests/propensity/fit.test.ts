import fc from "fast-check";
import LogisticRegression from "ml-logistic-regression";
import { describe, expect, it } from "vitest";
import { frame } from "../../src/data/frame";
import { mlLogisticRegression } from "../../src/propensity/adapter";
import { fitPropensity } from "../../src/propensity/fit";
import { LINKS, type Link } from "../../src/propensity/links";
import { createRng } from "../../src/random/rng";
import { errorOf, referenceFrame, worst } from "../helpers/reference";

const lalonde = referenceFrame("lalonde.csv");
const formula = "treat ~ age + educ + race + married + nodegree + re74 + re75";

function simulated(n: number, seed: number): { t: Uint8Array; x: Float64Array; z: Float64Array } {
  const rng = createRng(seed);
  const x = Float64Array.from({ length: n }, () => rng.normal());
  const z = Float64Array.from({ length: n }, () => rng.normal());
  const t = Uint8Array.from({ length: n }, (_, i) => (rng.uniform() < 1 / (1 + Math.exp(0.5 - x[i] + z[i])) ? 1 : 0));
  return { t, x, z };
}

describe("exact answers", () => {
  it("an empty model gives the treated share under every link", () => {
    const data = { t: [1, 0, 0, 1, 0, 0, 0, 1, 0, 0] };
    for (const link of ["logit", "probit", "cloglog"] as const) {
      const model = fitPropensity("t ~ 1", data, { link });
      expect(worst(model.scores, new Array(10).fill(0.3))).toBeLessThan(1e-14);
      expect(worst([model.coefficients[0]], [LINKS[link].linear(0.3)])).toBeLessThan(1e-13);
    }
  });

  it("a 2 × 2 table gives the log odds ratio and its standard error", () => {
    const rows = [
      ...Array(7).fill({ t: 1, x: 1 }),
      ...Array(3).fill({ t: 0, x: 1 }),
      ...Array(4).fill({ t: 1, x: 0 }),
      ...Array(11).fill({ t: 0, x: 0 }),
    ];
    const model = fitPropensity("t ~ x", rows);
    expect(worst(model.coefficients, [Math.log(4 / 11), Math.log((7 * 11) / (3 * 4))])).toBeLessThan(1e-13);
    expect(worst([model.standardErrors[1]], [Math.sqrt(1 / 7 + 1 / 3 + 1 / 4 + 1 / 11)])).toBeLessThan(1e-12);
  });

  it("Firth's penalty adds a half to each cell of a saturated table", () => {
    const rows = [...Array(6).fill({ t: 1, x: 1 }), ...Array(4).fill({ t: 1, x: 0 }), ...Array(9).fill({ t: 0, x: 0 })];
    const model = fitPropensity("t ~ x", rows, { penalty: "firth" });
    const expected = [Math.log(4.5 / 9.5), Math.log((6.5 * 9.5) / (0.5 * 4.5))];
    expect(worst(model.coefficients, expected)).toBeLessThan(1e-10);
  });

  it.each(["probit", "cloglog"] as const)("Firth's penalty maximises the penalised likelihood (%s)", (link) => {
    // One proportion, 2 of 9: the penalised likelihood is a function of η alone.
    const model = fitPropensity("t ~ 1", { t: [1, 1, 0, 0, 0, 0, 0, 0, 0] }, { link, penalty: "firth" });
    const kernel = LINKS[link];
    const penalised = (eta: number): number => {
      const weight = new Float64Array(9);
      const etas = new Float64Array(9).fill(eta);
      const t = Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0, 0);
      return kernel.working(etas, t, null, 0, 9, weight, new Float64Array(9)) - Math.log(9 * weight[0]);
    };
    const at = model.coefficients[0];
    for (const step of [1e-4, -1e-4]) expect(penalised(at + step)).toBeGreaterThan(penalised(at));
    const slope = (penalised(at + 1e-5) - penalised(at - 1e-5)) / 2e-5;
    expect(Math.abs(slope)).toBeLessThan(1e-7);
  });
});

describe("properties", () => {
  const data = simulated(300, 7);

  it("the order of rows does not matter", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...Array(300).keys()], { minLength: 300 }), (order) => {
        const model = fitPropensity("t ~ x + z", data);
        const shuffled = fitPropensity("t ~ x + z", {
          t: order.map((i) => data.t[i]),
          x: order.map((i) => data.x[i]),
          z: order.map((i) => data.z[i]),
        });
        return worst(shuffled.coefficients, model.coefficients) < 1e-10;
      }),
      { numRuns: 20 },
    );
  });

  it("rescaling and shifting a covariate rescales its coefficient and leaves the scores", () => {
    fc.assert(
      fc.property(fc.integer({ min: -6, max: 6 }), fc.integer({ min: -1000, max: 1000 }), (power, shift) => {
        const scale = 10 ** power;
        const model = fitPropensity("t ~ x + z", data);
        const moved = fitPropensity("t ~ x + z", { ...data, x: data.x.map((value) => (value + shift) * scale) });
        return (
          worst([moved.coefficients[1] * scale], [model.coefficients[1]]) < 1e-9 &&
          worst(moved.scores, model.scores) < 1e-9
        );
      }),
      { numRuns: 30 },
    );
  });

  it("whole weights equal replicated rows", () => {
    const rng = createRng("weights");
    const weights = Float64Array.from({ length: 300 }, () => rng.integer(4));
    const rows = [...weights.keys()].flatMap((i) => Array(weights[i]).fill(i) as number[]);
    const weighted = fitPropensity("t ~ x + z", data, { weights });
    const replicated = fitPropensity("t ~ x + z", {
      t: rows.map((i) => data.t[i]),
      x: rows.map((i) => data.x[i]),
      z: rows.map((i) => data.z[i]),
    });
    expect(worst(weighted.coefficients, replicated.coefficients)).toBeLessThan(1e-11);
    expect(worst(weighted.vcov, replicated.vcov, 1e-4)).toBeLessThan(1e-10);
    expect(worst([weighted.deviance], [replicated.deviance])).toBeLessThan(1e-12);
  });

  it("swapping treated and control changes the signs under the symmetric links", () => {
    for (const link of ["logit", "probit"] satisfies Link[]) {
      const model = fitPropensity("t ~ x + z", data, { link });
      const swapped = fitPropensity("t ~ x + z", { ...data, t: data.t.map((value) => 1 - value) }, { link });
      expect(
        worst(
          swapped.coefficients,
          model.coefficients.map((value) => -value),
        ),
      ).toBeLessThan(1e-9);
    }
  });

  it("a large problem, warm-started from a sample, ends where a cold start ends", () => {
    const large = simulated(250_000, 3);
    const model = fitPropensity("t ~ x + z", large);
    // The score equations hold: X'(y − p) = 0, in units of the standard error of the sums.
    let sum = 0;
    let sumX = 0;
    for (let i = 0; i < 250_000; i++) {
      sum += large.t[i] - model.scores[i];
      sumX += large.x[i] * (large.t[i] - model.scores[i]);
    }
    expect(Math.abs(sum)).toBeLessThan(1e-6);
    expect(Math.abs(sumX)).toBeLessThan(1e-6);
    expect(model.iterations).toBeLessThanOrEqual(4);
  });

  it("an offset of 1e12 in a covariate costs what the data lost, not the fit", () => {
    const steps = data.x.map((value) => Math.round(value * 64));
    const near = fitPropensity("t ~ x + z", { ...data, x: steps });
    const far = fitPropensity("t ~ x + z", { ...data, x: steps.map((value) => value + 1e12) });
    expect(worst([far.coefficients[1]], [near.coefficients[1]])).toBeLessThan(1e-9);
    expect(worst(far.scores, near.scores)).toBeLessThan(1e-9);
  });
});

describe("separation", () => {
  it("names the covariate that separates completely", () => {
    const error = errorOf(() =>
      fitPropensity("t ~ x + z", { t: [0, 0, 0, 1, 1, 1], x: [1, 2, 3, 4, 5, 6], z: [1, 3, 2, 2, 1, 3] }),
    );
    expect(error.code).toBe("separation");
    expect(error.message).toContain('"x" separates treated from control completely');
  });

  it("names the level that separates in part, however many rows there are", () => {
    const data = simulated(2000, 11);
    const region = Array.from(data.t, (t, i) => (t === 1 && i % 50 === 0 ? "north" : i % 2 ? "east" : "west"));
    const error = errorOf(() => fitPropensity("t ~ x + z + region", { ...data, region }));
    expect(error.code).toBe("separation");
    expect(error.message).toContain("regionnorth");
    expect(error.message).not.toContain('"x"');
  });

  it("finds separation by a combination", () => {
    const rng = createRng(5);
    const x = Float64Array.from({ length: 60 }, () => rng.normal());
    const z = Float64Array.from({ length: 60 }, () => rng.normal());
    const t = x.map((value, i) => (value + z[i] > 0 ? 1 : 0));
    const error = errorOf(() => fitPropensity("t ~ x + z", { t, x, z }));
    expect(error.message).toContain("x, z together separate");
  });

  it.each(["probit", "cloglog"] as const)("is found under %s too", (link) => {
    const data = { t: [0, 0, 0, 1, 0, 1, 1, 1], x: [0, 0, 0, 0, 0, 1, 1, 1] };
    expect(errorOf(() => fitPropensity("t ~ x", data, { link })).code).toBe("separation");
  });

  it("Firth's penalty then gives finite estimates, and says so", () => {
    const model = fitPropensity("t ~ x", { t: [0, 0, 0, 1, 1, 1], x: [1, 2, 3, 4, 5, 6] }, { penalty: "firth" });
    expect(model.coefficients.every((value) => Math.abs(value) < 10)).toBe(true);
    expect(model.diagnostics.map((entry) => entry.code)).toContain("penalised");
  });

  it("near separation is fitted, not refused", () => {
    const t = [...Array(50).fill(0), ...Array(50).fill(1)] as number[];
    const x = t.map((value, i) => value * 10 + (i % 7));
    x[0] = 15;
    x[99] = 1;
    const model = fitPropensity("t ~ x", { t, x });
    expect(model.converged).toBe(true);
  });
});

describe("aliased columns", () => {
  it("are dropped and named, as R keeps the first", () => {
    const data = simulated(100, 1);
    const model = fitPropensity("t ~ x + z + I(2 * x - z) + one", { ...data, one: Array(100).fill(1) });
    expect(model.terms).toEqual(["(Intercept)", "x", "z"]);
    const note = model.diagnostics.find((entry) => entry.code === "aliased-columns");
    expect(note?.message).toContain("I(2 * x - z), one");
  });

  it("nearly collinear ones are kept", () => {
    const data = simulated(500, 2);
    const model = fitPropensity("t ~ x + near", { ...data, near: data.x.map((value, i) => value + 1e-4 * data.z[i]) });
    expect(model.terms).toHaveLength(3);
  });
});

describe("rows", () => {
  it("incomplete rows are dropped, counted and left NaN", () => {
    const data = simulated(50, 3);
    const x = Array.from(data.x);
    x[4] = Number.NaN;
    const model = fitPropensity("t ~ x + z", { ...data, x });
    expect(model.nobs).toBe(49);
    expect(model.scores[4]).toBeNaN();
    expect(model.scores).toHaveLength(50);
    expect(model.diagnostics[0].code).toBe("rows-dropped");
    expect(errorOf(() => fitPropensity("t ~ x", { ...data, x }, { missing: "error" })).code).toBe("missing-values");
  });

  it("the treated level can be named", () => {
    const sector = Array.from(simulated(40, 9).t, (t) => (t ? "Catholic" : "Public"));
    const x = simulated(40, 9).x;
    const model = fitPropensity("sector ~ x", { sector, x }, { treated: "Catholic" });
    expect(model.treated[0]).toBe(sector[0] === "Catholic" ? 1 : 0);
    expect(errorOf(() => fitPropensity("sector ~ x", { sector, x })).message).toContain('treated: "Public"');
    expect(errorOf(() => fitPropensity("sector ~ x", { sector, x }, { treated: "catholic" })).message).toContain(
      'Did you mean "Catholic"?',
    );
  });
});

describe("ml-logistic-regression as estimator", () => {
  it("comes near the maximum with enough steps", () => {
    const data = simulated(200, 21);
    const ours = fitPropensity("t ~ x + z", data);
    const theirs = fitPropensity("t ~ x + z", data, {
      estimator: mlLogisticRegression(LogisticRegression, { numSteps: 3000 }),
    });
    expect(theirs.estimator).toBe("ml-logistic-regression");
    expect(worst(theirs.scores, ours.scores)).toBeLessThan(1e-5);
    expect(worst(theirs.coefficients, ours.coefficients)).toBeLessThan(1e-5);
    expect(theirs.standardErrors[0]).toBeNaN();
    expect(theirs.converged).toBe(true);
  });

  it("says when its steps end far from the maximum", () => {
    const model = fitPropensity(formula, lalonde, {
      estimator: mlLogisticRegression(LogisticRegression, { numSteps: 20 }),
    });
    expect(model.converged).toBe(false);
    expect(model.diagnostics.map((entry) => entry.code)).toContain("estimator-unconverged");
  });

  it("is refused where its steps diverge", () => {
    const error = errorOf(() =>
      fitPropensity(formula, lalonde, {
        estimator: mlLogisticRegression(LogisticRegression, { numSteps: 200, learningRate: 1e6 }),
      }),
    );
    expect(error.code).toBe("adapter");
  });

  it("takes no weights", () => {
    const options = { estimator: mlLogisticRegression(LogisticRegression), weights: Array(614).fill(1) as number[] };
    expect(errorOf(() => fitPropensity(formula, lalonde, options)).code).toBe("invalid-argument");
  });
});

describe("bad input", () => {
  const data = simulated(30, 4);
  const bad: [string, () => unknown, string, string][] = [
    ["no rows", () => fitPropensity("t ~ x", { t: [], x: [] }), "empty-data", "no rows"],
    ["one row", () => fitPropensity("t ~ x", { t: [1], x: [2] }), "constant", "every row"],
    ["three values", () => fitPropensity("t ~ x", { t: [0, 1, 2], x: [1, 2, 3] }), "not-binary", "0, 1, 2"],
    ["1 and 2", () => fitPropensity("t ~ x", { t: [1, 2, 1], x: [1, 2, 3] }), "not-binary", "counts as treated"],
    ["one value", () => fitPropensity("t ~ x", { t: [1, 1, 1], x: [1, 2, 3] }), "constant", "is 1 in every row"],
    ["unknown column", () => fitPropensity("t ~ xx", data), "unknown-column", 'Did you mean "x"?'],
    ["all missing", () => fitPropensity("t ~ x", { ...data, x: data.x.map(() => NaN) }), "missing-values", '"x"'],
    ["infinite", () => fitPropensity("t ~ x", { ...data, x: data.x.with(3, Infinity) }), "non-finite", "row 4"],
    [
      "n ≤ p",
      () => fitPropensity("t ~ x + z", { t: [0, 1, 1], x: [1, 2, 4], z: [3, 1, 1] }),
      "too-few-rows",
      "3 complete rows",
    ],
    ["negative weight", () => fitPropensity("t ~ x", data, { weights: data.x }), "invalid-argument", "weight in row"],
    ["random term", () => fitPropensity("t ~ x + (1 | z)", data), "formula-syntax", "(1 | z)"],
    ["no treatment", () => fitPropensity("~ x", data), "formula-syntax", "no treatment"],
    ["wrong link", () => fitPropensity("t ~ x", data, { link: "cauchit" as Link }), "invalid-argument", "cauchit"],
  ];
  it.each(bad)("%s", (_, call, code, words) => {
    const error = errorOf(call);
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });

  it("a constant covariate is dropped with a note", () => {
    const model = fitPropensity("t ~ x + k", { ...data, k: Array(30).fill(5) });
    expect(model.terms).toEqual(["(Intercept)", "x"]);
  });

  it("remembers its data without showing it", () => {
    const table = frame(data);
    const model = fitPropensity("t ~ x", table);
    expect(JSON.stringify(model)).not.toContain("frame");
    expect(Object.keys(model)).not.toContain("data");
  });
});
