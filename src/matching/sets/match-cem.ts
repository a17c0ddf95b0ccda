import { remember } from "../../data/source";
import { requireData } from "../arguments";
import { strataOf } from "../conditions";
import { presentUnits, resolveUnits } from "../subject";
import type { CemOptions } from "../types/options";
import type { CemMatch } from "../types/result";
import type { MatchSubject } from "../types/subject";
import { matchSubclasses, matchWeights } from "../weights";
import { type CellPairs, pairWithinCells } from "./cem-pairs";
import { coarsen } from "./coarsen";
import { diagnoseSets } from "./diagnose-sets";
import { failNoCell } from "./empty-cells";
import { resolveCells } from "./set-options";
import { setsWithBoth, sharedFields, weightsOfSets } from "./sets";

/**
 * Cells of equal values after coarsening; those with both groups are the match, or the pairs within them.
 *
 * @see Iacus, King & Porro (2012), Political Analysis 20:1-24.
 */
export function matchByCem(subject: MatchSubject, options: CemOptions): CemMatch {
  const units = resolveUnits(subject, "score");
  const { covariates, k2k, estimand } = resolveCells(options, units);
  const { treated } = units;
  const present = presentUnits(units);
  const data = requireData(units.data, "Coarsened exact matching");
  const { columns, cutPoints, grouping } = coarsen(data, covariates, options, present);
  const strata = strataOf(columns, present);
  const cells = setsWithBoth(strata, treated);
  if (cells.every((set) => set < 0)) failNoCell("cem", covariates, columns, strata, present);
  const focalArm = estimand === "ATC" ? 0 : 1;
  const pairs = k2k ? pairWithinCells({ data, covariates, treated, present, focalArm, cells }) : null;
  const weights = pairs === null ? weightsOfSets(cells, treated, estimand) : matchWeights(pairs, treated);
  const result: Omit<CemMatch, "diagnostics"> = {
    ...sharedFields(units, weights, new Uint8Array(treated.length)),
    method: "cem",
    options: { method: "cem", covariates, cutPoints, grouping, k2k, estimand },
    estimand,
    ...(pairs === null ? NO_PAIRS : fieldsOf(pairs)),
    subclass: pairs === null ? cells : matchSubclasses(pairs, treated.length),
    calipers: [],
    covariates: units.covariates.length > 0 ? units.covariates : covariates,
  };
  return remember({ ...result, diagnostics: [...units.diagnostics, ...diagnoseSets(result, present)] }, { data });
}

type PairFields = Pick<CemMatch, "focal" | "width" | "matches" | "totalDistance">;

const NO_PAIRS: PairFields = { focal: null, width: 0, matches: null, totalDistance: null };

const fieldsOf = ({ focal, width, matches, totalDistance }: CellPairs): PairFields => ({
  focal,
  width,
  matches,
  totalDistance,
});
