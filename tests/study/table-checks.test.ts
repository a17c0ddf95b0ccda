import { describe, expect, test } from "vitest";
import { frame } from "../../src/data/frame";
import { DEFAULT_COLUMNS } from "../../src/study/columns";
import { oddities } from "../../src/study/table-checks";

const schools = {
  school: ["a", "b", "c", "d"],
  phase: ["primary", "primary", "KS4", "secondary"],
  role: ["teaching", "none", "alliance member", "strategic partner"],
};
const pupils = {
  school: ["a", "a", "b", "b", "c", "c", "x"],
  year: [2013, 2013, 2013, 2013, 2014, 2014, 2014],
  outcome: [-1, 1, -0.5, 0.7, 0.2, -1.1, 900],
};
const schoolOf = Int32Array.of(0, 0, 1, 1, 2, 2, -1);
const found = (own: Partial<typeof schools>, others: Partial<typeof pupils> = {}) =>
  oddities(frame({ ...schools, ...own }), frame({ ...pupils, ...others }), schoolOf, DEFAULT_COLUMNS);

test("tables as they should be have none; a pupil without a school does not count", () => {
  expect(found({})).toEqual([]);
});

describe("levels that no comparison looks for", () => {
  test("roles are counted and named, with what may be meant", () => {
    const [only, ...others] = found({ role: ["teching", "None", "None", "TSA"] });
    expect(others).toEqual([]);
    expect(only).toMatchObject({ code: "unknown-levels", severity: "warning" });
    expect(only.message).toBe(
      '4 schools left out for a "role" that the study does not know: "None" (perhaps none), "TSA", "teching" (perhaps teaching). It knows teaching, strategic partner, alliance member, none.',
    );
  });

  test("phases too", () => {
    expect(found({ phase: ["primary", "Primary", "KS4", "secondary"] })[0].message).toContain(
      '1 school left out for a "phase" that the study does not know: "Primary" (perhaps primary). It knows primary',
    );
  });
});

describe("outcomes on another scale", () => {
  test("raw scores are told by year and phase with mean and standard deviation", () => {
    const [only] = found({}, { outcome: [85, 115, 92, 108, 0.2, -1.1, 0] });
    expect(only.code).toBe("outcome-scale");
    // Mean 100; √((225 + 225 + 64 + 64)/3) = 13.88.
    expect(only.message).toContain("it has primary, 2013: mean 100.00, sd 13.88.");
  });

  test("so is a standard deviation that is too small, and one pupil alone tells nothing", () => {
    expect(found({}, { outcome: [0.1, -0.1, 0.2, 0, Number.NaN, -40, 0] }).map(({ message }) => message)).toEqual([
      expect.stringContaining("primary, 2013: mean 0.05, sd 0.13"),
    ]);
  });
});
