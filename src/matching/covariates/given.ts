import { fail } from "../../errors/error";
import { count } from "../../errors/words";
import type { Rng } from "../../random/rng";
import type { Finder } from "../nearest/finder";
import { nextFree } from "../nearest/line";
import { blockedPlaces, type DistanceFunction, type DistanceMatrix, mayPair, type PartnerProblem } from "./problem";
import { poolByStratum } from "./tree";

/**
 * A distance matrix of the user's as a function of two rows of the data, checked where pairs can come about.
 *
 * @param isFocal - 1 for every unit of the group that looks for partners, also those that take no part.
 * @throws `wrong-type`; `length-mismatch` unless it is focal × others or n × n; `non-finite`, `invalid-argument` for a
 *   negative number.
 */
export function readDistanceMatrix(
  matrix: DistanceMatrix,
  isFocal: Uint8Array,
  { focal, pool }: Pick<PartnerProblem, "focal" | "pool">,
): DistanceFunction {
  const n = isFocal.length;
  const ofFocal = isFocal.reduce((sum, one) => sum + one, 0);
  const rows = rowsOf(matrix, n, ofFocal);
  const isSquare = rows.length === n;
  // Each unit's number among those of its group, in data order.
  const position = new Int32Array(n);
  const next = [0, 0];
  for (let row = 0; row < n; row++) position[row] = isSquare ? row : next[isFocal[row]]++;
  const distance: DistanceFunction = (a, b) => rows[position[a]][position[b]];
  for (let t = 0; t < focal.length; t++) {
    for (let row = 0; row < n; row++) if (pool[row] === 1) requireDistance(distance(focal[t], row), focal[t], row);
  }
  return distance;
}

/** The rows of a matrix of one of the two shapes. */
function rowsOf(matrix: DistanceMatrix, n: number, ofFocal: number): readonly ArrayLike<number>[] {
  const others = n - ofFocal;
  if (ArrayBuffer.isView(matrix)) {
    const width = matrix.length === n * n ? n : others;
    if (matrix.length !== n * n && matrix.length !== ofFocal * others) {
      return failShape(`${count(matrix.length, "value")}`, n, ofFocal);
    }
    return Array.from({ length: matrix.length / width }, (_, i) => matrix.subarray(i * width, (i + 1) * width));
  }
  if (!Array.isArray(matrix) || matrix.some((row) => typeof row !== "object" || row === null)) {
    return fail(
      "wrong-type",
      "A distance matrix must be a list of rows, each an array of numbers, or a Float64Array with one row after the other.",
    );
  }
  const width = matrix.length === n ? n : others;
  if (matrix.length !== n && matrix.length !== ofFocal) return failShape(count(matrix.length, "row"), n, ofFocal);
  const wrong = matrix.findIndex((row) => row.length !== width);
  if (wrong < 0) return matrix;
  const found = `${count(matrix.length, "row")}, and row ${wrong + 1} has ${count(matrix[wrong].length, "value")}`;
  return failShape(found, n, ofFocal);
}

function failShape(found: string, n: number, ofFocal: number): never {
  return fail(
    "length-mismatch",
    `The distance matrix has ${found}. It must be ${ofFocal} × ${n - ofFocal}, a row for each focal unit and a column for ` +
      `each unit of the other group, both in the order of the data, or ${n} × ${n}.`,
    { expected: [ofFocal, n - ofFocal], rows: n },
  );
}

function requireDistance(distance: number, focalRow: number, poolRow: number): void {
  if (distance >= 0 && distance < Number.POSITIVE_INFINITY) return;
  fail(
    distance < 0 ? "invalid-argument" : "non-finite",
    `The distance between row ${focalRow + 1} and row ${poolRow + 1} is ${String(distance)}. ` +
      "Distances must be finite and not negative; to keep units apart use exact, antiexact or a caliper.",
    { rows: [focalRow, poolRow], distance },
  );
}

/** The same function, refusing what is no distance; for a matrix this has been done once and for all. */
export function checkedDistance(given: DistanceFunction): DistanceFunction {
  return (a, b) => {
    const distance = given(a, b);
    requireDistance(distance, a, b);
    return distance;
  };
}

/**
 * Finds partners by a given distance, looking at everyone who is free: O(pool) per search. Between equal distances the
 * first in data order wins, or with random numbers each with the same chance.
 *
 * @param width - how many partners a focal unit holds at most.
 */
export function createGivenFinder(
  problem: PartnerProblem,
  distanceOf: DistanceFunction,
  width: number,
  chance: Rng | null = null,
): Finder {
  const { focal, stratum } = problem;
  const { row, starts } = poolByStratum(problem);
  const toRight = Int32Array.from({ length: row.length + 1 }, (_, place) => place);
  const blocked = blockedPlaces(row.length, focal.length, width);
  return {
    row,
    search(t) {
      const focalRow = focal[t];
      const s = stratum === null ? 0 : stratum[focalRow];
      const end = starts[s + 1];
      let best = Number.POSITIVE_INFINITY;
      let found = -1;
      let equals = 0;
      blocked.begin(t);
      for (let place = nextFree(toRight, starts[s]); place < end; place = nextFree(toRight, place + 1)) {
        if (blocked.count[place] > 0 || !mayPair(problem, focalRow, row[place])) continue;
        const distance = distanceOf(focalRow, row[place]);
        if (distance > best) continue;
        equals = distance < best ? 1 : equals + 1;
        if (equals > 1 && (chance === null || chance.integer(equals) > 0)) continue;
        best = distance;
        found = place;
      }
      blocked.end(t);
      return found;
    },
    distance: (t, place) => distanceOf(focal[t], row[place]),
    hold: blocked.hold,
    remove(place) {
      toRight[place] = place + 1;
    },
  };
}
