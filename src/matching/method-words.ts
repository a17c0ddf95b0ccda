import { count, listSome, shortNumber } from "../errors/words";
import { coarseningWords } from "./sets/coarsen";
import type {
  ResolvedCem,
  ResolvedFull,
  ResolvedNearest,
  ResolvedNearestCovariates,
  ResolvedOptimal,
  ResolvedSubclass,
} from "./types/resolved";
import type { MatchResult } from "./types/result";
import type { FocalOrder } from "./types/subject";

const ORDER_WORDS: Readonly<Record<FocalOrder, string>> = {
  largest: "largest score first",
  smallest: "smallest score first",
  closest: "closest pairs first",
  farthest: "farthest pairs first",
  random: "in random order",
  data: "in data order",
};

/** How a match was made, in a line. */
export function methodWords({ options }: MatchResult): string {
  switch (options.method) {
    case "nearest":
      return nearestWords(options);
    case "optimal":
      return optimalWords(options);
    case "full":
      return fullWords(options);
    case "exact":
      return `exact matching on ${listSome(options.covariates, 12)}`;
    case "cem":
      return cemWords(options);
    case "subclass":
      return subclassWords(options);
  }
}

function nearestWords(options: ResolvedNearest): string {
  const { ratio, reuseMax, order, ties, within, exact, antiexact, minControls, maxControls } = options;
  const partners = maxControls === null ? `${ratio}:1` : `${minControls} to ${maxControls}:1 (mean ${ratio})`;
  const reuse =
    reuseMax === 1
      ? "without replacement"
      : reuseMax === Number.POSITIVE_INFINITY
        ? "with replacement"
        : `with replacement, at most ${count(reuseMax, "use")}`;
  const parts = [
    `${partners} nearest neighbour${onWords(options)} ${reuse}`,
    ...(reuseMax === Number.POSITIVE_INFINITY ? [] : [ORDER_WORDS[order]]),
    ...(ties === "random" ? ["ties at random"] : []),
    ...(within === null ? [] : [`inside ${within} first, then across`]),
    ...(exact.length > 0 ? [`equal in ${exact.join(", ")}`] : []),
    ...(antiexact.length > 0 ? [`different in ${antiexact.join(", ")}`] : []),
  ];
  return parts.join(", ");
}

const COVARIATE_WORDS: Readonly<Record<ResolvedNearestCovariates["distance"], string>> = {
  mahalanobis: "Mahalanobis distance",
  "robust-mahalanobis": "robust (rank-based) Mahalanobis distance",
  euclidean: "Euclidean distance",
  "scaled-euclidean": "Euclidean distance in standard deviations within the groups",
  function: "a distance function",
  matrix: "a distance matrix",
};

/** `Mahalanobis distance on age, educ`. */
export function covariateWords({
  distance,
  covariates,
}: Pick<ResolvedNearestCovariates, "distance" | "covariates">): string {
  const isGiven = distance === "function" || distance === "matrix";
  return `${COVARIATE_WORDS[distance]}${isGiven ? " that was given" : ` on ${listSome(covariates, 12)}`}`;
}

function onWords(options: ResolvedNearest | ResolvedOptimal): string {
  return "covariates" in options ? ` by ${COVARIATE_WORDS[options.distance]}` : "";
}

function cemWords({ covariates, cutPoints, grouping, k2k }: ResolvedCem): string {
  const columns = covariates.map((name) => coarseningWords(name, cutPoints[name], grouping[name]));
  return `coarsened exact matching on ${listSome(columns, 12)}${k2k ? ", then 1:1 pairs within cells, in data order" : ""}`;
}

function subclassWords({ subclasses, minPerSubclass, estimand }: ResolvedSubclass): string {
  const whose = estimand === "ATT" ? "treated" : estimand === "ATC" ? "control" : "all";
  return `${subclasses} subclasses by quantiles of ${whose} scores, at least ${minPerSubclass} of each group in each`;
}

function optimalWords(options: ResolvedOptimal): string {
  const { ratio, minControls, maxControls, exact } = options;
  const partners = maxControls === null ? `${ratio}:1` : `${minControls} to ${maxControls}:1 (mean ${ratio})`;
  const parts = [
    `${partners} optimal pairs${onWords(options)} without replacement`,
    ...(exact.length > 0 ? [`equal in ${exact.join(", ")}`] : []),
    ...("antiexact" in options && options.antiexact.length > 0 ? [`different in ${options.antiexact.join(", ")}`] : []),
  ];
  return parts.join(", ");
}

function fullWords({ minControls, maxControls, omit, exact }: ResolvedFull): string {
  const most = maxControls === Number.POSITIVE_INFINITY ? "any number" : maxControls;
  const limits =
    minControls === 0 && most === "any number" ? "" : `, ${minControls} to ${most} of the other group per focal unit`;
  const out =
    typeof omit === "number"
      ? `, at most ${shortNumber(100 * omit)} % of the other group left out`
      : { none: "", fewest: ", the fewest left out", recover: ", some left out as optmatch does" }[omit];
  return `optimal full matching${limits}${out}${exact.length > 0 ? `, equal in ${exact.join(", ")}` : ""}`;
}
