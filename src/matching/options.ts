import { fail } from "../errors/error";
import { nameList, oneOf, requireKnownOptions, wholeNumber } from "./arguments";
import type { FocalEstimand, FocalOrder, MatchMethod, MatchOptions, NearestOptions, ResolvedNearest } from "./types";

const METHODS: readonly MatchMethod[] = ["nearest", "optimal", "full", "exact", "cem", "subclass"];

/** Refuses options without a method that there is. */
export function requireMethod(options: MatchOptions): void {
  if (typeof options !== "object" || options === null) {
    fail("invalid-argument", 'match needs options, at least { method: "nearest" }.');
  }
  oneOf("method", options.method, METHODS, "nearest");
  if (options.method === undefined) fail("invalid-argument", 'match needs a method: { method: "nearest" }.');
}

const NEAREST: readonly (keyof NearestOptions)[] = [
  "method",
  "ratio",
  "replace",
  "reuseMax",
  "order",
  "seed",
  "distance",
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

/** Checks the options of nearest-neighbour matching and fills in what was left open. */
export function resolveNearest(options: NearestOptions): ResolvedNearest {
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
  const order = resolveOrder(options, estimand, reuseMax);
  return {
    method: "nearest",
    ...resolveRatio(options, reuseMax),
    reuseMax,
    order,
    seed: order === "random" && options.seed !== undefined ? options.seed : null,
    distance: oneOf("distance", options.distance, ["score", "linear"], "score"),
    exact,
    antiexact,
    estimand,
    discard: oneOf("discard", options.discard, ["none", "both", "treated", "control"], "none"),
  };
}

function resolveReuse({ replace, reuseMax }: NearestOptions): number {
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

function resolveOrder({ order, seed }: NearestOptions, estimand: "ATT" | "ATC", reuseMax: number): FocalOrder {
  const chosen = oneOf("order", order, ORDERS, estimand === "ATT" ? "largest" : "smallest");
  // Without a limit on reuse no choice takes anything from a later one.
  if (reuseMax === Number.POSITIVE_INFINITY) return "data";
  if (chosen === "random" && seed === undefined) {
    fail("invalid-argument", 'order: "random" needs a seed, such as seed: 1, so that the match can be repeated.');
  }
  return chosen;
}

type Ratio = Pick<ResolvedNearest, "ratio" | "minControls" | "maxControls">;

function resolveRatio({ ratio, minControls, maxControls }: NearestOptions, reuseMax: number): Ratio {
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
