import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assessBalance } from "../../src/balance/assess";
import type { BalanceMeasures, BalanceRow } from "../../src/balance/types";
import { match } from "../../src/matching/match";
import { createRng } from "../../src/random/rng";
import { covariates, lalonde, specs } from "../matching/lalonde";

const data = lalonde();
const subclassed = match(
  { treated: "treat", score: specs.default.distance, covariates, data },
  { method: "subclass", subclasses: 5 },
);

/** Sums of the same numbers in another order. */
function expectClose(actual: number | null | undefined, expected: number | null | undefined, what: string): void {
  if (typeof expected !== "number" || !Number.isFinite(expected)) expect(actual, what).toEqual(expected);
  else expect(Math.abs((actual as number) - expected) / Math.max(1, Math.abs(expected)), what).toBeLessThan(1e-11);
}

function expectRows(actual: readonly BalanceRow[], expected: readonly BalanceRow[], pairs = true): void {
  expect(actual.map(({ name, kind }) => [name, kind])).toEqual(expected.map(({ name, kind }) => [name, kind]));
  expected.forEach((row, k) => {
    for (const when of ["before", "after"] as const) {
      for (const [key, value] of Object.entries(row[when] ?? {})) {
        if (key === "pairDistance" && !pairs) continue;
        expectClose(actual[k][when]?.[key as keyof BalanceMeasures], value, `${row.name} ${when} ${key}`);
      }
    }
  });
}

describe("subclasses", () => {
  const balance = assessBalance(subclassed, { bySubclass: true });
  const parts = balance.subclasses ?? [];

  it("weigh up to the whole: the ATT's differences by the treated in each", () => {
    expect(parts.map(({ level }) => level)).toEqual(["1", "2", "3", "4", "5"]);
    const treated = parts.map((part) => part.balance.sampleSizes.all.treated);
    expect(treated.reduce((sum, n) => sum + n, 0)).toBe(185);
    balance.rows.forEach((row, k) => {
      for (const key of ["difference", "smd", "meanTreated", "meanControl"] as const) {
        const mean = parts.reduce((sum, part, s) => sum + (treated[s] / 185) * part.balance.rows[k].before[key], 0);
        expectClose(mean, row.after?.[key], `${row.name} ${key}`);
      }
    });
  });

  it("are the table of their units alone, but for the denominator", () => {
    const rows = Array.from(subclassed.subclass as Int32Array).flatMap((set, row) => (set === 3 ? [row] : []));
    const column = (name: string): number[] => {
      const found = data.columns.find((one) => one.name === name);
      return rows.map((row) => (found as unknown as { values: Float64Array }).values[row]);
    };
    const alone = assessBalance({ treated: column("treat"), covariates: { age: column("age"), re74: column("re74") } });
    for (const row of alone.rows) {
      const here = parts[2].balance.rows.find(({ name }) => name === row.name) as BalanceRow;
      for (const key of ["meanTreated", "meanControl", "difference", "varianceRatio", "ecdfMean", "ecdfMax"] as const) {
        expectClose(here.before[key], row.before[key], `${row.name} ${key}`);
      }
      const whole = balance.rows.find(({ name }) => name === row.name) as BalanceRow;
      expectClose(here.before.difference / here.before.smd, whole.before.difference / whole.before.smd, "denominator");
      expect(here.after).toBeNull();
    }
  });
});

describe("clusters", () => {
  it("that are one are the whole, and bring no other numbers with them", () => {
    const plain = assessBalance(subclassed);
    const { clusters, ...whole } = assessBalance(subclassed, { cluster: new Array(614).fill("all") });
    expect(whole).toEqual({ ...plain, clusters: undefined });
    expect(clusters?.parts.map(({ level }) => level)).toEqual(["all"]);
    expectRows(clusters?.parts[0].balance.rows ?? [], plain.rows, false);
    const [part] = clusters?.parts ?? [];
    expect(part.balance.sampleSizes.all).toEqual(plain.sampleSizes.all);
    expectClose(part.balance.sampleSizes.effective.control, plain.sampleSizes.effective.control, "effective");
    clusters?.across.forEach((row, k) => {
      expect(row.after?.smd.min).toBe(row.after?.smd.max);
      expectClose(row.after?.smd.mean, plain.rows[k].after?.smd, "mean");
    });
  });

  it("are the table of their units, with least, mean and largest over them", () => {
    const n = 90;
    const rng = createRng("clusters");
    const region = Array.from({ length: n }, (_, row) => ["north", "south", "west"][row % 3]);
    const treated = Array.from({ length: n }, () => rng.integer(2));
    const x = treated.map((arm) => rng.normal() + arm);
    const weights = treated.map(() => rng.uniform());
    const table = { region, treated, x };
    const balance = assessBalance(
      { treated: "treated", covariates: ["x"], weights, data: table },
      { cluster: "region" },
    );
    const smds = (balance.clusters?.parts ?? []).map(({ level, balance: part }) => {
      const rows = [...region.keys()].filter((row) => region[row] === level);
      const own = <T>(values: readonly T[]): T[] => rows.map((row) => values[row]);
      const alone = assessBalance({ treated: own(treated), covariates: { x: own(x) }, weights: own(weights) });
      for (const key of ["difference", "varianceRatio", "ecdfMean", "ecdfMax"] as const) {
        expectClose(part.rows[0].after?.[key], alone.rows[0].after?.[key], `${level} ${key}`);
      }
      return part.rows[0].after?.smd as number;
    });
    expect(smds.length).toBe(3);
    const across = balance.clusters?.across[0].after?.smd;
    expect(across?.min).toBe(Math.min(...smds));
    expect(across?.max).toBe(Math.max(...smds));
    expectClose(
      across?.mean,
      smds.reduce((sum, smd) => sum + smd / 3, 0),
      "mean",
    );
  });

  it("of one group are named, units in none are passed over, and a lone unit has no variance ratio", () => {
    const balance = assessBalance(
      { treated: [1, 0, 0, 1, 1, 0, 0, 1], covariates: { x: [1, 2, 3, 4, 5, 6, 7, 8] } },
      { cluster: ["a", "a", "a", "b", "b", null, "c", "c"] },
    );
    expect(balance.clusters?.parts.map(({ level }) => level)).toEqual(["a", "c"]);
    expect(balance.diagnostics).toMatchObject([{ code: "no-overlap", details: { levels: ["b"] } }]);
    expect(balance.clusters?.parts[0].balance.rows[0].before.varianceRatio).toBeNaN();
    expect(balance.clusters?.parts[0].balance.rows[0].before.difference).toBe(-1.5);
  });
});

describe("what must not change a table", () => {
  const many = fc.array(
    fc.record({
      treated: fc.integer({ min: 0, max: 1 }),
      weight: fc.constantFrom(0.25, 1, 2, 3.7),
      // Below 1e-100 the interaction x² leaves the range of doubles, and no standard deviation is left to compare.
      x: fc.oneof(
        fc.integer({ min: -3, max: 3 }),
        fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((x) => (Math.abs(x) < 1e-100 ? 0 : x)),
      ),
      b: fc.integer({ min: 0, max: 1 }),
      cluster: fc.constantFrom("p", "q"),
    }),
    { minLength: 6, maxLength: 60 },
  );
  const hasBoth = (units: readonly { treated: number }[]): boolean =>
    units.filter(({ treated }) => treated === 1).length > 1 && units.filter(({ treated }) => treated === 0).length > 1;

  it("the order of the rows and the scale of each group's weights, with interactions and clusters", () => {
    fc.assert(
      fc.property(many.filter(hasBoth), fc.integer({ min: 1, max: 1e6 }), (units, seed) => {
        const assess = (rows: typeof units, scale: readonly number[]): ReturnType<typeof assessBalance> =>
          assessBalance(
            {
              treated: rows.map((u) => u.treated),
              covariates: { x: rows.map((u) => u.x), b: rows.map((u) => u.b) },
              weights: rows.map((u) => u.weight * scale[u.treated]),
            },
            { interactions: true, cluster: rows.map((u) => u.cluster) },
          );
        const order = [...createRng(seed).shuffle(Int32Array.from(units, (_, i) => i))];
        const plain = assess(units, [1, 1]);
        // Powers of two scale without rounding; tied values may be summed in another order.
        const others = [
          assess(
            order.map((i) => units[i]),
            [1, 1],
          ),
          assess(units, [4, 0.5]),
        ];
        for (const other of others) {
          for (const [k, row] of plain.rows.entries()) {
            for (const key of ["smd", "ecdfMean", "ecdfMax"] as const) {
              const [here, there] = [row.after?.[key] as number, other.rows[k].after?.[key] as number];
              if (Number.isFinite(here) && Math.abs(here) < 1e6) {
                expect(Math.abs(here - there)).toBeLessThan(1e-9 * Math.max(1, Math.abs(here)));
              }
            }
          }
          const levels = (balance: typeof plain): string[] => (balance.clusters?.parts ?? []).map(({ level }) => level);
          expect(levels(other).sort()).toEqual(levels(plain).sort());
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("the walk through sorted buckets", () => {
  /** F₁ − F₀ at each distinct value, by a comparison sort. */
  function byComparison(x: Float64Array, treated: Uint8Array): [number, number] {
    const order = [...x.keys()].sort((a, b) => x[a] - x[b]);
    const size = [0, 0];
    for (const arm of treated) size[arm]++;
    const passed = [0, 0];
    const gaps: number[] = [];
    order.forEach((row, i) => {
      passed[treated[row]]++;
      if (i + 1 === order.length || x[order[i + 1]] !== x[row])
        gaps.push(Math.abs(passed[1] / size[1] - passed[0] / size[0]));
    });
    return [gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length, Math.max(...gaps)];
  }

  const n = 40_000;
  const rng = createRng("walk");
  const treated = Uint8Array.from({ length: n }, () => rng.integer(2));
  const shapes: Record<string, (row: number) => number> = {
    "normal values": () => rng.normal(),
    "few values": () => rng.integer(7),
    "log-normal values": () => Math.exp(3 * rng.normal()),
    "values over 600 orders of magnitude": () => 10 ** (600 * rng.uniform() - 300) * (rng.integer(2) - 0.5),
    "mostly zeros with a far tail": () => (rng.uniform() < 0.9 ? 0 : Math.exp(20 * rng.uniform())),
    "neighbouring doubles and one far away": (row) => (row === 0 ? 1e300 : 1 + rng.integer(1000) * 2 ** -52),
    "the whole range of doubles": () => (2 * rng.uniform() - 1) * Number.MAX_VALUE,
    "zeros of both signs": () => [0, -0, 1e-320, -1e-320, 2][rng.integer(5)],
    "sorted values": (row) => row,
    "values from the top down": (row) => -row / 3,
  };
  for (const [what, of] of Object.entries(shapes)) {
    it(what, () => {
      const x = Float64Array.from({ length: n }, (_, row) => of(row));
      const { ecdfMean, ecdfMax } = assessBalance({ treated, covariates: { x } }).rows[0].before;
      const [mean, max] = byComparison(x, treated);
      expect(Math.abs(ecdfMean - mean)).toBeLessThan(1e-12);
      expect(Math.abs(ecdfMax - max)).toBeLessThan(1e-12);
    });
  }
});
