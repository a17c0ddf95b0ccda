import { describe, expect, it } from "vitest";
import { assessBalance } from "../../src/balance/assess";
import type { BalanceOptions } from "../../src/balance/types";
import { match } from "../../src/matching/match";
import { fitPropensity } from "../../src/propensity/fit";
import { balanceEntropy } from "../../src/weighting/balance-entropy";
import { weigh } from "../../src/weighting/weigh";
import { errorOf, referenceJson } from "../helpers/reference";
import { covariates, lalonde } from "../matching/lalonde";

const data = lalonde();
const formula = "treat ~ age + educ + race + married + nodegree + re74 + re75";
const units = { treated: [1, 1, 1, 0, 0, 0, 0], covariates: { x: [1, 2, 4, 3, 5, 9, 1], b: [1, 0, 1, 0, 0, 1, 0] } };

/** 1e-9: R sums in extended precision and in another order. A difference is as exact as the means it is of. */
function expectNear(actual: number | null | undefined, expected: number | null, scale: number, what: string): void {
  if (expected === null) expect(actual, what).toBeNull();
  else expect(Math.abs((actual as number) - expected) / Math.max(scale, Math.abs(expected)), what).toBeLessThan(1e-9);
}

interface ReferenceMeasures {
  readonly meanTreated: number;
  readonly meanControl: number;
  readonly difference: number;
  readonly smd: number;
  readonly varianceRatio: number | null;
  readonly ks: number;
}

interface ReferenceCase {
  readonly name: string;
  readonly weights: number[];
  readonly cluster: string | null;
  readonly denominator: "treated" | "control" | "pooled" | "all" | "weighted";
  readonly rows: Record<string, { before: ReferenceMeasures; after: ReferenceMeasures }>;
}

describe("against the formulas of cobalt's manual, computed in base R", () => {
  for (const { name, weights, denominator, rows } of referenceJson<ReferenceCase[]>("balance.json")) {
    it(name, () => {
      const balance = assessBalance(
        { treated: "treat", covariates, weights, data },
        { interactions: true, sdDenominator: denominator, style: "cobalt" },
      );
      expect(balance.rows.map((row) => row.name).sort()).toEqual(Object.keys(rows).sort());
      for (const row of balance.rows) {
        for (const when of ["before", "after"] as const) {
          const { ks, ...expected } = rows[row.name][when];
          for (const [key, value] of Object.entries(expected)) {
            const scale = key === "difference" ? Math.abs(expected.meanTreated) : 1e-3;
            expectNear(row[when]?.[key as keyof typeof expected], value, scale, `${row.name} ${when} ${key}`);
          }
          expectNear(row[when]?.ecdfMax, ks, 1e-3, `${row.name} ${when} KS`);
        }
      }
    });
  }
});

describe("weights as the subject", () => {
  const model = fitPropensity(formula, data);
  for (const estimand of ["ATE", "ATT", "ATC", "overlap", "matching"] as const) {
    it(`are compared with all rows, the score first: ${estimand}`, () => {
      const weights = weigh(model, { estimand });
      const balance = assessBalance(weights);
      const byHand = assessBalance({
        treated: "treat",
        covariates,
        weights: weights.weights,
        score: model.scores,
        estimand,
        data,
      });
      expect(balance.rows).toEqual(byHand.rows);
      expect(balance.rows[0].kind).toBe("distance");
      expect(balance.options.sdDenominator).toBe({ ATT: "treated", ATC: "control" }[estimand as string] ?? "pooled");
      expect(balance.sampleSizes).toMatchObject({
        all: { treated: 185, control: 429 },
        effective: weights.counts.effective,
        discarded: { treated: 0, control: 0 },
      });
    });
  }

  it("balance what they were made to balance", () => {
    const overlap = assessBalance(weigh(model, { estimand: "overlap" }));
    expect(overlap.maxAbsSmd.after).toBeLessThan(1e-8);
    const entropy = assessBalance(balanceEntropy(formula, data, { estimand: "ATT" }), { interactions: true });
    expect(entropy.rows.every((row) => row.kind !== "distance")).toBe(true);
    for (const row of entropy.rows.slice(0, 9)) expect(Math.abs(row.after?.smd ?? 1)).toBeLessThan(1e-9);
  });

  it("leave incomplete rows out on both sides, and count the trimmed as discarded", () => {
    const table = { t: [1, 1, 1, 0, 0, 0, 0, 1, 0], x: [1, 2, 3, 2, 1, 3, 1, null, 1], z: [1, 2, 3, 4, 5, 6, 7, 8, 9] };
    const weights = weigh(fitPropensity("t ~ x", table), {
      estimand: "ATE",
      trim: { type: "trim", bounds: [0.1, 0.5] },
    });
    const { sampleSizes, rows } = assessBalance(weights, { covariates: ["z"] });
    expect(rows[1].before.meanTreated).toBe(2);
    expect(sampleSizes.discarded).toEqual(weights.counts.trimmed);
    expect(sampleSizes.all).toEqual({ treated: 3, control: 5 });
    const { all, matched, unmatched, discarded } = sampleSizes;
    expect(matched.control + unmatched.control + discarded.control).toBe(all.control);
  });
});

describe("squares and products", () => {
  it("leave out squares of binaries and products within a factor", () => {
    const { rows } = assessBalance(
      {
        treated: [1, 0, 1, 0],
        covariates: { a: [1, 2, 3, 4], f: ["x", "y", "x", "z"], b: [1, 0, null, 0], c: [5, 5, 6, 8] },
      },
      { interactions: true },
    );
    const names = rows.map((row) => row.name);
    expect(names).toEqual([
      ...["a", "fx", "fy", "fz", "b", "c", "a²", "c²"],
      ...["a * fx", "a * fy", "a * fz", "a * b", "a * c"],
      ...["fx * b", "fx * c", "fy * b", "fy * c", "fz * b", "fz * c", "b * c"],
    ]);
    expect(rows[names.indexOf("a * c")].before).toMatchObject({ meanTreated: 11.5, meanControl: 21 });
    expect(rows[names.indexOf("fx * b")]).toMatchObject({ kind: "binary", variable: "fx * b", level: null });
    expect(rows[names.indexOf("a * b")].before.meanTreated).toBe(1);
  });

  it("stay out of the score, and refuse to overflow in silence", () => {
    const result = match(
      { treated: [1, 0], score: [1, 2], covariates: ["x"], data: { x: [3, 4] } },
      { method: "nearest" },
    );
    expect(assessBalance(result, { interactions: true }).rows.map((row) => row.name)).toEqual(["distance", "x", "x²"]);
    const error = errorOf(() =>
      assessBalance({ treated: [1, 0], covariates: { x: [1e200, 1] } }, { interactions: true }),
    );
    expect([error.code, error.message.includes("x²")]).toEqual(["non-finite", true]);
  });
});

describe("thresholds and improvements", () => {
  const weights = [1, 1, 1, 1, 2, 0, 1];

  it("judge each row and count, the score apart", () => {
    const balance = assessBalance(
      { ...units, weights, score: [9, 9, 8, 1, 2, 1, 1] },
      { thresholds: { smd: 0.2, varianceRatio: 2, ecdfMax: 0.3, pairDistance: 1 } },
    );
    for (const { measure, threshold, before, after } of balance.tallies) {
      for (const [when, tally] of [
        ["before", before],
        ["after", after],
      ] as const) {
        const judged = balance.rows.slice(1).flatMap((row) => {
          const value = row[when]?.[measure] ?? null;
          if (value === null) return [];
          const size = measure === "varianceRatio" ? Math.max(value, 1 / value) : Math.abs(value);
          expect(row.beyond[when]?.includes(measure)).toBe(size > threshold);
          return [{ name: row.name, value, size }];
        });
        expect(tally?.unbalanced).toBe(judged.filter(({ size }) => size > threshold).length);
        expect((tally?.balanced ?? 0) + (tally?.unbalanced ?? 0)).toBe(judged.length);
        const most = Math.max(...judged.map(({ size }) => size));
        const worst = judged.find(({ size }) => size === most);
        expect(tally?.worst).toEqual(worst === undefined ? null : { name: worst.name, value: worst.value });
      }
    }
    expect(balance.tallies.map(({ measure }) => measure)).toEqual(["smd", "varianceRatio", "ecdfMax", "pairDistance"]);
  });

  it("judge the raw difference of binaries where that is the convention", () => {
    // Shares 2/3 and 1/4, standard deviation √2/3: 5/12 raw, 0.88 standardised.
    const judged = (options: BalanceOptions): unknown =>
      assessBalance(units, { ...options, thresholds: { smd: 0.5 } }).rows[1].beyond.before;
    expect(judged({ style: "cobalt" })).toEqual([]);
    expect(judged({ style: "cobalt", binary: "standardised" })).toEqual(["smd"]);
    expect(judged({})).toEqual(["smd"]);
    expect(judged({ binary: "raw" })).toEqual([]);
  });

  it("improve by MatchIt's formula", () => {
    const [x, b] = assessBalance({ ...units, weights }).rows;
    const log = (ratio: number | null | undefined): number => Math.abs(Math.log(ratio as number));
    expect(x.improvement?.smd).toBeCloseTo(100 * (1 - Math.abs(x.after?.smd ?? 0) / Math.abs(x.before.smd)), 10);
    expect(x.improvement?.varianceRatio).toBeCloseTo(
      100 * (1 - log(x.after?.varianceRatio) / log(x.before.varianceRatio)),
      10,
    );
    expect(b.improvement?.varianceRatio).toBeNull();
    const exact = { treated: [1, 1, 0, 0, 0], covariates: { x: [1, 2, 1, 2, 1.5] } };
    expect(assessBalance({ ...exact, weights: [1, 1, 1, 1, 1] }).rows[0].improvement?.smd).toBe(0);
    expect(assessBalance({ ...exact, weights: [1, 1, 1, 2, 1] }).rows[0].improvement?.smd).toBe(
      Number.NEGATIVE_INFINITY,
    );
    expect(assessBalance(exact).rows[0].improvement).toBeNull();
  });
});

describe("refuses", () => {
  const cases: readonly [string, string, () => unknown][] = [
    ["an unknown style", '"cobalt"', () => assessBalance(units, { style: "R" as never })],
    ["an unknown denominator", "sdDenominator", () => assessBalance(units, { sdDenominator: "hedges" as never })],
    ["interactions of another kind", "interactions", () => assessBalance(units, { interactions: 2 as never })],
    ["an unknown threshold", 'no option "vr"', () => assessBalance(units, { thresholds: { vr: 2 } as never })],
    ["a variance ratio below 1", "from 1", () => assessBalance(units, { thresholds: { varianceRatio: 0.5 } })],
    ["a negative threshold", "from 0", () => assessBalance(units, { thresholds: { smd: -1 } })],
    ["subclasses where there are none", "bySubclass", () => assessBalance(units, { bySubclass: true })],
    ["clusters by name without data", "data", () => assessBalance(units, { cluster: "region" })],
    ["clusters of another length", "2 values", () => assessBalance(units, { cluster: ["a", "b"] })],
    ["another result", "a match, weights", () => assessBalance({ kind: "effect" } as never)],
    [
      "overlap weights from subclasses",
      '"overlap"',
      () => assessBalance({ ...units, subclass: [1, 1, 1, 1, 1, 1, 1], estimand: "overlap" }),
    ],
  ];
  for (const [what, words, call] of cases) it(what, () => expect(errorOf(call).message).toContain(words));
});

describe("sdDenominator", () => {
  it("is the estimand's by default", () => {
    for (const [estimand, denominator] of [
      ["ATT", "treated"],
      ["ATC", "control"],
      ["ATE", "pooled"],
    ] as const) {
      const chosen = assessBalance({ ...units, estimand });
      expect(chosen.rows).toEqual(assessBalance(units, { sdDenominator: denominator }).rows);
    }
  });
});
