import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fail, isLikewiseError } from "../../src/errors/error";
import { toJson } from "../../src/json";
import { recoverTruthInWorkers } from "../../src/node/parallel-recovery";
import { runStudyInWorkers } from "../../src/node/parallel-study";
import { plainError, raise } from "../../src/node/plain-error";
import { shareOut } from "../../src/node/workers";
import { recoverTruth } from "../../src/study/recovery";
import type { RecoveryOptions } from "../../src/study/recovery-types";
import { runStudy } from "../../src/study/run-study";
import type { StudyOptions } from "../../src/study/settings";
import { drawPupils } from "../../src/synthetic/pupil-stream";
import { simulateSchools } from "../../src/synthetic/simulate";

const SMALL: RecoveryOptions = {
  replications: 2,
  scale: 0.15,
  scenarios: ["no selection", "weak selection"],
  schoolCovariates: ["intake"],
};

const folder = mkdtempSync(join(tmpdir(), "likewise-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a promise is refused with. */
async function refusal(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("recoverTruthInWorkers", () => {
  const alone = recoverTruth(SMALL);

  it("gives the same numbers on two threads", async () => {
    expect(await recoverTruthInWorkers(SMALL, { threads: 2 })).toEqual(alone);
  });

  it("on one thread goes on from what is in the file, drops a line that broke off, and comes to the same", async () => {
    const path = join(folder, "resumed.jsonl");
    const signal = { aborted: false };
    const onProgress = (done: number): void => {
      signal.aborted = done === 3;
    };
    const stopped = await refusal(
      recoverTruthInWorkers({ ...SMALL, signal, onProgress }, { threads: 1, resume: path }),
    );
    expect(stopped).toMatchObject({ code: "stopped" });
    expect((stopped as Error).message).toBe(
      `The recovery was stopped before it was done, after 3 of 4 studies, which "${path}" keeps: the same again goes on from there.`,
    );
    const lines = readFileSync(path, "utf8").split("\n");
    // The beginning, three replications or one more that came while stopping, and the end of the last line.
    expect(lines.length).toBeGreaterThanOrEqual(5);
    writeFileSync(path, `${lines.slice(0, 3).join("\n")}\n${lines[3].slice(0, 100)}`);
    const counts: number[] = [];
    const resumed = await recoverTruthInWorkers(
      { ...SMALL, onProgress: (done) => counts.push(done) },
      { threads: 1, resume: path },
    );
    expect(counts).toEqual([3, 4]);
    expect(resumed.rows).toEqual(alone.rows);
    expect(resumed.records).toEqual(alone.records);
    expect(resumed.diagnostics[0]).toMatchObject({ code: "record-truncated", details: { path, line: 4 } });
    expect(resumed.diagnostics[0].message).toMatch(/broke off within line 4/);
    // Whole now: nothing is run, so no thread is started.
    expect(await recoverTruthInWorkers(SMALL, { resume: path })).toEqual(alone);
    expect(readFileSync(path, "utf8").split("\n")).toHaveLength(6);
  });

  it("refuses a file of other options, of something else, and a line that is not JSON", async () => {
    const path = join(folder, "refused.jsonl");
    const messageOf = async (options: RecoveryOptions): Promise<string> => {
      const error = await refusal(recoverTruthInWorkers(options, { resume: path }));
      if (!isLikewiseError(error)) throw error;
      return `${error.code}: ${error.message}`;
    };
    const aborted = { ...SMALL, signal: { aborted: true } };
    expect(await messageOf(aborted)).toMatch(/stopped/);
    expect(await messageOf({ ...aborted, replications: 50 })).toMatch(/stopped/);
    expect(await messageOf({ ...aborted, seed: 2 })).toMatch(/^invalid-argument: .* another seed: 1 there, 2 now/);
    expect(await messageOf({ ...aborted, caliper: null })).toMatch(/another caliper: 0.2 there, null now/);
    appendFileSync(path, "{\n");
    expect(await messageOf(aborted)).toMatch(/^file: .*line 2 is not JSON/);
    writeFileSync(path, "school,role\n1,teaching\n");
    expect(await messageOf(aborted)).toMatch(/^file: .*line 1 is not JSON/);
    writeFileSync(path, "notes");
    expect(await messageOf(aborted)).toMatch(/^file: .*line 1 is not the beginning/);
    expect(readFileSync(path, "utf8")).toBe("notes");
    expect(
      await refusal(recoverTruthInWorkers(aborted, { resume: join(folder, "nowhere", "file.jsonl") })),
    ).toMatchObject({ code: "file" });
  });
});

describe("runStudyInWorkers", () => {
  const data = simulateSchools({ seed: 3, scale: 0.15 });
  const options: StudyOptions = {
    data,
    roles: ["teaching"],
    keyStages: ["KS2"],
    years: [2013, 2014],
    schoolCovariates: ["intake"],
    sensitivity: "none",
  };

  it("is runStudy, to the last digit, and tells of every cell", async () => {
    const progress: number[] = [];
    const study = await runStudyInWorkers(
      { ...options, onProgress: (done, total) => progress.push(done / total) },
      { threads: 1 },
    );
    // As one truth value: a difference would fill the screen.
    expect(toJson(study) === toJson(runStudy(options))).toBe(true);
    expect(study.cells[0].design).toBe(study.cells[1].design);
    expect(progress).toEqual([1, 2, 3, 4, 5, 6].map((done) => done / 6));
  });

  it("takes a user's own tables", async () => {
    const own: StudyOptions = { ...options, cohorts: [{ cohort: 1, year: 2011, month: 9 }] };
    const tables = { schools: data.schools, pupils: drawPupils(data, { years: [2013, 2014] }) };
    // One cohort is one task, so one of the two threads is not started.
    const study = await runStudyInWorkers({ ...own, data: tables }, { threads: 2 });
    expect(study.origin).toBe("tables");
    expect(study.grid.map(({ estimate }) => estimate)).toEqual(runStudy(own).grid.map(({ estimate }) => estimate));
  });

  it("refuses threads that are no number of them", async () => {
    expect(await refusal(runStudyInWorkers(options, { threads: 0 }))).toMatchObject({ code: "invalid-argument" });
  });
});

describe("errors across threads", () => {
  it("keep code, details and message; others keep their stack", () => {
    const across = (make: () => void): unknown => {
      try {
        make();
      } catch (error) {
        const plain = structuredClone(plainError(error));
        try {
          raise(plain);
        } catch (again) {
          return again;
        }
      }
      return undefined;
    };
    const ours = across(() => fail("unknown-column", "No such column.", { column: "ses", rows: [1, 2] }));
    expect(isLikewiseError(ours)).toBe(true);
    expect(ours).toMatchObject({
      code: "unknown-column",
      message: "No such column.",
      details: { column: "ses", rows: [1, 2] },
    });
    const theirs = across(() => (undefined as unknown as string).length) as Error;
    expect(isLikewiseError(theirs)).toBe(false);
    expect(theirs.stack).toContain("workers.test.ts");
  });

  it("a worker's own error is raised here as it was there", async () => {
    const error = await refusal(
      shareOut({
        job: "study",
        setup: { options: {}, data: { simulate: { scale: 7 } } },
        tasks: [[]],
        threads: 1,
        signal: undefined,
        stopped: () => "",
        onResult: () => {},
      }),
    );
    expect(isLikewiseError(error)).toBe(true);
    expect(error).toMatchObject({ code: "invalid-argument", message: expect.stringContaining('"scale"') });
  });
});
