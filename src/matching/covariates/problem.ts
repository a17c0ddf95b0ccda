/** Distances on covariates that the library computes. */
export type CovariateDistance = "mahalanobis" | "robust-mahalanobis" | "euclidean" | "scaled-euclidean";

/**
 * A distance of the user's own between two rows of the data (from 0): a focal unit and a possible partner.
 *
 * Finite and not negative.
 */
export type DistanceFunction = (focalRow: number, poolRow: number) => number;

/**
 * Distances of the user's own: one row for each focal unit and one column for each unit of the other group, both in data
 * order, or n × n; as a list of rows, or row-major in one array.
 */
export type DistanceMatrix = readonly ArrayLike<number>[] | Float64Array;

/** The largest |difference| in a column that partners may have; negative: the difference must be larger than its size. */
interface Limit {
  readonly values: Float64Array;
  readonly width: number;
}

/** Who looks for a partner among whom. Per-row arrays have one entry per row of the data. */
export interface PartnerProblem {
  /** Rows of the focal units that take part, in data order. */
  readonly focal: Int32Array;
  /** 1 = may be a partner. */
  readonly pool: Uint8Array;
  /** Number of each row's exact stratum from 0, −1 = takes no part; null = all in one. */
  readonly stratum: Int32Array | null;
  readonly strata: number;
  /** Calipers on the score and on columns. */
  readonly limits: readonly Limit[];
  /** Whether two rows may be partners for reasons other than stratum and limits; null = always. */
  readonly admissible: ((focalRow: number, poolRow: number) => boolean) | null;
}

/** Whether a limit allows a difference. */
function isWithin(difference: number, width: number): boolean {
  return width < 0 ? difference > -width : difference <= width;
}

/** Whether all conditions but the stratum allow the pair. */
export function mayPair(
  { limits, admissible }: Pick<PartnerProblem, "limits" | "admissible">,
  focalRow: number,
  poolRow: number,
): boolean {
  for (let i = 0; i < limits.length; i++) {
    const { values, width } = limits[i];
    if (!isWithin(Math.abs(values[focalRow] - values[poolRow]), width)) return false;
  }
  return admissible === null || admissible(focalRow, poolRow);
}

/** Places that are not to be found: taken out for everyone, or held by the unit that searches. */
export interface Blocked {
  /** Greater than 0 = not to be found. */
  readonly count: Uint8Array;
  readonly hold: (t: number, place: number) => void;
  /** Blocks what t holds, and frees it again. */
  readonly begin: (t: number) => void;
  readonly end: (t: number) => void;
}

/** @param most - how many places a focal unit holds at most. */
export function blockedPlaces(places: number, units: number, most: number): Blocked {
  const count = new Uint8Array(places);
  const held = new Int32Array(units * most);
  const holds = new Int32Array(units);
  const shift = (t: number, by: number): void => {
    for (let i = t * most; i < t * most + holds[t]; i++) count[held[i]] += by;
  };
  return {
    count,
    hold(t, place) {
      held[t * most + holds[t]++] = place;
    },
    begin: (t) => shift(t, 1),
    end: (t) => shift(t, -1),
  };
}
