import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { numericColumn } from "../../src/data/column";
import { distanceColumns } from "../../src/matching/covariates/columns";
import { covariatePoints } from "../../src/matching/covariates/points";
import type { CovariateDistance } from "../../src/matching/covariates/problem";
import { createPointFinder } from "../../src/matching/covariates/search";
import { matchByHand, nearestByFinder, squared } from "./covariate-by-hand";
import { covariates, lalonde, specs } from "./lalonde";

/** One case of MatchIt 4.7.2 on covariates transformed beforehand; `tests/reference` says how the file was made. */
interface ReferenceCase {
  readonly seed: number;
  readonly distance: "mahalanobis" | "scaled_euclidean" | "euclidean";
  readonly treated: number[];
  /** Row-major n × p. */
  readonly transformed: number[];
  readonly p: number;
  readonly order: "closest" | "farthest" | "data";
  readonly reuseMax: number | null;
  readonly columns: number;
  /** Row-major focal × columns, 1-based, 0 = none. */
  readonly matches: number[];
}

const cases = readFileSync(new URL("../reference/matching/nearest-covariates.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as ReferenceCase);

interface Compared {
  readonly focal: number[];
  readonly ours: number[][];
  readonly theirs: number[][];
}

function rowsWhere(treated: ArrayLike<number>): number[] {
  return Array.from(treated, (arm, row) => (arm === 1 ? row : -1)).filter((row) => row >= 0);
}

function matched(
  treated: ArrayLike<number>,
  z: readonly Float64Array[],
  width: number,
  reuseMax: number,
  order: ReferenceCase["order"],
): number[][] {
  const focal = rowsWhere(treated);
  const problem = {
    focal: Int32Array.from(focal),
    pool: Uint8Array.from(treated, (arm) => 1 - arm),
    stratum: null,
    strata: 1,
    limits: [],
    admissible: null,
  };
  const finder = createPointFinder(problem, z, width);
  const sequence = focal.map((_, t) => t);
  return matchByHand({ focal, width, reuseMax, sequence, order, ...nearestByFinder(finder) });
}

function matchCase(reference: ReferenceCase): Compared & { z: Float64Array[] } {
  const { treated, transformed, p, columns, matches, reuseMax } = reference;
  const n = treated.length;
  const z = Array.from({ length: p }, (_, j) => Float64Array.from({ length: n }, (_, row) => transformed[row * p + j]));
  const focal = rowsWhere(treated);
  // With replacement the order of choice changes nothing, nor is the order of the columns part of the contract.
  const unlimited = reuseMax === null;
  const ours = matched(
    treated,
    z,
    columns,
    unlimited ? Number.POSITIVE_INFINITY : reuseMax,
    unlimited ? "data" : reference.order,
  );
  const theirs = focal.map((_, t) =>
    matches.slice(t * columns, (t + 1) * columns).flatMap((row) => (row > 0 ? [row - 1] : [])),
  );
  if (unlimited) for (const list of [...ours, ...theirs]) list.sort((a, b) => a - b);
  return { z, focal, ours, theirs };
}

/** The first disagreement in words, or null. */
function disagreement({ focal, ours, theirs }: Compared): string | null {
  const t = focal.findIndex((_, position) => ours[position].join() !== theirs[position].join());
  if (t < 0) return null;
  return `the focal unit in row ${focal[t] + 1} has partners ${ours[t].map((row) => row + 1)}, theirs ${theirs[t].map((row) => row + 1)}`;
}

describe("nearest neighbour on covariates against MatchIt 4.7.2", () => {
  it("has all the cases", () => {
    expect(cases.length).toBe(391);
  });

  // Not one of them hangs on how an exact mirror tie is rounded: no case needs a replay.
  for (const distance of ["mahalanobis", "scaled_euclidean", "euclidean"] as const) {
    it(`gives the same pairs on points transformed for ${distance}`, () => {
      const group = cases.filter((reference) => reference.distance === distance);
      expect(group.length).toBeGreaterThan(100);
      for (const reference of group) {
        const found = disagreement(matchCase(reference));
        if (found !== null) throw new Error(`Seed ${reference.seed}: ${found}.`);
      }
    });
  }
});

describe("nearest neighbour on covariates of the lalonde data against MatchIt 4.7.2", () => {
  const data = lalonde();
  const treated = Uint8Array.from(numericColumn(data, "treat"));

  function matchSpec(name: string, distance: CovariateDistance): Compared & { z: readonly Float64Array[] } {
    const columns = distanceColumns(data, covariates);
    const { z } = covariatePoints(distance, columns, treated, columns.complete);
    const theirs = specs[name].mm_index1.map((row) => (row === null ? [] : [row - 1]));
    return { z, focal: rowsWhere(treated), ours: matched(treated, z, 1, 1, "data"), theirs };
  }

  const total = (z: readonly Float64Array[], { focal }: Compared, pairs: number[][]): number =>
    pairs.reduce((sum, [partner], t) => sum + Math.sqrt(squared(z, focal[t], partner)), 0);

  for (const [name, distance, agreeing] of [
    // Two distances of .053526938372578 agree to 5e-16, a mirror tie: which comes first hangs on the last bit of the covariance.
    ["mahal", "mahalanobis", 185],
    ["rmahal", "robust-mahalanobis", 185],
  ] as const) {
    it(`${name}: ${agreeing} of 185 pairs are the same, and every one of theirs is nearest when it is made`, () => {
      const found = matchSpec(name, distance);
      const { z, focal, ours, theirs } = found;
      expect(focal.filter((_, t) => ours[t].join() === theirs[t].join()).length).toBe(agreeing);
      const free = new Set(Array.from(treated.keys()).filter((row) => treated[row] === 0));
      focal.forEach((row, t) => {
        const [partner] = theirs[t];
        expect(free.has(partner)).toBe(true);
        const least = Math.min(...[...free].map((other) => Math.sqrt(squared(z, row, other))));
        // Rounding in coordinates of size 10 to 50.
        expect(Math.sqrt(squared(z, row, partner)), `partner of row ${row + 1}`).toBeLessThanOrEqual(least + 1e-9);
        free.delete(partner);
      });
      // Which of two equally near partners goes first leads to other pairs later on.
      expect(Math.abs(total(z, found, ours) / total(z, found, theirs) - 1)).toBeLessThan(1e-2);
    });
  }
});
