import { describe, expect, it } from "vitest";
import { toRows } from "../../src/data/select";
import { isLikewiseError } from "../../src/errors/error";
import { recoverTruth } from "../../src/study/recovery";
import { replicationTasks, resolveRecovery } from "../../src/study/recovery-options";
import { ESTIMATORS, replicate } from "../../src/study/recovery-replicate";
import { summariseRecovery } from "../../src/study/recovery-summary";
import { recoveryTable } from "../../src/study/recovery-table";
import type { RecoveryOptions, Replication, ReplicationEstimate } from "../../src/study/recovery-types";
import { runCell } from "../../src/study/run-study";
import { drawPupils } from "../../src/synthetic/pupil-stream";
import { simulateSchools } from "../../src/synthetic/simulate";

const SMALL = {
  scale: 0.15,
  schoolCovariates: ["intake", "fsm"],
} as const satisfies RecoveryOptions;

/** A record in which every estimator has the same numbers. */
function record(replication: number, numbers: { estimate: number; standardError: number; p: number }): Replication {
  const { estimate, standardError, p } = numbers;
  const half = 2 * standardError;
  const estimates = ESTIMATORS.map(
    (estimator): ReplicationEstimate => ({
      estimator,
      reason: null,
      estimate,
      standardError,
      df: 60,
      lower: estimate - half,
      upper: estimate + half,
      p,
      truth: 1,
    }),
  );
  return {
    kind: "replication",
    scenario: "known",
    replication,
    treatedSchools: 1,
    matchedSchools: 1,
    headStart: { pool: 0, matched: 0 },
    estimates,
  };
}

describe("summariseRecovery", () => {
  // Errors −1, 0, 1, 4 with standard errors 1, 1, 2, 1: the third and fourth interval are [−2, 6] and [3, 7].
  const records = [
    record(1, { estimate: 0, standardError: 1, p: 0.5 }),
    record(2, { estimate: 1, standardError: 1, p: 0.04 }),
    record(3, { estimate: 2, standardError: 2, p: 0.06 }),
    record(4, { estimate: 5, standardError: 1, p: 0.001 }),
  ];
  const [row] = summariseRecovery(records);

  it("bias, spread and mean squared error with the Monte Carlo errors of Morris, White & Crowther", () => {
    // Mean error 1, sum of squares about it 4 + 1 + 0 + 9 = 14; squared errors 1, 0, 1, 16: mean 4.5, squares about it 177.
    expect(row.bias).toBe(1);
    expect(row.truth).toBe(1);
    expect(row.estimate).toBe(2);
    expect(row.empiricalSd).toBeCloseTo(Math.sqrt(14 / 3), 14);
    expect(row.biasSe).toBeCloseTo(Math.sqrt(14 / 3 / 4), 14);
    expect(row.empiricalSdSe).toBeCloseTo(Math.sqrt(14 / 3) / Math.sqrt(6), 14);
    expect(row.rmse).toBeCloseTo(Math.sqrt(4.5), 14);
    expect(row.rmseSe).toBeCloseTo(Math.sqrt(177 / 3 / 4) / (2 * Math.sqrt(4.5)), 14);
  });

  it("shares with √(p(1 − p)/R)", () => {
    expect([row.coverage, row.power, row.typeOneError]).toEqual([0.75, 0.5, 0.25]);
    expect(row.coverageSe).toBeCloseTo(Math.sqrt((0.75 * 0.25) / 4), 14);
    expect(row.powerSe).toBeCloseTo(0.25, 14);
    expect(row.typeOneErrorSe).toBe(row.coverageSe);
  });

  it("standard errors against the empirical spread", () => {
    // Squared standard errors 1, 1, 4, 1: mean 1.75, variance 2.25.
    expect(row.meanStandardError).toBeCloseTo(Math.sqrt(1.75), 14);
    expect(row.meanStandardErrorSe).toBeCloseTo(Math.sqrt(2.25 / (4 * 4 * 1.75)), 14);
    expect(row.seRatio).toBeCloseTo(Math.sqrt(1.75 / (14 / 3)), 14);
    expect(row.seRatioSe).toBeCloseTo(row.seRatio * Math.sqrt(2.25 / (4 * 4 * 1.75 ** 2) + 1 / 6), 14);
  });

  it("does not depend on the order of records, and counts those that could not be run", () => {
    const [failing, ...others] = records[0].estimates;
    const reason = "No school was matched.";
    const fifth: Replication = {
      ...records[0],
      replication: 5,
      estimates: [{ estimator: failing.estimator, reason }, ...others],
    };
    const rows = summariseRecovery([fifth, records[2], records[0], records[3], records[1]]);
    expect(rows[0]).toEqual({ ...row, failed: 1 });
    expect(rows.map(({ estimator }) => estimator)).toEqual(ESTIMATORS);
    expect([rows[1].replications, rows[1].failed]).toEqual([5, 0]);
  });

  it("has no spread of a single replication, and nothing of none", () => {
    const [single] = summariseRecovery(records.slice(0, 1));
    expect([single.bias, single.coverage]).toEqual([-1, 1]);
    expect([single.biasSe, single.empiricalSd, single.seRatio]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(summariseRecovery([])).toEqual([]);
  });
});

describe("recoverTruth", () => {
  const seen: number[] = [];
  const recovery = recoverTruth({
    ...SMALL,
    replications: 3,
    scenarios: ["weak selection", { name: "no effect", simulate: { truth: { teaching: { KS2: 0 } } } }],
    onProgress: (done, total) => seen.push(done / total),
  });
  const [weak, none] = ["weak selection", "no effect"].map((name) =>
    recovery.records.filter(({ scenario }) => scenario === name),
  );
  const numbers = (found: Replication, k: number): Extract<ReplicationEstimate, { reason: null }> => {
    const estimate = found.estimates[k];
    if (estimate.reason !== null) throw new Error(estimate.reason);
    return estimate;
  };

  it("gives a row per scenario and estimator, and reports progress", () => {
    expect(recovery.rows).toHaveLength(10);
    expect(recovery.rows.every(({ replications, failed }) => replications === 3 && failed === 0)).toBe(true);
    expect(recovery.rows[3]).toMatchObject({ scenario: "weak selection", estimator: "matched + multilevel" });
    expect(recovery.rows[0].truth).toBeCloseTo(0.45, 12);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6].map((done) => done / 6));
    expect(recovery.failures).toEqual([]);
    expect(recoveryTable(recovery).rows).toHaveLength(10);
  });

  it("without the effect every estimator is lower by just the effect, so that coverage tells the type I error", () => {
    for (const [r, record] of weak.entries()) {
      for (const k of ESTIMATORS.keys()) {
        const [having, lacking] = [numbers(record, k), numbers(none[r], k)];
        expect(having.estimate - lacking.estimate).toBeCloseTo(0.45, 8);
        expect(having.standardError).toBeCloseTo(lacking.standardError, 8);
        expect(lacking.truth).toBe(0);
        expect(lacking.p < 0.05).toBe(lacking.lower > 0 || lacking.upper < 0);
      }
    }
    for (const k of ESTIMATORS.keys())
      expect(recovery.rows[5 + k].power).toBeCloseTo(recovery.rows[5 + k].typeOneError, 12);
  });

  it("repeats the study itself: the recommended effect and the brief's model of runCell", () => {
    const [task] = replicationTasks(resolveRecovery({ ...SMALL, scenarios: ["weak selection"] }));
    const data = simulateSchools({ ...task.scenario.simulate, seed: task.seed, scale: task.scale, years: [2014] });
    const cell = runCell({ data, schoolCovariates: SMALL.schoolCovariates, sensitivity: "none" }, task.cell);
    const { effect, models } = cell.analysis!;
    const brief = models.M3.fixed.find(({ term }) => term === "treated")!;
    expect(numbers(weak[0], 3)).toMatchObject({ estimate: effect.estimate, lower: effect.lower, p: effect.p });
    expect(numbers(weak[0], 4)).toMatchObject({ estimate: brief.estimate, standardError: brief.standardError });
    expect(numbers(weak[0], 3).truth).toBe(cell.truth!.effect);
    expect(weak[0].matchedSchools).toBe(cell.analysis!.schools.treated);
  });

  it("naive is the plain difference in means over Outstanding schools", () => {
    const [task] = replicationTasks(resolveRecovery({ ...SMALL, scenarios: ["weak selection"] }));
    const data = simulateSchools({ ...task.scenario.simulate, seed: task.seed, scale: task.scale, years: [2014] });
    const pool = toRows(data.schools).filter(
      ({ phase, ofsted, role, cohort }) =>
        phase === "primary" && ofsted === "outstanding" && (role === "none" || (role === "teaching" && cohort === 1)),
    );
    const teaching = new Set(pool.filter(({ role }) => role === "teaching").map(({ school }) => school));
    const pupils = toRows(drawPupils(data, { schools: pool.map(({ school }) => String(school)) }));
    const mean = (treated: boolean): number => {
      const own = pupils.filter(({ school, prior }) => teaching.has(school) === treated && prior !== null);
      return own.reduce((sum, { outcome }) => sum + Number(outcome), 0) / own.length;
    };
    expect(numbers(weak[0], 0).estimate).toBeCloseTo(mean(true) - mean(false), 10);
    expect(weak[0].treatedSchools).toBe(teaching.size);
  });

  it("a replication is the same however many there are, and whichever scenario is run beside it", () => {
    const tasks = replicationTasks(
      resolveRecovery({ ...SMALL, replications: 500, scenarios: ["strong selection", "weak selection"] }),
    );
    const task = tasks.find(({ replication, scenario }) => replication === 2 && scenario.name === "weak selection")!;
    expect(replicate(task)).toEqual(weak[1]);
    expect(new Set(tasks.map(({ seed }) => seed)).size).toBe(500);
    expect(tasks.slice(0, 3).map(({ replication }) => replication)).toEqual([1, 1, 2]);
  });

  it("counts what cannot be run, with the reason", () => {
    const failed = recoverTruth({ replications: 2, scale: 0.02, scenarios: ["no selection"] });
    expect(
      failed.rows.every(
        ({ replications, failed: lost, bias }) => replications === 0 && lost === 2 && Number.isNaN(bias),
      ),
    ).toBe(true);
    expect(failed.failures).toHaveLength(5);
    expect(failed.failures[0]).toMatchObject({ scenario: "no selection", estimator: "naive", replications: [1, 2] });
    expect(failed.failures[0].reason).toMatch(/needs at least 5/);
    expect(failed.diagnostics[0].code).toBe("replications-failed");
    expect(failed.diagnostics[0].message).toMatch(/^10 estimates could not be made/);
  });

  it.each<[RecoveryOptions, RegExp]>([
    [{ replications: 1 }, /replications is a whole number of 2 or more, not the number 1/],
    [{ replication: 5 } as RecoveryOptions, /recoverTruth has no option "replication"\. Did you mean "replications"\?/],
    [
      { scenarios: ["week selection" as "weak selection"] },
      /There is no scenario "week selection"\. Did you mean "weak selection"\?/,
    ],
    [{ scenarios: [] }, /scenarios needs at least one/],
    [{ scenarios: ["weak selection", "weak selection"] }, /Two scenarios are called "weak selection"/],
    [{ scenarios: [{ name: "mine", simulate: { seed: 3 } as object }] }, /The scenario "mine" cannot set "seed"/],
    [{ scenarios: [{ name: "mine" } as never] }, /A scenario is a name, or a record/],
    [{ simulate: { icc: { KS2: 0.9 } } }, /icc\.KS2/],
    [{ scale: 2 }, /scale/],
    [{ year: 2015 }, /years/],
    [{ cohort: 4 }, /cohort is 1, 2 or 3/],
    [{ role: "none" as "teaching" }, /roles/],
    [{ schoolCovariates: ["intakes"] }, /no covariate "intakes"\. Did you mean "intake"\?/],
    [{ caliper: -1 }, /caliper/],
    [{ seed: Number.NaN }, /seed/i],
  ])("refuses %j", (options, message) => {
    const run = (): unknown => recoverTruth({ scale: 0.15, ...options });
    expect(run).toThrow(message);
    try {
      run();
    } catch (error) {
      expect(isLikewiseError(error) && error.code).toBe("invalid-argument");
    }
  });

  it("stops where the signal says so", () => {
    const run = (): unknown => recoverTruth({ scale: 0.15, signal: { aborted: true } });
    expect(run).toThrow(expect.objectContaining({ code: "stopped" }));
  });
});
