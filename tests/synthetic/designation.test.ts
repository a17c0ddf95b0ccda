import { describe, expect, it } from "vitest";
import { filterRows, withColumn } from "../../src/data/select";
import { fitPropensity } from "../../src/propensity/fit";
import { createRng } from "../../src/random/rng";
import { resolveOptions } from "../../src/synthetic/options";
import { designationScore, drawProgramme } from "../../src/synthetic/programme";
import { drawSchools } from "../../src/synthetic/schools";
import { simulateSchools } from "../../src/synthetic/simulate";
import type { SchoolState } from "../../src/synthetic/state";
import type { SimulateOptions } from "../../src/synthetic/types";
import { mean, numbers, words } from "./columns";

const counts = (values: readonly string[]): Record<string, number> => {
  const table: Record<string, number> = {};
  for (const value of values) table[value] = (table[value] ?? 0) + 1;
  return table;
};

describe("the programme at national scale", () => {
  const { schools } = simulateSchools({ seed: 5 });
  const [role, phase, ofsted, alliance, region] = ["role", "phase", "ofsted", "alliance", "region"].map((name) =>
    words(schools, name),
  );
  const cohort = numbers(schools, "cohort");
  const rows = Array.from(role.keys());

  it("has 15,300 primary and 3,130 secondary schools", () => {
    expect(counts(phase)).toEqual({ primary: 15_300, secondary: 3_130 });
  });

  it("has the published cohorts: 100 teaching schools in 97 alliances, 86 and 126", () => {
    const teaching = rows.filter((j) => role[j] === "teaching");
    expect(counts(teaching.map((j) => String(cohort[j])))).toEqual({ 1: 100, 2: 86, 3: 126 });
    const alliances = (c: number): number =>
      new Set(teaching.filter((j) => cohort[j] === c).map((j) => alliance[j])).size;
    expect([1, 2, 3].map(alliances)).toEqual([97, 86, 126]);
    expect(teaching.every((j) => ofsted[j] === "outstanding")).toBe(true);
    // 45 % of leads among a fifth of the schools: over-represented.
    expect(teaching.filter((j) => phase[j] === "secondary").length).toBe(Math.round(0.45 * 312));
  });

  it("alliances have two strategic partners and the assumed sizes, of one phase, cohort and region", () => {
    for (const name of new Set(alliance.filter(Boolean))) {
      const inside = rows.filter((j) => alliance[j] === name);
      const leads = inside.filter((j) => role[j] === "teaching");
      const stage = phase[leads[0]];
      expect(inside.filter((j) => role[j] === "strategic partner")).toHaveLength(2);
      expect(inside.length - leads.length).toBe((stage === "primary" ? 8 : 5) - 1);
      expect(new Set(inside.map((j) => phase[j])).size).toBe(1);
      expect(new Set(inside.map((j) => cohort[j])).size).toBe(1);
      expect(new Set(inside.filter((j) => role[j] !== "teaching").map((j) => region[j])).size).toBe(1);
    }
  });

  it("cohort and alliance are missing where the role is none, and only there", () => {
    for (const j of rows) {
      expect(Number.isNaN(cohort[j])).toBe(role[j] === "none");
      expect(alliance[j] === undefined).toBe(role[j] === "none");
    }
  });

  it("favours schools of the lead's own authority", () => {
    const authority = words(schools, "authority");
    const leadOf = new Map(rows.filter((j) => role[j] === "teaching").map((j) => [alliance[j], j]));
    const others = rows.filter((j) => role[j] === "alliance member");
    const near = others.filter((j) => authority[j] === authority[leadOf.get(alliance[j])!]).length / others.length;
    expect(near).toBeGreaterThan(0.3); // by chance about 1 in 17, the authorities of a region
  });
});

describe("designation depends on", () => {
  const state = drawSchools(resolveOptions({ seed: 2, scale: 0.2, selection: "strong" }));
  const teaching = (schools: SchoolState): number[] => {
    const { role, cohort } = drawProgramme(schools);
    return Array.from(role, (code, j) => (code === 1 ? cohort[j] : 0));
  };
  const shuffled = <T extends Float64Array | Int32Array>(values: T): T =>
    createRng("permute").shuffle(values.slice() as T);

  it.each([
    "intake",
    "disadvantage",
    "disadvantaged",
    "minority",
    "fsm",
    "eal",
    "sen",
    "roll",
    "quality",
    "y0ByYear",
    "pupilsByYear",
    "engagementLot",
  ] as const)("nothing of %s: permuted, the same schools are designated", (name) => {
    expect(teaching({ ...state, [name]: shuffled(state[name]) })).toEqual(teaching(state));
  });

  it.each(["ofsted", "earlierScore", "type", "urban"] as const)("%s: permuted, others are", (name) => {
    expect(teaching({ ...state, [name]: shuffled(state[name]) })).not.toEqual(teaching(state));
  });

  it("the hidden quality only where that is set", () => {
    const hidden = drawSchools(resolveOptions({ seed: 2, scale: 0.2, hidden: 0.5 }));
    expect(teaching({ ...hidden, quality: shuffled(hidden.quality) })).not.toEqual(teaching(hidden));
  });

  it("the documented log-odds", () => {
    const j = state.type.indexOf(1); // an academy converter
    expect(designationScore(state, j)).toBeCloseTo(1.2 * state.earlierScore[j] + 0.8 + 0.8 * state.urban[j], 12);
  });

  it("them alone: a logistic model of Outstanding schools finds no other column", () => {
    const { schools } = simulateSchools({ seed: 4, scale: 1, selection: "strong" });
    const isPrimary = filterRows(
      filterRows(schools, "ofsted", (grade) => grade === "outstanding"),
      "phase",
      (phase) => phase === "primary",
    );
    const years = [2009, 2010, 2011].map((year) => numbers(isPrimary, `outcome${year}`));
    const earlier = years[0].map((value, j) => (value + years[1][j] + years[2][j]) / 3);
    const treated = words(isPrimary, "role").map((role) => (role === "teaching" ? 1 : 0));
    const converter = words(isPrimary, "type").map((type) => (type === "academy converter" ? 1 : 0));
    const data = withColumn(
      withColumn(withColumn(isPrimary, "treated", treated), "converter", converter),
      "earlier",
      earlier,
    );
    const model = fitPropensity(
      "treated ~ earlier + converter + urban + intake + disadvantaged + eal + sen + roll",
      data,
    );
    const z = Object.fromEntries(model.terms.map((term, k) => [term, model.coefficients[k] / model.standardErrors[k]]));
    for (const term of ["intake", "disadvantaged", "eal", "sen", "roll"])
      expect(Math.abs(z[term]), term).toBeLessThan(4.5);
    expect(z.earlier).toBeGreaterThan(5);
    expect(z.urbanTRUE).toBeGreaterThan(2);
  });
});

describe("selection strength", () => {
  /** How far teaching schools were ahead of other Outstanding schools in 2009 to 2011, in sd of schools. */
  const lead = (selection: SimulateOptions["selection"]): { gap: number; standardError: number } => {
    const state = drawSchools(resolveOptions({ seed: 8, selection }));
    const { role } = drawProgramme(state);
    const scores = (teaching: boolean): Float64Array =>
      state.earlierScore.filter((_, j) => state.ofsted[j] === 0 && (role[j] === 1) === teaching);
    const [inside, outside] = [scores(true), scores(false)];
    return { gap: mean(inside) - mean(outside), standardError: Math.sqrt(1 / inside.length + 1 / outside.length) };
  };
  const [none, weak, strong] = [lead("none"), lead("weak"), lead("strong")];

  it("none: teaching schools are Outstanding schools like others", () => {
    expect(Math.abs(none.gap)).toBeLessThan(4.5 * none.standardError);
  });

  it("weak and strong: they were ahead, ever more", () => {
    expect(weak.gap).toBeGreaterThan(3 * weak.standardError);
    expect(strong.gap).toBeGreaterThan(weak.gap + 3 * strong.standardError);
  });

  it("numbers of one's own are taken as they are", () => {
    expect(lead({ outcomes: 1.2, academy: 0.8, urban: 0.8 })).toEqual(strong);
  });
});
