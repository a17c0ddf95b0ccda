import { fail } from "../errors/error";
import { nameList, oneOf, requireKnownOptions, wholeNumber } from "./arguments";
import type { CovariateDistance } from "./covariates/problem";
import type { MatchMethod, MatchOptions, NearestCovariateOptions, NearestOptions } from "./types/options";
import type { ResolvedNearest } from "./types/resolved";
import type { FocalEstimand, FocalOrder } from "./types/subject";

const METHODS: readonly MatchMethod[] = ["nearest", "optimal", "full", "exact", "cem", "subclass"];

/** Refuses options without a method that there is. */
export function requireMethod(options: MatchOptions): void {
  if (typeof options !== "object" || options === null) {
    fail("invalid-argument", 'match needs options, at least { method: "nearest" }.');
  }
  oneOf("method", options.method, METHODS, "nearest");
  if (options.method === undefined) fail("invalid-argument", 'match needs a method: { method: "nearest" }.');
}

const NEAREST: readonly (keyof NearestCovariateOptions)[] = [
  "method",
  "ratio",
  "replace",
  "reuseMax",
  "order",
  "seed",
  "distance",
  "covariates",
  "caliper",
  "caliperUnits",
  "exact",
  "antiexact",
  "estimand",
  "discard",
  "minControls",
  "maxControls",
];

const ORDERS: readonly FocalOrder[] = ["largest", "smallest", "closest", "farthest", "random", "data"];

const ON_SCORE = ["score", "linear"] as const;

const ON_COVARIATES: readonly CovariateDistance[] = [
  "mahalanobis",
  "robust-mahalanobis",
  "euclidean",
  "scaled-euclidean",
];

/** Whether partners are to be close on something else than the score; refuses a distance that there is not. */
export function isOnCovariates(options: NearestOptions | NearestCovariateOptions): options is NearestCovariateOptions {
  const { distance } = options;
  if (typeof distance === "function" || (typeof distance === "object" && distance !== null)) return true;
  const word = oneOf<string>("distance", distance, [...ON_SCORE, ...ON_COVARIATES], "score");
  return (ON_COVARIATES as readonly string[]).includes(word);
}

/** Checks the options of nearest-neighbour matching on a score and fills in what was left open. */
export function resolveNearest(options: NearestOptions): ResolvedNearest {
  const shared = resolveShared(options, options.estimand === "ATC" ? "smallest" : "largest");
  if (options.covariates !== undefined) {
    fail(
      "invalid-argument",
      'The option "covariates" goes with a distance measured on them, such as distance: "mahalanobis". ' +
        "For balance, name them in the subject.",
      { option: "covariates" },
    );
  }
  return { ...shared, distance: oneOf("distance", options.distance, ON_SCORE, "score") };
}

/** What matching on a score and on covariates have in common. */
export function resolveShared(options: Shared, orderOtherwise: FocalOrder): Omit<ResolvedNearest, "distance"> {
  requireKnownOptions(options, NEAREST, "Nearest-neighbour matching");
  const estimand = oneOf<FocalEstimand>("estimand", options.estimand, ["ATT", "ATC"], "ATT");
  const reuseMax = resolveReuse(options);
  const exact = nameList("exact", options.exact);
  const antiexact = nameList("antiexact", options.antiexact);
  const both = exact.find((name) => antiexact.includes(name));
  if (both !== undefined) {
    fail(
      "invalid-argument",
      `Column "${both}" is named in both exact and antiexact; partners cannot be equal and differ.`,
    );
  }
  const order = resolveOrder(options, orderOtherwise, reuseMax);
  return {
    method: "nearest",
    ...resolveRatio(options, reuseMax),
    reuseMax,
    order,
    seed: order === "random" && options.seed !== undefined ? options.seed : null,
    exact,
    antiexact,
    estimand,
    discard: oneOf("discard", options.discard, ["none", "both", "treated", "control"], "none"),
  };
}

type Shared = Omit<NearestOptions, "distance" | "covariates">;

function resolveReuse({ replace, reuseMax }: Shared): number {
  if (replace !== undefined && typeof replace !== "boolean") {
    fail("invalid-argument", `The option "replace" must be true or false, not ${JSON.stringify(replace)}.`);
  }
  const unlimited = Number.POSITIVE_INFINITY;
  const limit = reuseMax === unlimited ? unlimited : wholeNumber("reuseMax", reuseMax, 1, replace ? unlimited : 1);
  if (replace === false && limit > 1) {
    fail("invalid-argument", `reuseMax: ${limit} lets units be reused, but replace is false. Leave one of them out.`);
  }
  if (replace === true && limit === 1) {
    fail("invalid-argument", "reuseMax: 1 forbids reuse, but replace is true. Leave one of them out.");
  }
  return limit;
}

function resolveOrder({ order, seed }: Shared, otherwise: FocalOrder, reuseMax: number): FocalOrder {
  const chosen = oneOf("order", order, ORDERS, otherwise);
  // Without a limit on reuse no choice takes anything from a later one.
  if (reuseMax === Number.POSITIVE_INFINITY) return "data";
  if (chosen === "random" && seed === undefined) {
    fail("invalid-argument", 'order: "random" needs a seed, such as seed: 1, so that the match can be repeated.');
  }
  return chosen;
}

type Ratio = Pick<ResolvedNearest, "ratio" | "minControls" | "maxControls">;

function resolveRatio({ ratio, minControls, maxControls }: Shared, reuseMax: number): Ratio {
  if (maxControls === undefined) {
    if (minControls !== undefined) {
      fail("invalid-argument", "minControls goes with maxControls: together they make a variable ratio. Give both.");
    }
    return { ratio: wholeNumber("ratio", ratio, 1, 1), minControls: null, maxControls: null };
  }
  if (reuseMax !== 1) {
    fail("invalid-argument", "A variable ratio (maxControls) needs matching without replacement.");
  }
  const least = wholeNumber("minControls", minControls, 1, 1);
  const most = wholeNumber("maxControls", maxControls, 2, 2);
  const mean = ratio ?? 1;
  if (!(mean >= least && mean < most)) {
    fail(
      "invalid-argument",
      `A variable ratio needs minControls ≤ ratio < maxControls; they are ${least}, ${mean} and ${most}.`,
    );
  }
  return { ratio: mean, minControls: least, maxControls: most };
}
