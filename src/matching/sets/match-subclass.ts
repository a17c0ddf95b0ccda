import { remember } from "../../data/source";
import type { Diagnostic } from "../../errors/diagnostic";
import { fail } from "../../errors/error";
import { count } from "../../errors/words";
import { noOverlap } from "../diagnose";
import { rowsWhere } from "../support";
import type { SubclassOptions } from "../types/options";
import type { ResolvedSubclass } from "../types/resolved";
import type { SubclassMatch } from "../types/result";
import type { MatchSubject } from "../types/subject";
import { diagnoseSets } from "./diagnose-sets";
import { countMoves, fewerSubclasses, unitsMoved } from "./diagnose-subclasses";
import { scoredUnitsKept } from "./scored-units";
import { resolveSubclass } from "./set-options";
import { fieldsOfSets, setsWithBoth } from "./sets";
import { classesBetween, equalQuantiles, fillClasses } from "./subclass-classes";

/**
 * Classes between quantiles of the score, each with units of both groups.
 *
 * @see Rosenbaum & Rubin (1984), Journal of the American Statistical Association 79:516-524.
 */
export function matchBySubclass(subject: MatchSubject, options: SubclassOptions): SubclassMatch {
  const resolved = resolveSubclass(options);
  const { units, discarded, kept } = scoredUnitsKept(subject, resolved);
  const { treated, score, data } = units;
  const { classOf, classes, found } = classesOf({ treated, score, kept }, resolved);
  const subclass = setsWithBoth({ stratum: classOf, strata: classes }, treated);
  if (subclass.every((set) => set < 0)) {
    fail(
      "empty-match",
      `None of the ${classes} subclasses holds both groups. Ask for fewer, or leave minPerSubclass at 1.`,
    );
  }
  const result: Omit<SubclassMatch, "diagnostics"> = {
    ...fieldsOfSets(units, subclass, resolved.estimand, discarded),
    method: "subclass",
    options: resolved,
    score,
    calipers: [],
    totalDistance: null,
  };
  const diagnostics = [...units.diagnostics, ...diagnoseSets(result, kept), ...found, ...noOverlap(result)];
  return remember({ ...result, diagnostics }, { data });
}

interface KeptScores {
  readonly treated: Uint8Array;
  readonly score: Float64Array;
  readonly kept: Uint8Array;
}

interface Classes {
  /** From 0 by ascending score, −1 = takes no part. */
  readonly classOf: Int32Array;
  readonly classes: number;
  readonly found: readonly Diagnostic[];
}

/** Cuts at the quantiles of the estimand's units, then sees to the minimum of each group. */
function classesOf({ treated, score, kept }: KeptScores, options: ResolvedSubclass): Classes {
  const { subclasses, minPerSubclass, estimand } = options;
  const arms = [0, 1].map((arm) => rowsWhere(kept.map((k, row) => (k === 1 && treated[row] === arm ? 1 : 0))));
  const focal = estimand === "ATT" ? arms[1] : estimand === "ATC" ? arms[0] : rowsWhere(kept);
  requireEnough(focal.length, options);
  const sorted = Float64Array.from(focal, (row) => score[row]).sort();
  const { classOf, classes } = classesBetween(score, equalQuantiles(sorted, subclasses), kept);
  requireMinimum(arms, classes, minPerSubclass);
  const before = classOf.slice();
  for (const rows of arms) fillClasses(rows, score, classOf, classes, minPerSubclass);
  const moves = countMoves(before, classOf, treated);
  return { classOf, classes, found: [...fewerSubclasses(classes, subclasses), ...unitsMoved(moves, minPerSubclass)] };
}

function requireEnough(focal: number, { subclasses, estimand }: ResolvedSubclass): void {
  if (subclasses <= focal) return;
  const units = estimand === "ATT" ? "treated unit" : estimand === "ATC" ? "control unit" : "unit";
  fail("invalid-argument", `subclasses: ${subclasses} are more than the ${count(focal, units)}. Ask for fewer.`, {
    subclasses,
    units: focal,
  });
}

function requireMinimum(arms: readonly Int32Array[], classes: number, least: number): void {
  for (const arm of [1, 0]) {
    if (arms[arm].length >= classes * least) continue;
    fail(
      "invalid-argument",
      `The ${count(arms[arm].length, `${arm === 1 ? "treated" : "control"} unit`)} cannot give each of ` +
        `${count(classes, "subclass", "subclasses")} at least ${least}. Ask for fewer subclasses, or set minPerSubclass: 0 to leave out those without.`,
      { units: arms[arm].length, classes, least },
    );
  }
}
