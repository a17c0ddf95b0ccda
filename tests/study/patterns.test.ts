import { beforeAll, describe, expect, test } from "vitest";
import { runStudy } from "../../src/study/run-study";
import type { GridRow, StudyRole } from "../../src/study/types";
import type { SimulateOptions } from "../../src/synthetic/types";
import { COHORT, COVARIATES, world } from "./world";

const SEEDS = [1, 2, 3];
const TIMEOUT = 60_000;

/** The rows of several seeds: 2012 comes before the designation of February 2013, 2014 after it. */
function rowsOf(roles: readonly StudyRole[], options: SimulateOptions, years = [2012, 2014]): GridRow[] {
  return SEEDS.flatMap((seed) => {
    const data = world({ seed, ...options });
    const base = { schoolCovariates: COVARIATES, keyStages: ["KS2"], cohorts: [COHORT], sensitivity: "none" } as const;
    return [...runStudy({ ...base, data, roles, years }).grid];
  });
}

const of = (rows: readonly GridRow[], role: StudyRole, year: number): GridRow[] => {
  const found = rows.filter((row) => row.role === role && row.year === year);
  expect(found).toHaveLength(SEEDS.length);
  return found;
};

/** Mean estimate over seeds with its Monte Carlo standard error, from the standard errors of the estimates. */
function mean(rows: readonly GridRow[]): { estimate: number; error: number; truth: number } {
  const average = (of: (row: GridRow) => number): number => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  return {
    estimate: average(({ estimate }) => estimate),
    error: Math.sqrt(average(({ standardError }) => standardError ** 2) / rows.length),
    truth: average(({ truth }) => truth),
  };
}

// A difference of more than four Monte Carlo standard errors would be seen once in 15,000 runs of a sound method.
const FOUR = 4;

describe("where designation has an effect", () => {
  let rows: GridRow[];
  beforeAll(() => {
    rows = rowsOf(["teaching"], {});
  }, TIMEOUT);

  test("teaching schools' effects are near the truth", () => {
    const { estimate, error, truth } = mean(of(rows, "teaching", 2014));
    expect(truth).toBeCloseTo(0.45, 10);
    expect(Math.abs(estimate - truth)).toBeLessThan(FOUR * error);
    expect(estimate).toBeGreaterThan(FOUR * error);
  });

  test("their placebo year shows nothing", () => {
    const { estimate, error } = mean(of(rows, "teaching", 2012));
    expect(Math.abs(estimate)).toBeLessThan(FOUR * error);
  });

  test(
    "members show nothing clear",
    () => {
      const members = rowsOf(["alliance member"], {}, [2014]);
      const { estimate, error } = mean(of(members, "alliance member", 2014));
      expect(Math.abs(estimate)).toBeLessThan(FOUR * error);
    },
    TIMEOUT,
  );
});

describe("where designation does nothing but picks schools of unmeasured quality", () => {
  let rows: GridRow[];
  beforeAll(() => {
    rows = rowsOf(["teaching"], { world: "selection" });
  }, TIMEOUT);

  test("the year under study looks like an effect", () => {
    const { estimate, error, truth } = mean(of(rows, "teaching", 2014));
    expect(truth).toBe(0);
    expect(estimate).toBeGreaterThan(FOUR * error);
  });

  test("the placebo year tells: it shows as much", () => {
    const before = mean(of(rows, "teaching", 2012));
    const after = mean(of(rows, "teaching", 2014));
    expect(before.estimate).toBeGreaterThan(FOUR * before.error);
    expect(Math.abs(after.estimate - before.estimate)).toBeLessThan(FOUR * Math.hypot(after.error, before.error));
    expect(of(rows, "teaching", 2012).some(({ reading }) => reading.includes("may not have been alike"))).toBe(true);
  });
});

test("the changes since 2009 to 2011 do not tell the two worlds apart, for the quality hardly shows there", () => {
  const changeOf = (options: SimulateOptions): number => {
    const study = runStudy({
      data: world(options),
      schoolCovariates: COVARIATES,
      roles: ["teaching"],
      keyStages: ["KS2"],
      cohorts: [COHORT],
      years: [2014],
    });
    const { specifications } = study.cells[0].sensitivity!;
    return specifications.find(({ name }) => name === "difference-in-differences")!.lower;
  };
  expect(changeOf({})).toBeGreaterThan(0);
  expect(changeOf({ world: "selection" })).toBeGreaterThan(0);
});

test("an effect in a quarter of the members is diluted to a twentieth of a standard deviation", () => {
  const rows = rowsOf(["alliance member"], { truth: "engagement" }, [2014]);
  const { estimate, error, truth } = mean(of(rows, "alliance member", 2014));
  expect(truth).toBeGreaterThan(0.03);
  expect(truth).toBeLessThan(0.07);
  expect(Math.abs(estimate - truth)).toBeLessThan(FOUR * error);
});
