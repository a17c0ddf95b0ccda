import { describe, expect, it } from "vitest";
import { match } from "../../src/matching/match";
import type { MatchResult, NearestMatch, SampleSizes } from "../../src/matching/types/result";
import { cemSpecs, covariates, type LalondeSpec, lalonde, scoreSpecs, specs, subclassSpecs } from "./lalonde";

const data = lalonde();

function matchSpec(name: string): NearestMatch {
  return match({ treated: "treat", score: specs[name].distance, covariates, data }, scoreSpecs[name]);
}

/** The table `nn` of MatchIt's summary, row by row: control, treated. */
function asTable({ all, effective, matched, unmatched, discarded }: SampleSizes): number[] {
  return [all, all, effective, matched, unmatched, discarded].flatMap(({ control, treated }) => [control, treated]);
}

/** Discarded units, subclasses with their numbers, weights and sample sizes. */
function expectSameSets(ours: MatchResult, spec: LalondeSpec): void {
  expect([...ours.discarded]).toEqual(spec.discarded);
  expect(ours.subclass && [...ours.subclass].map((set) => (set < 0 ? null : set))).toEqual(spec.subclass);
  for (let row = 0; row < spec.weights.length; row++) {
    // Sums of a few fractions: 1e-12 leaves room for their rounding only.
    expect(Math.abs(ours.weights[row] - spec.weights[row]), `weight of row ${row + 1}`).toBeLessThan(1e-12);
  }
  const sizes = asTable(ours.counts);
  spec.nn.forEach((size, i) => {
    expect(Math.abs(sizes[i] - size), `sample sizes, entry ${i}`).toBeLessThan(1e-9);
  });
}

describe("nearest neighbour on the lalonde data against MatchIt 4.7.2", () => {
  for (const name of Object.keys(scoreSpecs)) {
    it(`gives the same match: ${name}`, () => {
      const spec = specs[name];
      const ours = matchSpec(name);
      expect([...ours.focal]).toEqual(spec.mm_rows.map((row) => row - 1));
      expect(ours.width).toBe(spec.mm_ncol);
      for (let t = 0; t < ours.focal.length; t++) {
        const mine = Array.from(ours.matches.subarray(t * ours.width, (t + 1) * ours.width), (row) => row + 1);
        const theirs = spec.mm_index1.slice(t * ours.width, (t + 1) * ours.width).map((row) => row ?? 0);
        // With replacement the order of the columns is not part of the contract.
        if (ours.subclass === null) {
          mine.sort((a, b) => a - b);
          theirs.sort((a, b) => a - b);
        }
        expect(mine, `partners of row ${ours.focal[t] + 1}`).toEqual(theirs);
      }
      expectSameSets(ours, spec);
      const widths = spec.caliper ?? [];
      expect(ours.calipers.length).toBe(widths.length);
      widths.forEach((width, i) => {
        // A standard deviation summed in another order.
        expect(Math.abs(ours.calipers[i].width / width - 1)).toBeLessThan(1e-13);
      });
    });
  }
});

describe("subclasses and cells on the lalonde data against MatchIt 4.7.2", () => {
  for (const name of Object.keys(subclassSpecs)) {
    it(`gives the same subclasses: ${name}`, () => {
      const spec = specs[name];
      const ours = match({ treated: "treat", score: spec.distance, covariates, data }, subclassSpecs[name]);
      expect([ours.focal, ours.matches, ours.width]).toEqual([null, null, 0]);
      expectSameSets(ours, spec);
    });
  }

  for (const name of Object.keys(cemSpecs)) {
    it(`gives the same cells: ${name}`, () => {
      const spec = specs[name];
      const ours = match({ treated: "treat", covariates, data }, cemSpecs[name]);
      expect(ours.focal && Array.from(ours.focal, (row) => row + 1)).toEqual(spec.mm_rows);
      expect(ours.matches && Array.from(ours.matches, (row) => (row < 0 ? null : row + 1))).toEqual(spec.mm_index1);
      expect(ours.width).toBe(spec.mm_ncol ?? 0);
      expectSameSets(ours, spec);
    });
  }
});
