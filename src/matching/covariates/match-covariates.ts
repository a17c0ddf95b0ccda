import { remember } from "../../data/source";
import type { Frame } from "../../data/types";
import { type Diagnostic, diagnostic } from "../../errors/diagnostic";
import { fail } from "../../errors/error";
import { count, listSome } from "../../errors/words";
import { requireData } from "../arguments";
import { type CaliperSet, resolveCalipers } from "../calipers";
import { pairConditions } from "../conditions";
import { diagnoseMatch } from "../diagnose";
import { failEmptyDistance, requireKept } from "../empty";
import { layLine } from "../nearest/line";
import { lineProblem, unitsTakingPart, withDiscarded } from "../nearest/match-nearest";
import { matchInRounds } from "../nearest/rounds";
import { partnersSought } from "../ratio";
import { sampleSizes } from "../sample-sizes";
import { choiceSequence, sequenceWithoutScore } from "../sequence";
import { presentUnits, resolveUnits, type Units } from "../subject";
import { discardOutside } from "../support";
import type { NearestCovariateOptions } from "../types/options";
import type { ResolvedNearestCovariates } from "../types/resolved";
import type { NearestCovariateMatch } from "../types/result";
import type { MatchSubject } from "../types/subject";
import { type MatchMatrix, matchSubclasses, matchWeights } from "../weights";
import { distanceColumns } from "./columns";
import { resolveCovariates } from "./options";
import type { PartnerProblem } from "./problem";
import { distanceSource } from "./source";

/** Lets each focal unit in turn take the nearest partner on covariates, or by given distances, that is still free. */
export function matchByCovariates(subject: MatchSubject, options: NearestCovariateOptions): NearestCovariateMatch {
  const given = resolveUnits(subject, "score");
  const resolved = resolveCovariates(options, given);
  const { units, complete, columns, dropped } = withoutIncomplete(given, resolved);
  const { treated, score, data } = units;
  const discarded = score === null ? new Uint8Array(treated.length) : discardOutside(treated, score, resolved.discard);
  const kept = complete.map((one, row) => (discarded[row] === 1 ? 0 : one));
  requireKept(treated, kept, resolved.discard);
  const calipers = resolveCalipers(options, score, kept, data);
  const problem = partnerProblem(units, resolved, kept, calipers);
  const width = resolved.maxControls ?? resolved.ratio;
  const { distance } = options;
  const focalArm = resolved.estimand === "ATT" ? 1 : 0;
  const source = distanceSource({ problem, treated, kept, columns, distance, focalArm, width });
  const { sought, sequence } = choices(units, resolved, kept, calipers, problem);
  const { reuseMax } = resolved;
  const places = matchInRounds(source.finder, { wanted: sought, width, reuseMax, sequence });
  if (places.every((row) => row < 0)) failEmptyDistance(calipers, resolved);
  const matrix = withDiscarded(units, problem.focal, discarded, { width, matches: places, sought });
  const weights = matchWeights(matrix, treated);
  const result: Omit<NearestCovariateMatch, "diagnostics"> = {
    kind: "match-result",
    method: "nearest",
    options: resolved,
    estimand: resolved.estimand,
    scale: units.scale,
    link: units.link,
    treated,
    score,
    focal: matrix.focal,
    width,
    matches: matrix.matches,
    weights,
    subclass: reuseMax === 1 ? matchSubclasses(matrix, treated.length) : null,
    discarded,
    incomplete: complete.map((one) => 1 - one),
    calipers: calipers.resolved,
    totalDistance: totalDistance(matrix, source.distance),
    counts: sampleSizes(treated, (row) => complete[row] === 1, weights, discarded),
    covariates: [...new Set([...units.covariates, ...resolved.covariates])],
  };
  const found = diagnoseMatch({ result, problem, line: null, kept, sought: matrix.sought });
  const diagnostics = [...units.diagnostics, ...dropped, ...source.diagnostics, ...found];
  return remember({ ...result, diagnostics }, { data });
}

interface Complete {
  /** With a score that is missing where a covariate is. */
  readonly units: Units;
  /** 1 = has a score, where there is one, and all covariates of the distance. */
  readonly complete: Uint8Array;
  readonly columns: ReturnType<typeof distanceColumns> | null;
  readonly dropped: readonly Diagnostic[];
}

/** Leaves out rows on which the distance cannot be measured, and says so. */
function withoutIncomplete(units: Units, { distance, covariates }: ResolvedNearestCovariates): Complete {
  const present = presentUnits(units);
  if (covariates.length === 0) return { units, complete: present, columns: null, dropped: [] };
  const data: Frame = requireData(units.data, `distance: "${distance}"`);
  const columns = distanceColumns(data, covariates);
  const complete = present.map((one, row) => one * columns.complete[row]);
  const missing = sum(present) - sum(complete);
  if (missing === 0) return { units, complete, columns, dropped: [] };
  requireBothGroups(units.treated, complete, covariates);
  const message = `Left out ${count(missing, "row")} of ${complete.length} with a missing covariate of the distance (${listSome(covariates)}).`;
  const score = units.score?.map((value, row) => (complete[row] === 1 ? value : Number.NaN)) ?? null;
  return {
    units: { ...units, score },
    complete,
    columns,
    dropped: [diagnostic("rows-dropped", "warning", message, { count: missing })],
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

/** Who looks for whom, and under which conditions. */
function partnerProblem(
  units: Units,
  resolved: ResolvedNearestCovariates,
  kept: Uint8Array,
  calipers: CaliperSet,
): PartnerProblem {
  const ofScore =
    units.score === null || calipers.score === Number.POSITIVE_INFINITY
      ? []
      : [{ values: units.score, width: calipers.score }];
  return {
    ...unitsTakingPart(units, resolved, kept),
    limits: [...ofScore, ...calipers.columns],
    admissible: pairConditions(units.data, resolved.antiexact, { ...calipers, columns: [] }, kept),
  };
}

interface Choices {
  readonly sought: Int32Array;
  readonly sequence: Int32Array | "closest" | "farthest";
}

/** How many partners each focal unit seeks, and in which order they choose; by score where there is one. */
function choices(
  units: Units,
  resolved: ResolvedNearestCovariates,
  kept: Uint8Array,
  calipers: CaliperSet,
  { focal }: PartnerProblem,
): Choices {
  const { score } = units;
  const byScore = resolved.order === "largest" || resolved.order === "smallest" || resolved.maxControls !== null;
  if (score === null || !byScore) {
    return {
      sought: new Int32Array(focal.length).fill(resolved.ratio),
      sequence: sequenceWithoutScore(resolved, focal),
    };
  }
  const problem = lineProblem({ ...units, score }, resolved, kept, { ...calipers, columns: [] });
  const line = layLine(problem);
  return { sought: partnersSought(resolved, problem, line), sequence: choiceSequence(resolved, problem, line) };
}

function totalDistance({ focal, width, matches }: MatchMatrix, distance: (a: number, b: number) => number): number {
  let total = 0;
  for (let i = 0; i < matches.length; i++) {
    if (matches[i] >= 0) total += distance(focal[Math.floor(i / width)], matches[i]);
  }
  return total;
}
