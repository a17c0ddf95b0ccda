import { remember } from "../../data/source";
import { requireData } from "../arguments";
import { codesOf, strataOf } from "../conditions";
import { presentUnits, resolveUnits } from "../subject";
import type { ExactOptions } from "../types/options";
import type { ExactMatch } from "../types/result";
import type { MatchSubject } from "../types/subject";
import { diagnoseSets } from "./diagnose-sets";
import { failNoCell } from "./empty-cells";
import { resolveExact } from "./set-options";
import { fieldsOfSets, setsWithBoth } from "./sets";

/** Cells of equal values on all covariates; those with both groups are the match. */
export function matchByExact(subject: MatchSubject, options: ExactOptions): ExactMatch {
  const units = resolveUnits(subject, "score");
  const resolved = resolveExact(options, units);
  const { treated } = units;
  const present = presentUnits(units);
  const data = requireData(units.data, "Exact matching");
  const columns = resolved.covariates.map((name) => codesOf(data, name, present, "exact matching"));
  const strata = strataOf(columns, present);
  const subclass = setsWithBoth(strata, treated);
  if (subclass.every((set) => set < 0)) failNoCell("exact", resolved.covariates, columns, strata, present);
  const result: Omit<ExactMatch, "diagnostics"> = {
    ...fieldsOfSets(units, subclass, resolved.estimand, new Uint8Array(treated.length)),
    method: "exact",
    options: resolved,
    calipers: [],
    totalDistance: null,
    covariates: units.covariates.length > 0 ? units.covariates : resolved.covariates,
  };
  return remember(
    { ...result, diagnostics: [...units.diagnostics, ...diagnoseSets(result, present)] },
    { data: units.data },
  );
}
