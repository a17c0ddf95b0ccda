import { type Diagnostic, diagnostic } from "../../errors/diagnostic";
import { fail } from "../../errors/error";
import { count, listSome } from "../../errors/words";
import { requireData } from "../arguments";
import { presentUnits, type Units } from "../subject";
import type { ResolvedNearestCovariates } from "../types/resolved";
import { type DistanceColumns, distanceColumns } from "./columns";

/** Units with all that a distance on covariates needs. */
interface CompleteUnits {
  /** With a score that is missing where a covariate is. */
  readonly units: Units;
  /** 1 = has a score, where there is one, and all covariates of the distance. */
  readonly complete: Uint8Array;
  /** Null where the distances are given. */
  readonly columns: DistanceColumns | null;
  readonly dropped: readonly Diagnostic[];
}

/** Leaves out rows on which the distance cannot be measured, and says so. */
export function completeUnits(
  units: Units,
  { distance, covariates }: Pick<ResolvedNearestCovariates, "distance" | "covariates">,
): CompleteUnits {
  const present = presentUnits(units);
  if (covariates.length === 0) return { units, complete: present, columns: null, dropped: [] };
  const columns = distanceColumns(requireData(units.data, `distance: "${distance}"`), covariates);
  const complete = present.map((one, row) => one * columns.complete[row]);
  const missing = sum(present) - sum(complete);
  if (missing === 0) return { units, complete, columns, dropped: [] };
  requireBothGroups(units.treated, complete, covariates);
  const byColumn = Object.entries(columns.missing).map(([name, values]) => `${name} (${values})`);
  const message = `Left out ${count(missing, "row")} of ${complete.length} with a missing covariate of the distance: ${listSome(byColumn)}.`;
  const score = units.score?.map((value, row) => (complete[row] === 1 ? value : Number.NaN)) ?? null;
  return {
    units: { ...units, score },
    complete,
    columns,
    dropped: [diagnostic("rows-dropped", "warning", message, { count: missing, columns: columns.missing })],
  };
}

function requireBothGroups(treated: Uint8Array, complete: Uint8Array, covariates: readonly string[]): void {
  const ones = sum(complete.map((one, row) => one * treated[row]));
  const all = sum(complete);
  if (ones > 0 && ones < all) return;
  const arm = ones === 0 ? "treated" : "control";
  fail(
    "empty-group",
    `There are no ${arm} units among the ${all} without a missing value in ${listSome(covariates)}. Fill values in, or leave columns out.`,
    { arm },
  );
}

function sum(marked: Uint8Array): number {
  return marked.reduce((total, one) => total + one, 0);
}
