/** A nearest-neighbour problem on a score. Per-row arrays have one entry per row of the data. */
export interface LineProblem {
  readonly score: Float64Array;
  /**
   * Units with a score in ascending order of it, equal scores in data order: {@link FOCAL} plus its position for a focal
   * unit that takes part, so that a walk by score need not look it up; the row for the others.
   */
  readonly order: Uint32Array;
  /** Those scores. */
  readonly sorted: Float64Array;
  /** Rows of the focal units that take part, in data order. */
  readonly focal: Int32Array;
  /** 1 = may be a partner. */
  readonly pool: Uint8Array;
  /** Number of each row's exact stratum from 0; null = all in one. */
  readonly stratum: Int32Array | null;
  readonly strata: number;
  /** Largest |difference| in a pair; negative: the difference must be larger than its size; `Infinity`: any. */
  readonly caliper: number;
  /** Whether two rows may be partners for reasons other than score and stratum; null = always. */
  readonly admissible: ((focalRow: number, poolRow: number) => boolean) | null;
}

/**
 * Possible partners side by side: stratum by stratum, each in ascending order of score, with a wall (row −1) before the
 * first stratum and after each. A place is a position on this line.
 */
export interface Line {
  readonly row: Int32Array;
  readonly score: Float64Array;
  /** Rank among all units, whatever their stratum or group. */
  readonly rank: Int32Array;
  /** Positions in `focal` by ascending score, and those scores. */
  readonly ascending: Int32Array;
  readonly ascendingScore: Float64Array;
  /** Per focal unit: its own rank and score. */
  readonly focalRank: Int32Array;
  readonly focalScore: Float64Array;
  /** Per focal unit: the first place to its right; the one before is the first to its left. */
  readonly home: Int32Array;
  /** The wall before each stratum, and the last. */
  readonly walls: Int32Array;
}

/** Marks a focal unit in a list of rows. */
export const FOCAL = 0x40000000;

/** Lays the possible partners out in two passes over the sorted units. */
export function layLine(problem: LineProblem): Line {
  const { order, sorted, focal, pool, stratum, strata } = problem;
  const walls = strataWalls(problem);
  const places = walls[strata] + 1;
  const row = new Int32Array(places).fill(-1);
  const lineScore = new Float64Array(places).fill(Number.NaN);
  const rank = new Int32Array(places).fill(-1);
  const ascending = new Int32Array(focal.length);
  const ascendingScore = new Float64Array(focal.length);
  const focalRank = new Int32Array(focal.length);
  const focalScore = new Float64Array(focal.length);
  const home = new Int32Array(focal.length);
  const next = walls.slice(0, strata).map((wall) => wall + 1);
  let met = 0;
  for (let r = 0; r < order.length; r++) {
    const unit = order[r];
    if (unit >= FOCAL) {
      const t = unit - FOCAL;
      ascending[met] = t;
      ascendingScore[met++] = sorted[r];
      focalRank[t] = r;
      focalScore[t] = sorted[r];
      home[t] = next[stratum === null ? 0 : stratum[focal[t]]];
    } else if (pool[unit] === 1) {
      const place = next[stratum === null ? 0 : stratum[unit]]++;
      row[place] = unit;
      lineScore[place] = sorted[r];
      rank[place] = r;
    }
  }
  return { row, score: lineScore, rank, ascending, ascendingScore, focalRank, focalScore, home, walls };
}

/** The place of the wall before each stratum and after the last. */
function strataWalls({ pool, stratum, strata }: LineProblem): Int32Array {
  const walls = new Int32Array(strata + 1);
  for (let row = 0; row < pool.length; row++) {
    if (pool[row] === 1) walls[(stratum === null ? 0 : stratum[row]) + 1]++;
  }
  for (let s = 0; s < strata; s++) walls[s + 1] += walls[s] + 1;
  return walls;
}

/** The places that still hold a free partner: two union-find forests, whose roots are free places or walls. */
export interface FreePlaces {
  readonly toLeft: Int32Array;
  readonly toRight: Int32Array;
}

export function allFree(places: number): FreePlaces {
  const toLeft = new Int32Array(places);
  for (let p = 0; p < places; p++) toLeft[p] = p;
  return { toLeft, toRight: toLeft.slice() };
}

export function removePlace(free: FreePlaces, place: number): void {
  free.toLeft[place] = place - 1;
  free.toRight[place] = place + 1;
}

/** The free place or wall at `place` or next to it in the forest's direction; halves the path it walks. */
export function nextFree(forest: Int32Array, place: number): number {
  let p = place;
  while (forest[p] !== p) {
    forest[p] = forest[forest[p]];
    p = forest[p];
  }
  return p;
}
