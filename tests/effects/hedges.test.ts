import { describe, expect, it } from "vitest";
import { render } from "../../src/display/render";
import { hedgesG, hedgesTable, type StandardisedEffect, standardiseEffect } from "../../src/effects/hedges";
import { fitMixed } from "../../src/multilevel/fit";
import { errorOf, referenceFrame, worst } from "../helpers/reference";

// Hedges' formulas as the Education Endowment Foundation's analyses report them: 22 schools, published to four digits.
const arms = {
  treated: Float64Array.of(13, 33, 30, 15, 5, 24, 14, 8, 1, 1),
  control: Float64Array.of(30, 12, 4, 11, 16, 9, 21, 6, 4, 2, 5, 1),
};
const digits = ({ estimate, lower, upper }: StandardisedEffect): string[] =>
  [estimate, lower, upper].map((value) => value.toFixed(4));

describe("the worked check", () => {
  it("conditional: variances of the fitted model", () => {
    const { within, total } = standardiseEffect(3.10971, { group: 5.67372, residual: 14.7794 }, arms);
    expect(digits(within)).toEqual(["0.8089", "0.1018", "1.5160"]);
    expect(digits(total)).toEqual(["0.6739", "0.0699", "1.2779"]);
  });

  it("unconditional: variances of the empty model", () => {
    const { within, total } = standardiseEffect(3.10971, { group: 6.59187, residual: 19.66443 }, arms);
    expect(digits(within)).toEqual(["0.7013", "0.0354", "1.3672"]);
    expect(digits(total)).toEqual(["0.5959", "0.0178", "1.1741"]);
  });
});

describe("groups of one size", () => {
  // Hedges (2007) for m_T + m_C schools of n pupils each.
  it("has the shorter formulas of the paper", () => {
    const [n, mT, mC, beta, group, residual] = [12, 7, 9, 0.4, 0.3, 1.1];
    const [nT, nC] = [mT * n, mC * n];
    const all = nT + nC;
    const rho = group / (group + residual);
    const { within, total } = standardiseEffect(
      beta,
      { group, residual },
      { treated: new Float64Array(mT).fill(n), control: new Float64Array(mC).fill(n) },
    );
    const d = beta / Math.sqrt(group + residual);
    const g = d * Math.sqrt(1 - (2 * (n - 1) * rho) / (all - 2));
    const sampling = (all / (nT * nC)) * (1 + (n - 1) * rho);
    const spread = (all - 2) * (1 - rho) ** 2 + n * (all - 2 * n) * rho ** 2 + 2 * (all - 2 * n) * rho * (1 - rho);
    const variance = sampling + (g * g * spread) / (2 * (all - 2) * (all - 2 - 2 * (n - 1) * rho));
    expect(worst([total.estimate, total.standardError], [g, Math.sqrt(variance)])).toBeLessThan(1e-14);
    const w = beta / Math.sqrt(residual);
    const withinVariance = sampling / (1 - rho) + (w * w) / (2 * (all - mT - mC));
    expect(worst([within.estimate, within.standardError], [w, Math.sqrt(withinVariance)])).toBeLessThan(1e-14);
  });

  it("without variance between groups both are the plain g", () => {
    const plain = standardiseEffect(0.5, { group: 0, residual: 4 }, arms);
    expect(plain.within.estimate).toBe(0.25);
    expect(plain.total.estimate).toBe(0.25);
    const [nT, nC] = [144, 121];
    const variance = (nT + nC) / (nT * nC) + 0.25 ** 2 / (2 * (nT + nC - 2));
    expect(worst([plain.total.standardError], [Math.sqrt(variance)])).toBeLessThan(1e-14);
  });
});

describe("of a model", () => {
  const pupils = referenceFrame("hsb-joined.csv");
  const model = fitMixed("mathach ~ ses + catholic + (1 | school)", pupils);
  const sizes = hedgesG(model, { treatment: "catholic" });

  it("takes β and the variances from the model, the others from the empty model of its rows", () => {
    const effect = model.coefficients[2];
    expect(sizes.effect).toBe(effect);
    expect(sizes.conditional.within.estimate).toBe(effect / Math.sqrt(model.variances.residual));
    const empty = fitMixed("mathach ~ 1 + (1 | school)", pupils);
    const within = effect / Math.sqrt(empty.variances.residual);
    expect(worst([sizes.unconditional.within.estimate], [within])).toBeLessThan(1e-9);
  });

  it("counts schools and pupils by arm", () => {
    expect(sizes.arms).toEqual({ treated: { groups: 70, pupils: 3543 }, control: { groups: 90, pupils: 3642 } });
  });

  it("changes sign with the coding, and not with the outcome's units", () => {
    const values = (name: string): Float64Array => {
      const column = pupils.columns.find((entry) => entry.name === name)!;
      return "values" in column ? column.values : new Float64Array(0);
    };
    const other = {
      school: values("school"),
      ses: values("ses"),
      public: values("catholic").map((value) => 1 - value),
      score: values("mathach").map((value) => 7 * value - 100),
    };
    const turned = hedgesG(fitMixed("score ~ ses + public + (1 | school)", other), { treatment: "public" });
    for (const kind of ["conditional", "unconditional"] as const) {
      for (const by of ["within", "total"] as const) {
        const [a, b] = [turned[kind][by], sizes[kind][by]];
        expect(worst([-a.estimate, a.standardError, -a.upper], [b.estimate, b.standardError, b.lower])).toBeLessThan(
          1e-9,
        );
      }
    }
  });

  it("frequency weights count as pupils", () => {
    const column = pupils.columns.find((entry) => entry.name === "mathach")!;
    const twice = fitMixed("mathach ~ ses + catholic + (1 | school)", pupils, {
      weights: { pupils: new Float64Array("values" in column ? column.values.length : 0).fill(2), kind: "frequency" },
    });
    expect(hedgesG(twice, { treatment: "catholic" }).arms.treated).toEqual({ groups: 70, pupils: 7086 });
  });

  it("prints four rows with the arms below", () => {
    const text = render(hedgesTable(sizes), "text");
    expect(text).toContain("total, unconditional");
    expect(text).toContain("3,543 pupils in 70 groups");
  });
});

describe("bad input", () => {
  const data = {
    school: ["a", "a", "b", "b", "c", "c", "d", "d", "e", "e"],
    treated: [0, 0, 0, 0, 1, 1, 1, 1, 0, 0],
    one: [1, 1, 0, 0, 0, 0, 0, 0, 0, 0],
    x: [0, 1, 1, 0, 1, 0, 0, 1, 1, 1],
    score: [8, 10, 7, 11, 13, 15, 12, 13, 9, 8],
    w: [1, 2, 1, 2, 1, 2, 1, 2, 1, 2],
    omega: [1, 1, 2, 2, 1, 1, 2, 2, 1, 1],
  };
  const g = (formula: string, treatment: string, options = {}) =>
    errorOf(() => hedgesG(fitMixed(formula, data, options), { treatment }));

  it("one treated school", () => {
    const error = g("score ~ one + (1 | school)", "one");
    expect(error.code).toBe("too-few-groups");
    expect(error.message).toContain("the treated arm has 1 group");
  });

  it("a treatment that varies within schools, one that is no treatment, one that is not there", () => {
    expect(g("score ~ x + (1 | school)", "x").code).toBe("not-binary");
    expect(g("score ~ within(x, school) + (1 | school)", "within(x, school)").message).toContain(
      "varies within groups of school",
    );
    expect(g("score ~ treated + (1 | school)", "treatd").message).toContain('Did you mean "treated"?');
  });

  it.each([
    ["precision", { pupils: "w" }],
    ["sampling", { pupils: "w", kind: "sampling" }],
    ["school", { schools: "omega" }],
  ])("%s weights", (kind, weights) => {
    expect(g("score ~ treated + (1 | school)", "treated", { weights }).message).toContain(
      `does not exist with ${kind} weights`,
    );
  });
});
