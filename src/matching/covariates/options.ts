import { fail } from "../../errors/error";
import { nameList } from "../arguments";
import { resolveShared } from "../options";
import type { Units } from "../subject";
import type { NearestCovariateOptions } from "../types/options";
import type { ResolvedNearestCovariates } from "../types/resolved";

/** Checks the options of nearest-neighbour matching on covariates and fills in what was left open. */
export function resolveCovariates(options: NearestCovariateOptions, units: Units): ResolvedNearestCovariates {
  const byScore = options.estimand === "ATC" ? "smallest" : "largest";
  const shared = resolveShared(options, units.score === null ? "data" : byScore);
  if (units.score === null) requireNoScore(shared);
  const { distance } = options;
  if (typeof distance === "string") return { ...shared, distance, covariates: columnsOf(options, units) };
  if (options.covariates !== undefined) {
    fail(
      "invalid-argument",
      'The option "covariates" goes with a distance that is measured on them; here the distances are given. ' +
        "For balance, name them in the subject.",
      { option: "covariates" },
    );
  }
  return { ...shared, distance: typeof distance === "function" ? "function" : "matrix", covariates: [] };
}

/** Refuses what only a score could answer. */
function requireNoScore({
  order,
  discard,
  maxControls,
}: Omit<ResolvedNearestCovariates, "distance" | "covariates">): void {
  const [option, what] =
    order === "largest" || order === "smallest"
      ? ["order", `order: "${order}" lets units choose by their score`]
      : discard !== "none"
        ? ["discard", `discard: "${discard}" compares scores`]
        : maxControls !== null
          ? ["maxControls", "A variable ratio (maxControls) gives most partners to the smallest scores"]
          : [null, ""];
  if (option === null) return;
  fail("invalid-argument", `${what}, and the subject has none. Give it a "score", or leave the option out.`, {
    option,
  });
}

function columnsOf({ covariates, distance }: NearestCovariateOptions, units: Units): readonly string[] {
  const names = covariates === undefined ? units.covariates : nameList("covariates", covariates);
  if (names.length > 0) return names;
  return fail(
    "invalid-argument",
    `distance: "${String(distance)}" needs columns of the data to measure it on, such as covariates: ["age", "income"].`,
    { option: "covariates" },
  );
}
