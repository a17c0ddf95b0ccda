import { assessBalance } from "../balance/assess";
import { findColumn, getColumn, numericColumn, valueAt } from "../data/column";
import { withColumn } from "../data/select";
import type { Column, Frame } from "../data/types";
import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail, isLikewiseError } from "../errors/error";
import { count, listSome } from "../errors/words";
import { rowWords } from "../matching/diagnose";
import { match } from "../matching/match";
import { matchedPairs } from "../matching/matched-data";
import type { MatchResult, NearestMatch } from "../matching/types/result";
import { fitPropensity } from "../propensity/fit";
import type { PropensityModel } from "../propensity/types";
import { countOf, pluralOf } from "./cells";
import { EARLIER, earlierYears, PAIR_ALLIANCE, SOURCE_ROW, schoolPool, TREND } from "./pool";
import type { CellDesign, CellKey, MatchedSchools, StudySettings, StudySource } from "./types";

/** How schools of one pool are matched. */
export interface MatchChoice {
  readonly distance: "linear" | "mahalanobis";
  readonly ratio: number;
  readonly caliper: number | null;
}

/**
 * The pool, the propensity model and the match of one role, key stage and cohort, on what was known by a given summer.
 *
 * Nothing here reads an outcome after that summer. Teaching schools are compared with Outstanding schools only, from
 * before the propensity model on; partners and members with schools of their own grade.
 *
 * @throws `too-few-groups` for fewer than five schools of the role or comparators, `too-rich` for fewer than columns of covariates;
 *   `empty-match` where nobody finds a comparator, and what reading the columns throws.
 */
export function designCell(
  source: StudySource,
  settings: StudySettings,
  key: Omit<CellKey, "year">,
  lastYear: number,
): CellDesign {
  const { columns } = source;
  const years = earlierYears(source.schools, columns, lastYear, settings.earlierYears);
  const pool = schoolPool(source, key, years);
  const names = varying(pool.table, [EARLIER, TREND, ...columns.schoolCovariates]);
  const covariates = names.join(" + ");
  requireSchoolsForCovariates(pool.table, names, key);
  const formula = `treated ~ ${covariates}`;
  const { propensity, diagnostics } = fitScore(formula, pool.table, pluralOf(key.role));
  const { caliper, ratio } = settings;
  const matched = matchNearest(source, key, propensity, { distance: "linear", caliper, ratio });
  const name = getColumn(pool.table, columns.school);
  const lonely = [...propensity.treated.keys()].filter(
    (row) => propensity.treated[row] === 1 && matched.weights[row] === 0,
  );
  return {
    kind: "cell-design",
    pool: { ...countArms(propensity.treated), excluded: pool.excluded },
    formula,
    propensity,
    match: matched,
    balance: assessBalance(matched),
    unmatched: [...pool.beyond, ...lonely.map((row) => String(valueAt(name, row)))],
    ...schoolsOf(source, matched, covariates),
    diagnostics: [
      ...diagnoseYears(years, settings.earlierYears, lastYear),
      ...pool.diagnostics,
      ...diagnostics,
      ...withSchoolNames(matched.diagnostics, name),
    ],
  };
}

/** Diagnostics of a match that speak of rows of the pool, with the schools in their place. */
function withSchoolNames(diagnostics: readonly Diagnostic[], name: Column): Diagnostic[] {
  return diagnostics.map((found) => {
    const { rows } = found.details as { readonly rows?: readonly number[] };
    if (rows === undefined) return found;
    const schools = rows.map((row) => String(valueAt(name, row)));
    const message = found.message.replace(rowWords(rows), () => listSome(schools));
    return { ...found, message, details: { ...found.details, schools } };
  });
}

function diagnoseYears(years: readonly number[], wanted: number, lastYear: number): Diagnostic[] {
  if (years.length === wanted) return [];
  const message = `Matched on mean outcomes of ${listSome(years)} only: the schools' table has no other of ${lastYear} or before, where ${wanted} years are asked for.`;
  return [diagnostic("fewer-earlier-years", "warning", message, { years, wanted })];
}

/** Nearest neighbours in the pool of a propensity model: of one grade, unless all are Outstanding anyway. */
export function matchNearest(
  { columns }: StudySource,
  { role }: Pick<CellKey, "role">,
  propensity: PropensityModel,
  { distance, ratio, caliper }: MatchChoice,
): NearestMatch {
  return match(propensity, {
    method: "nearest",
    distance,
    ratio,
    ...(caliper === null ? {} : { caliper }),
    ...(role === "teaching" ? {} : { exact: [columns.ofsted] }),
  });
}

/** The matched schools of a result, set by set. */
export function schoolsOf({ columns }: StudySource, matched: MatchResult, covariates: string): MatchedSchools {
  const schools = matchedPairs(matched, undefined, {
    names: { subclass: "pair", row: "pool_row", distance: "score" },
  });
  return {
    schools: withAllianceOfPair(schools, columns.alliance),
    schoolRows: Int32Array.from(numericColumn(schools, SOURCE_ROW)),
    covariates,
  };
}

/** A rule that needs no look at the fit: no more columns than schools of the role, or than comparators. */
function requireSchoolsForCovariates(table: Frame, names: readonly string[], key: Omit<CellKey, "year">): void {
  const columns = names.reduce((sum, name) => {
    const column = getColumn(table, name);
    return sum + ("codes" in column ? column.levels.length - 1 : 1);
  }, 0);
  const treated = numericColumn(table, "treated").reduce((sum, value) => sum + value, 0);
  const control = table.rows - treated;
  if (Math.min(treated, control) >= columns) return;
  fail(
    "too-rich",
    `There are ${countOf(treated, key.role)} and ${count(control, "comparator")}, but ${count(columns, "column")} of school covariates: a propensity model with more columns than schools on a side fits chance. Name fewer schoolCovariates, or take more schools.`,
    { treated, control, columns },
  );
}

/** Logistic regression; where the covariates (nearly) separate the groups, Firth's, and a diagnostic says so. */
function fitScore(
  formula: string,
  table: Frame,
  role: string,
): { readonly propensity: PropensityModel; readonly diagnostics: readonly Diagnostic[] } {
  try {
    const propensity = fitPropensity(formula, table);
    return { propensity, diagnostics: propensity.diagnostics };
  } catch (error) {
    if (!isLikewiseError(error) || (error.code !== "separation" && error.code !== "no-convergence")) throw error;
    const propensity = firthScore(formula, table, role);
    const others = propensity.diagnostics.filter(({ code }) => code !== "penalised");
    return { propensity, diagnostics: [separated(role, error.message), ...others] };
  }
}

function firthScore(formula: string, table: Frame, role: string): PropensityModel {
  try {
    return fitPropensity(formula, table, { penalty: "firth" });
  } catch (error) {
    if (!isLikewiseError(error) || error.code !== "no-convergence") throw error;
    return fail(
      "no-convergence",
      `The school covariates tell ${role} from all others so well that no propensity model could be fitted. Name fewer schoolCovariates, or take more schools.`,
    );
  }
}

function separated(role: string, reason: string): Diagnostic {
  return diagnostic(
    "penalised",
    "warning",
    `The covariates all but separate ${role} from the pool, so the propensity model was fitted with Firth's penalty. ${reason}`,
  );
}

function countArms(treated: Uint8Array): { readonly treated: number; readonly control: number } {
  const ones = treated.reduce((sum, value) => sum + value, 0);
  return { treated: ones, control: treated.length - ones };
}

/** Comparators have no alliance of their own; for clustering they count to that of the school they are paired with. */
function withAllianceOfPair(schools: Frame, alliance: string): Frame {
  const own = getColumn(schools, alliance);
  const pair = numericColumn(schools, "pair");
  const first = new Map<number, string>();
  pair.forEach((set, row) => {
    const name = valueAt(own, row);
    if (name !== null) first.set(set, String(name));
  });
  return withColumn(
    schools,
    PAIR_ALLIANCE,
    Array.from(pair, (set) => first.get(set) ?? `pair ${set}`),
  );
}

/** Covariates that are not the same in the whole pool. */
function varying(table: Frame, names: readonly string[]): readonly string[] {
  return names.filter((name) => {
    const column = findColumn(table, name);
    if (column === undefined) return false;
    const first = valueAt(column, 0);
    return Array.from({ length: table.rows }, (_, row) => valueAt(column, row)).some((value) => value !== first);
  });
}
