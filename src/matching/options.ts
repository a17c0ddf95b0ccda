import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { focalEstimand, nameList, oneOf, wholeNumber } from "./arguments";
import type { CovariateDistance } from "./covariates/problem";
import type { Units } from "./subject";
import type { MatchMethod, MatchOptions, NearestCovariateOptions, NearestOptions } from "./types/options";
import type {
  ResolvedNearest,
  ResolvedNearestCovariates,
  ResolvedNearestScore,
  ResolvedNearestShared,
} from "./types/resolved";
import type { FocalOrder } from "./types/subject";

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
  "ties",
  "seed",
  "distance",
  "covariates",
  "scale",
  "caliper",
  "caliperUnits",
  "exact",
  "antiexact",
  "within",
  "estimand",
  "discard",
  "reestimate",
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
export function isOnCovariates(options: NearestOptions): options is NearestCovariateOptions {
  return isCovariateDistance(options.distance);
}

/** Whether a distance is measured on covariates or given; refuses one that there is not. */
export function isCovariateDistance(
  distance: NearestOptions["distance"],
): distance is NearestCovariateOptions["distance"] {
  if (typeof distance === "function" || (typeof distance === "object" && distance !== null)) return true;
  const word = oneOf<string>("distance", distance, [...ON_SCORE, ...ON_COVARIATES], "score");
  return (ON_COVARIATES as readonly string[]).includes(word);
}

/** Whether a model's score is to be read as its probability or its linear predictor. */
export function scoreAsked(options: NearestOptions): "score" | "linear" {
  if (isOnCovariates(options)) {
    return oneOf("scale", options.scale, ["probability", "linear"], "probability") === "linear" ? "linear" : "score";
  }
  return options.distance ?? "score";
}

/** Checks the options of nearest-neighbour matching and fills in what was left open. */
export function resolveNearest(options: NearestOptions, units: Units): ResolvedNearest {
  const shared = resolveShared(options, units);
  if (!isOnCovariates(options)) return { ...shared, distance: resolveOnScore(options, units) };
  return { ...shared, ...resolveDistance(options, units) };
}

/** The columns of a distance that is measured on them; none where the distances are given. */
export function resolveDistance(
  options: Pick<NearestCovariateOptions, "distance" | "covariates">,
  units: Units,
): Pick<ResolvedNearestCovariates, "distance" | "covariates"> {
  const { distance } = options;
  if (typeof distance === "string") return { distance, covariates: covariatesAsked(options, units) };
  if (options.covariates !== undefined) {
    fail(
      "invalid-argument",
      'The option "covariates" goes with a distance that is measured on them; here the distances are given. ' +
        "For balance, name them in the subject.",
      { option: "covariates" },
    );
  }
  return { distance: typeof distance === "function" ? "function" : "matrix", covariates: [] };
}

function resolveOnScore(options: NearestOptions, units: Units): ResolvedNearestScore["distance"] {
  for (const [option, remedy] of [
    ["covariates", "For balance, name them in the subject."],
    ["scale", 'To match on the linear predictor, say distance: "linear".'],
  ] as const) {
    if (options[option] === undefined) continue;
    fail(
      "invalid-argument",
      `The option "${option}" goes with a distance on covariates, such as distance: "mahalanobis". ${remedy}`,
      { option },
    );
  }
  if (units.score === null) {
    fail("invalid-argument", 'The subject needs a "score" to match on: a column name or one number per unit.');
  }
  return scoreAsked(options);
}

function covariatesAsked(
  { covariates, distance }: Pick<NearestCovariateOptions, "distance" | "covariates">,
  units: Units,
): readonly string[] {
  const names = covariates === undefined ? units.covariates : nameList("covariates", covariates);
  if (names.length > 0) return names;
  return fail(
    "invalid-argument",
    `distance: "${String(distance)}" needs columns of the data to measure it on, such as covariates: ["age", "income"].`,
    { option: "covariates" },
  );
}

/** What does not depend on what partners are close on. */
function resolveShared(options: NearestOptions, units: Units): ResolvedNearestShared {
  requireKnownOptions(options, NEAREST, "Nearest-neighbour matching");
  const reuseMax = resolveReuse(options);
  const order = resolveOrder(options, reuseMax, units.score !== null);
  const ties = oneOf("ties", options.ties, ["data", "random"], "data");
  const resolved: ResolvedNearestShared = {
    method: "nearest",
    ...resolveRatio(options, reuseMax),
    reuseMax,
    order,
    ties,
    seed: resolveSeed(options, order, ties),
    ...resolveColumns(options),
    estimand: focalEstimand(options.estimand),
    discard: oneOf("discard", options.discard, ["none", "both", "treated", "control"], "none"),
    reestimate: yesOrNo("reestimate", options.reestimate),
  };
  if (resolved.reestimate && resolved.discard === "none") {
    fail("invalid-argument", 'reestimate: true fits the score again after discarding; say which with discard: "both".');
  }
  if (units.score === null) requireNoScore(resolved);
  return resolved;
}

function yesOrNo(name: string, value: boolean | undefined): boolean {
  if (value === undefined || typeof value === "boolean") return value ?? false;
  return fail("invalid-argument", `The option "${name}" must be true or false, not ${JSON.stringify(value)}.`, {
    option: name,
  });
}

function resolveColumns(options: NearestOptions): Pick<ResolvedNearestShared, "exact" | "antiexact" | "within"> {
  const exact = nameList("exact", options.exact);
  const antiexact = nameList("antiexact", options.antiexact);
  const both = exact.find((name) => antiexact.includes(name));
  if (both !== undefined) {
    fail(
      "invalid-argument",
      `Column "${both}" is named in both exact and antiexact; partners cannot be equal and differ.`,
    );
  }
  const within = options.within ?? null;
  if (within !== null && typeof within !== "string") {
    fail("invalid-argument", 'The option "within" must be the name of one column, such as "school".', {
      option: "within",
    });
  }
  if (within !== null && exact.includes(within)) {
    fail(
      "invalid-argument",
      `Column "${within}" is named in both within and exact; exact alone forbids pairs across groups.`,
    );
  }
  if (within !== null && antiexact.includes(within)) {
    fail(
      "invalid-argument",
      `Column "${within}" is named in both within and antiexact; partners cannot share a group and differ in it.`,
    );
  }
  return { exact, antiexact, within };
}

function resolveReuse({ replace, reuseMax }: NearestOptions): number {
  yesOrNo("replace", replace);
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

function resolveOrder({ order, estimand }: NearestOptions, reuseMax: number, hasScore: boolean): FocalOrder {
  const otherwise = !hasScore ? "data" : estimand === "ATC" ? "smallest" : "largest";
  const chosen = oneOf("order", order, ORDERS, otherwise);
  // Without a limit on reuse no choice takes anything from a later one.
  return reuseMax === Number.POSITIVE_INFINITY ? "data" : chosen;
}

/** The seed where something is left to chance. */
function resolveSeed(
  { seed }: NearestOptions,
  order: FocalOrder,
  ties: ResolvedNearestShared["ties"],
): ResolvedNearestShared["seed"] {
  if (order !== "random" && ties !== "random") return null;
  if (seed !== undefined) return seed;
  const option = order === "random" ? "order" : "ties";
  return fail(
    "invalid-argument",
    `${option}: "random" needs a seed, such as seed: 1, so that the match can be repeated.`,
    {
      option: "seed",
    },
  );
}

type Ratio = Pick<ResolvedNearestShared, "ratio" | "minControls" | "maxControls">;

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

/** Refuses what only a score could answer. */
function requireNoScore({ order, discard, maxControls }: ResolvedNearestShared): void {
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
