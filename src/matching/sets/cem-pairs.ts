import type { Frame } from "../../data/types";
import { distanceColumns } from "../covariates/columns";
import { createPointFinder } from "../covariates/search";
import { transformCovariates } from "../covariates/transform";
import { rowsWhere } from "../support";
import type { MatchMatrix } from "../weights";
import { countSets } from "./sets";

/** Units in cells, of which pairs are to be made. */
export interface CellProblem {
  readonly data: Frame;
  readonly covariates: readonly string[];
  readonly treated: Uint8Array;
  /** 1 = could take part (n). */
  readonly present: Uint8Array;
  readonly focalArm: 0 | 1;
  /** Number of each row's cell from 1, −1 = in none that holds both groups. */
  readonly cells: Int32Array;
}

export interface CellPairs extends MatchMatrix {
  /** Σ Mahalanobis distance. */
  readonly totalDistance: number;
}

/**
 * Pairs units 1:1 within cells: each focal unit, in data order, takes the nearest partner of its cell that is free, by
 * the Mahalanobis distance with the pooled within-group covariance of all units; ties as in matching on covariates.
 */
export function pairWithinCells({ data, covariates, treated, present, focalArm, cells }: CellProblem): CellPairs {
  const { columns } = distanceColumns(data, covariates);
  const { z } = transformCovariates("mahalanobis", columns, treated, present);
  const focal = rowsWhere(treated.map((arm, row) => (present[row] === 1 && arm === focalArm ? 1 : 0)));
  const finder = createPointFinder(
    {
      focal,
      pool: treated.map((arm, row) => (cells[row] > 0 && arm !== focalArm ? 1 : 0)),
      stratum: cells.map((cell) => (cell > 0 ? cell - 1 : -1)),
      strata: countSets(cells),
      limits: [],
      admissible: null,
    },
    // Where nothing varies within the groups all of a cell are equally near.
    z.length > 0 ? z : [new Float64Array(treated.length)],
    1,
  );
  const matches = new Int32Array(focal.length).fill(-1);
  let totalDistance = 0;
  for (let t = 0; t < focal.length; t++) {
    if (cells[focal[t]] < 0) continue;
    const place = finder.search(t, -1);
    if (place < 0) continue;
    matches[t] = finder.row[place];
    totalDistance += Math.sqrt(finder.distance(t, place));
    finder.remove(place);
  }
  return { focal, width: 1, matches, totalDistance };
}
