import { sortedWith } from "../../linalg/sort";
import { putOnGrid } from "./grid";

/** The units of an optimal matching problem. */
export interface OptimalUnits {
  /** One per row of the data; finite in the rows named below. */
  readonly score: Float64Array;
  /** Rows of the focal units. */
  readonly focal: Int32Array;
  /** Rows of their possible partners. */
  readonly pool: Int32Array;
  /** Exact strata per row, numbered from 0: each is a problem of its own. Null or left out: one. */
  readonly stratum?: Int32Array | null;
  /** How many strata there are (default 1). */
  readonly strata?: number;
}

/** Units side by side by ascending score, equal ones by row. A place is a position on this line. */
export interface UnitLine {
  readonly score: Float64Array;
  /** The scores as whole numbers (see {@link putOnGrid}): costs are compared on these, calipers tested on `score`. */
  readonly position: Float64Array;
  readonly row: Int32Array;
  /** 1 = focal, 0 = pool. */
  readonly focal: Uint8Array;
  readonly focalCount: number;
  readonly poolCount: number;
}

/** All units, stratum by stratum. */
export interface PreparedUnits {
  readonly score: Float64Array;
  readonly position: Float64Array;
  readonly row: Int32Array;
  readonly focal: Uint8Array;
  /** Where each stratum starts, and the end of the last. */
  readonly start: Int32Array;
}

/** Sorts all units once and splits them by stratum, which keeps their order. */
export function prepareUnits(units: OptimalUnits): PreparedUnits {
  const { score, stratum = null, strata = 1 } = units;
  const role = roles(units);
  const sorted = sortUnits(score, role, units.focal.length + units.pool.length);
  const n = sorted.row.length;
  const start = new Int32Array(strata + 1);
  const focal = new Uint8Array(n);
  const position = new Float64Array(n);
  if (stratum === null) {
    start[1] = n;
    for (let i = 0; i < n; i++) focal[i] = role[sorted.row[i]] - POOL;
    return { ...sorted, position, focal, start };
  }
  for (let i = 0; i < n; i++) start[stratum[sorted.row[i]] + 1]++;
  for (let s = 0; s < strata; s++) start[s + 1] += start[s];
  const next = start.slice(0, strata);
  const split = new Float64Array(n);
  const row = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const unit = sorted.row[i];
    const place = next[stratum[unit]]++;
    split[place] = sorted.score[i];
    row[place] = unit;
    focal[place] = role[unit] - POOL;
  }
  return { score: split, row, position, focal, start };
}

const POOL = 1;
const FOCAL = 2;

function roles({ score, focal, pool }: OptimalUnits): Uint8Array {
  const role = new Uint8Array(score.length);
  for (let i = 0; i < pool.length; i++) role[pool[i]] = POOL;
  for (let i = 0; i < focal.length; i++) role[focal[i]] = FOCAL;
  return role;
}

/** Scores and rows of all units that take part, by ascending score, equal ones by row. */
function sortUnits(score: Float64Array, role: Uint8Array, n: number): { score: Float64Array; row: Int32Array } {
  const rows = new Uint32Array(n);
  const values = new Float64Array(n);
  for (let unit = 0, i = 0; unit < role.length; unit++) {
    if (role[unit] === 0) continue;
    rows[i] = unit;
    values[i++] = score[unit];
  }
  const { values: ascending, carried } = sortedWith(values, rows);
  return { score: ascending, row: new Int32Array(carried.buffer, carried.byteOffset, n) };
}

/** One stratum's units; null where it lacks one of the groups; `range` where its scores span more than a double holds. */
export function stratumLine(units: PreparedUnits, stratum: number): UnitLine | null | "range" {
  const from = units.start[stratum];
  const to = units.start[stratum + 1];
  const focal = units.focal.subarray(from, to);
  let focalCount = 0;
  for (let i = 0; i < focal.length; i++) focalCount += focal[i];
  const poolCount = focal.length - focalCount;
  if (focalCount === 0 || poolCount === 0) return null;
  const score = units.score.subarray(from, to);
  const position = units.position.subarray(from, to);
  if (!putOnGrid(score, position)) return "range";
  return { score, position, row: units.row.subarray(from, to), focal, focalCount, poolCount };
}

/** The units at some places, ascending, as a line of their own on the same grid. */
export function takePlaces(line: UnitLine, places: Int32Array): UnitLine {
  const n = places.length;
  const score = new Float64Array(n);
  const position = new Float64Array(n);
  const row = new Int32Array(n);
  const focal = new Uint8Array(n);
  let focalCount = 0;
  for (let i = 0; i < n; i++) {
    const place = places[i];
    score[i] = line.score[place];
    position[i] = line.position[place];
    row[i] = line.row[place];
    focal[i] = line.focal[place];
    focalCount += focal[i];
  }
  return { score, position, row, focal, focalCount, poolCount: n - focalCount };
}
