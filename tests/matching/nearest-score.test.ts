import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { match } from "../../src/matching/match";
import type { NearestScoreOptions } from "../../src/matching/types/options";
import type { NearestScoreMatch } from "../../src/matching/types/result";

/** One case of MatchIt 4.7.2 on a score that was given; `tests/reference` says how the file was made. */
interface ReferenceCase {
  readonly seed: number;
  readonly treated: number[];
  readonly score: number[];
  readonly exact: number[] | null;
  readonly antiexact: number[] | null;
  readonly z: number[];
  readonly ratio: number;
  readonly order: "largest" | "smallest" | "closest" | "farthest" | "data";
  readonly reuseMax: number | null;
  readonly discard: "none" | "both" | "treated" | "control";
  readonly estimand: "ATT" | "ATC";
  readonly caliper: number | null;
  readonly caliperOnZ: number | null;
  readonly caliperInSd: boolean;
  readonly resolvedCalipers: number[] | null;
  readonly weights: number[];
  readonly columns: number;
  /** Row-major focal × columns, 1-based, 0 = none. */
  readonly matches: number[];
  readonly subclass: (number | null)[] | null;
}

const cases = readFileSync(new URL("../reference/matching/nearest-score.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as ReferenceCase);

function matchCase(reference: ReferenceCase): NearestScoreMatch {
  const { treated, score, z, exact, antiexact } = reference;
  const data: Record<string, number[]> = { z };
  if (exact) data.exact = exact;
  if (antiexact) data.antiexact = antiexact;
  const caliper: Record<string, number> = {};
  if (reference.caliper !== null) caliper.score = reference.caliper;
  if (reference.caliperOnZ !== null) caliper.z = reference.caliperOnZ;
  const some = Object.keys(caliper).length > 0;
  const options: NearestScoreOptions = {
    method: "nearest",
    ratio: reference.ratio,
    reuseMax: reference.reuseMax ?? Number.POSITIVE_INFINITY,
    order: reference.order,
    discard: reference.discard,
    estimand: reference.estimand,
    exact: exact ? ["exact"] : [],
    antiexact: antiexact ? ["antiexact"] : [],
    ...(some ? { caliper, caliperUnits: reference.caliperInSd ? "sd" : "raw" } : {}),
  };
  return match({ treated, score, data }, options);
}

/** The first disagreement in words, or null. */
function disagreement(reference: ReferenceCase, ours: NearestScoreMatch): string | null {
  const { columns } = reference;
  const focalArm = reference.estimand === "ATT" ? 1 : 0;
  const focal = reference.treated.flatMap((arm, row) => (arm === focalArm ? [row] : []));
  if (ours.focal.join() !== focal.join()) return `focal rows are ${ours.focal}, theirs ${focal}`;
  if (ours.width !== columns) return `width ${ours.width}, theirs ${columns}`;
  for (let t = 0; t < focal.length; t++) {
    const mine = Array.from(ours.matches.subarray(t * columns, (t + 1) * columns), (row) => row + 1);
    const theirs = reference.matches.slice(t * columns, (t + 1) * columns);
    if (reference.reuseMax === null) {
      mine.sort((a, b) => a - b);
      theirs.sort((a, b) => a - b);
    }
    if (mine.join() !== theirs.join()) {
      return `the focal unit in row ${focal[t] + 1} has partners ${mine}, theirs ${theirs} (rows from 1, 0 = none)`;
    }
  }
  for (let row = 0; row < reference.weights.length; row++) {
    if (Math.abs(ours.weights[row] - reference.weights[row]) > 1e-12) {
      return `row ${row + 1} has weight ${ours.weights[row]}, theirs ${reference.weights[row]}`;
    }
  }
  const widths = ours.calipers.map(({ width }) => width);
  const theirWidths = reference.resolvedCalipers ?? [];
  if (widths.length !== theirWidths.length) return `calipers ${widths}, theirs ${theirWidths}`;
  for (let i = 0; i < widths.length; i++) {
    // A standard deviation summed in another order differs in its last digits.
    if (Math.abs(widths[i] - theirWidths[i]) > 1e-13 * Math.abs(theirWidths[i])) {
      return `caliper ${ours.calipers[i].name} is ${widths[i]}, theirs ${theirWidths[i]}`;
    }
  }
  return samePartition(ours.subclass, reference.subclass);
}

function samePartition(ours: Int32Array | null, theirs: (number | null)[] | null): string | null {
  if (ours === null || theirs === null) return ours === theirs ? null : `subclasses ${ours}, theirs ${theirs}`;
  const there = new Map<number, number>();
  const back = new Map<number, number>();
  for (let row = 0; row < theirs.length; row++) {
    const [a, b] = [ours[row], theirs[row]];
    if (a < 0 !== (b === null)) return `row ${row + 1} is in subclass ${a}, theirs ${b}`;
    if (b === null) continue;
    if ((there.get(a) ?? b) !== b || (back.get(b) ?? a) !== a) return `row ${row + 1} is in subclass ${a}, theirs ${b}`;
    there.set(a, b);
    back.set(b, a);
  }
  return null;
}

describe("nearest neighbour on a score against MatchIt 4.7.2", () => {
  it("has all the cases", () => {
    expect(cases.length).toBe(938);
  });

  for (const order of ["largest", "smallest", "closest", "farthest", "data"] as const) {
    it(`gives the same pairs, weights, calipers and subclasses, order ${order}`, () => {
      const group = cases.filter((reference) => reference.order === order);
      expect(group.length).toBeGreaterThan(100);
      for (const reference of group) {
        const found = disagreement(reference, matchCase(reference));
        if (found !== null) throw new Error(`Seed ${reference.seed}: ${found}.`);
      }
    });
  }
});
