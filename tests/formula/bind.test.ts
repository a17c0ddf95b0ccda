import { describe, expect, it } from "vitest";
import { frame } from "../../src/data/frame";
import { bindFormula } from "../../src/formula/bind";
import { buildDesign } from "../../src/formula/design";

const pupils = frame(
  {
    score: [4, 8, 6, 2, 10],
    ses: [1, 2, 3, 4, 10],
    race: ["white", "black", "hispan", "black", "white"],
    band: ["mid", "low", "mid", "low", "mid"],
    treated: [true, false, false, true, false],
    year: [2012, 2009, 2012, 10, 10],
    school: ["b", "a", "b", "a", "b"],
  },
  { levels: { band: ["mid", "low", "high"] } },
);

describe("levels", () => {
  it("text is sorted by code units, a factor keeps its order and unseen levels", () => {
    const bound = bindFormula("score ~ race + band", pupils);
    expect(bound.variables.map((variable) => variable.levels)).toEqual([
      ["black", "hispan", "white"],
      ["mid", "low", "high"],
    ]);
    expect(bound.columns).toEqual(["(Intercept)", "racehispan", "racewhite", "bandlow", "bandhigh"]);
    expect([...buildDesign(bound, pupils).x[4]]).toEqual([0, 0, 0, 0, 0]);
    expect(bindFormula("~ t", { t: ["é", "Z", "a"] }).variables[0].levels).toEqual(["Z", "a", "é"]);
  });

  it("factor() sorts numbers by value, drops unseen levels, keeps a factor's order", () => {
    expect(bindFormula("~ factor(year)", pupils).variables[0].levels).toEqual(["10", "2009", "2012"]);
    expect(bindFormula("~ factor(band)", pupils).variables[0].levels).toEqual(["mid", "low"]);
    expect(bindFormula("~ factor(treated)", pupils).columns[1]).toBe("factor(treated)TRUE");
    expect(bindFormula("~ factor(ses > 2)", pupils).columns[1]).toBe("factor(ses > 2)TRUE");
    expect(bindFormula("~ as.factor(race)", pupils).columns[1]).toBe("as.factor(race)hispan");
  });

  it("a level that only incomplete rows have is none, as in R", () => {
    const data = { y: [1, 2, 3, null], t: ["a", "b", "a", "c"] };
    expect(bindFormula("y ~ t", data).variables[0].levels).toEqual(["a", "b"]);
    expect(bindFormula("y ~ factor(t)", data).variables[0].levels).toEqual(["a", "b", "c"]);
  });
});

describe("reference", () => {
  it("moves the chosen level first", () => {
    const bound = bindFormula("score ~ race * treated", pupils, { reference: { race: "white", treated: "TRUE" } });
    expect(bound.columns).toEqual([
      "(Intercept)",
      "raceblack",
      "racehispan",
      "treatedFALSE",
      "raceblack:treatedFALSE",
      "racehispan:treatedFALSE",
    ]);
    const { x } = buildDesign(bound, pupils);
    expect([...x[1]]).toEqual([0, 1, 0, 1, 0]);
    expect([...x[3]]).toEqual([0, 1, 1, 0, 1]);
  });

  it("is named by the column or by the label", () => {
    for (const key of ["year", "factor(year)"]) {
      const bound = bindFormula("~ factor(year)", pupils, { reference: { [key]: "2012" } });
      expect(bound.columns).toEqual(["(Intercept)", "factor(year)10", "factor(year)2009"]);
    }
  });
});

describe("contrasts (R: model.matrix with race in black, hispan, white and treated logical)", () => {
  it.each([
    ["~ 0 + race", ["raceblack", "racehispan", "racewhite"]],
    ["~ 0 + ses + race", ["ses", "raceblack", "racehispan", "racewhite"]],
    ["~ ses:race", ["(Intercept)", "ses:raceblack", "ses:racehispan", "ses:racewhite"]],
    ["~ ses + ses:race", ["(Intercept)", "ses", "ses:racehispan", "ses:racewhite"]],
    [
      "~ race + race:treated",
      [
        "(Intercept)",
        "racehispan",
        "racewhite",
        "raceblack:treatedTRUE",
        "racehispan:treatedTRUE",
        "racewhite:treatedTRUE",
      ],
    ],
    [
      "~ treated:race",
      [
        "(Intercept)",
        "treatedFALSE:raceblack",
        "treatedTRUE:raceblack",
        "treatedFALSE:racehispan",
        "treatedTRUE:racehispan",
        "treatedFALSE:racewhite",
        "treatedTRUE:racewhite",
      ],
    ],
    ["~ 0 + treated + race", ["treatedFALSE", "treatedTRUE", "racehispan", "racewhite"]],
  ])("%s", (formula, columns) => {
    expect(bindFormula(formula, pupils).columns).toEqual(columns);
  });

  it("the coding is kept with the term", () => {
    const { terms } = bindFormula("~ race + race:treated", pupils);
    expect(terms[1]).toMatchObject({ label: "race:treated", variables: [0, 1], coding: ["full", "treatment"] });
  });
});

describe("what is bound", () => {
  it("is plain data: through JSON it gives the same design", () => {
    const bound = bindFormula(
      "log(score) ~ poly(ses, 2) * race + scale(ses) + I(race == 'black') + (1 | school)",
      pupils,
    );
    const copy = JSON.parse(JSON.stringify(bound));
    expect(copy).toEqual(bound);
    expect(buildDesign(copy, pupils)).toEqual(buildDesign(bound, pupils));
  });

  it("has the means over complete rows as centres, 0 for the intercept, the response last", () => {
    const data = { y: [1, 2, 6, 100], x: [2, 4, 6, null], t: ["a", "b", "b", "a"], flag: [true, true, false, true] };
    expect(bindFormula("y ~ x + t + x:t + flag", data).centres).toEqual([0, 4, 2 / 3, 2 / 3, 10 / 3, 3]);
    expect(bindFormula("flag ~ 0 + x", data).centres).toEqual([4, 2 / 3]);
    expect(bindFormula("t ~ x", data).centres).toEqual([0, 4, 0]);
    expect(bindFormula("~ x", data).centres).toEqual([0, 4, 0]);
  });

  it("centres do not depend on how rows fall into blocks, and stay finite", () => {
    const n = 10_000;
    const x = Float64Array.from({ length: n }, (_, i) => (i % 7 === 0 ? Number.NaN : i));
    const known = [...x].filter((value) => !Number.isNaN(value));
    const [, centre] = bindFormula("~ x", { x }).centres!;
    expect(centre).toBeCloseTo(known.reduce((sum, value) => sum + value, 0) / known.length, 9);
    expect(bindFormula("~ x", { x: [1.5e308, 1.5e308] }).centres).toEqual([0, 0, 0]);
  });

  it("keeps the response's kind", () => {
    expect(bindFormula("race ~ ses", pupils).response).toMatchObject({
      kind: "factor",
      levels: ["black", "hispan", "white"],
    });
    expect(bindFormula("treated ~ ses", pupils).response?.kind).toBe("logical");
    expect(bindFormula("score > 5 ~ ses", pupils).response).toMatchObject({ kind: "logical", label: "score > 5" });
    expect(bindFormula("~ ses", pupils).response).toBeNull();
  });

  it("random terms stand beside the fixed part", () => {
    const bound = bindFormula("score ~ ses + (1 | school)", pupils);
    expect(bound.randomTerms).toEqual([
      { effects: "1", groups: ["school"], uncorrelated: false, label: "(1 | school)" },
    ]);
    expect(bound.columns).toEqual(["(Intercept)", "ses"]);
  });
});

describe("a schema", () => {
  const schema = {
    columns: {
      score: "number",
      ses: "number",
      treated: "logical",
      school: "text",
      race: { levels: ["black", "hispan", "white"] },
      year: { levels: ["10", "2009", "2012"] },
    },
  } as const;
  const formula = "score ~ ses * race + treated + factor(year) + poly(ses, 2, raw = TRUE) + (1 | school)";

  it("binds to the same columns as the data, without centres", () => {
    const bound = bindFormula(formula, schema);
    const seen = bindFormula(formula, pupils);
    expect(bound.centres).toBeNull();
    expect({ ...bound, centres: seen.centres }).toEqual(seen);
    expect(buildDesign(bound, pupils)).toEqual(buildDesign(seen, pupils));
  });

  it("is told from a table with a column called columns", () => {
    expect(bindFormula("~ columns", { columns: [1, 2, 3] }).columns).toEqual(["(Intercept)", "columns"]);
  });
});
