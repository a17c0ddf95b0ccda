import { columnNames, getColumn, isMissingAt, numericColumn, toCategorical, valueAt } from "../data/column";
import { takeRows } from "../data/select";
import type { CategoricalColumn, Column, Frame } from "../data/types";
import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { count, listSome } from "../errors/words";
import { countOf } from "./cells";
import type { CellKey, StudyColumns, StudySource } from "./types";

/** Mean and yearly change of the earlier outcomes. */
export const EARLIER = "earlier_mean";
export const TREND = "earlier_trend";
/** The row of the source's schools. */
export const SOURCE_ROW = "source_row";
/** The alliance of a pair's school. */
export const PAIR_ALLIANCE = "pair_alliance";

/** Columns that the study adds. */
export const RESERVED = ["treated", "pair", "pool_row", "score", "weights", EARLIER, TREND, SOURCE_ROW, PAIR_ALLIANCE];

/** The fewest schools of a role, and of comparators, that a propensity model is fitted to. */
const FEWEST = 5;

/** Schools that can be compared, as a table of what the design reads. */
export interface SchoolPool {
  readonly table: Frame;
  readonly excluded: readonly { readonly reason: string; readonly schools: number }[];
  /** Schools of the role that no comparator is like in some category. */
  readonly beyond: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The years whose mean outcomes the table has, in ascending order. */
export function yearsOfOutcomes(schools: Frame, columns: StudyColumns): readonly number[] {
  const [before, after] = columns.earlierOutcome.split("{year}");
  return columnNames(schools)
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .map((name) => Number(name.slice(before.length, name.length - after.length)))
    .filter((year) => Number.isInteger(year))
    .sort((a, b) => a - b);
}

/** The last so many years whose mean outcomes the table has, up to the given one; in ascending order. */
export function earlierYears(
  schools: Frame,
  columns: StudyColumns,
  lastYear: number,
  wanted: number,
): readonly number[] {
  const years = yearsOfOutcomes(schools, columns).filter((year) => year <= lastYear);
  if (years.length > 0) return years.slice(-wanted);
  return fail(
    "unknown-column",
    `There is no mean outcome of ${lastYear} or before among the schools' columns (${columns.earlierOutcome}), and without earlier outcomes schools cannot be made comparable.`,
    { lastYear },
  );
}

/** Treated: the role and cohort. Controls: never in the programme. Others, and schools no one could be compared with, are left out and counted. */
export function schoolPool(source: StudySource, key: Omit<CellKey, "year">, years: readonly number[]): SchoolPool {
  const { schools, columns } = source;
  const excluded: { reason: string; schools: number }[] = [];
  const arm = armsOf(schools, columns, key);
  let rows = [...arm.keys()].filter((row) => arm[row] !== OTHER_PHASE);
  const keep = (reason: string, holds: (row: number) => boolean): number[] => {
    const left = rows.filter((row) => !holds(row));
    if (left.length > 0) excluded.push({ reason, schools: left.length });
    rows = rows.filter(holds);
    return left;
  };
  keep("in the programme in another role or cohort", (row) => arm[row] !== OTHER_ROLE);
  if (key.role === "teaching") {
    const grade = getColumn(schools, columns.ofsted);
    requireGrade(grade, columns);
    keep(`not ${columns.outstanding} before designation`, (row) => String(valueAt(grade, row)) === columns.outstanding);
  }
  const earlier = years.map((year) => numericColumn(schools, columns.earlierOutcome.replace("{year}", String(year))));
  keep("without an earlier outcome", (row) => earlier.every((values) => !Number.isNaN(values[row])));
  for (const name of new Set([...columns.schoolCovariates, columns.ofsted])) {
    const column = getColumn(schools, name);
    keep(`without a value of ${name}`, (row) => !isMissingAt(column, row));
  }
  requireEnough(rows, arm, key, excluded);
  const beyond: number[] = [];
  for (const name of columns.schoolCovariates) {
    const column = getColumn(schools, name);
    if (!("codes" in column)) continue;
    const levels = { treated: levelsOf(column, rows, arm, 1), control: levelsOf(column, rows, arm, 0) };
    keep(
      `of a ${name} that no ${key.role} school has`,
      (row) => arm[row] === 1 || levels.treated.has(column.codes[row]),
    );
    beyond.push(
      ...keep(`of a ${name} that no comparator has`, (row) => arm[row] === 0 || levels.control.has(column.codes[row])),
    );
  }
  requireEnough(rows, arm, key, excluded);
  const name = getColumn(schools, columns.school);
  return {
    table: poolTable(source, rows, arm, years, earlier),
    excluded,
    beyond: beyond.map((row) => String(valueAt(name, row))),
    diagnostics: excluded.length === 0 ? [] : [exclusions(excluded)],
  };
}

const OTHER_PHASE = -2;
const OTHER_ROLE = -1;

/** 1 of the role and cohort, 0 never in the programme; other roles and other phases below 0. */
function armsOf(schools: Frame, columns: StudyColumns, key: Omit<CellKey, "year">): Int8Array {
  const phases = categories(schools, columns.phase);
  const roles = categories(schools, columns.role);
  const cohort = numericColumn(schools, columns.cohort);
  const wanted = key.keyStage === "KS2" ? ["primary", "KS2"] : ["secondary", "KS4"];
  if (!roles.levels.includes(key.role)) {
    fail(
      "unknown-level",
      `No school has the role "${key.role}"; those in "${columns.role}" are ${listSome(roles.levels.map((level) => `"${level}"`))}. They should be teaching, strategic partner, alliance member and none.`,
      { role: key.role },
    );
  }
  const arm = Int8Array.from({ length: schools.rows }, (_, row) => {
    if (!wanted.includes(phases.levels[phases.codes[row]])) return OTHER_PHASE;
    const role = roles.levels[roles.codes[row]];
    if (role === "none") return 0;
    return role === key.role && cohort[row] === key.cohort ? 1 : OTHER_ROLE;
  });
  if (!cohort.includes(key.cohort)) {
    const known = [...new Set(cohort)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
    fail(
      "unknown-level",
      `No school is of cohort ${key.cohort}: "${columns.cohort}" ${known.length === 0 ? "is empty" : `has ${listSome(known)}`}.`,
      { cohort: key.cohort },
    );
  }
  return arm;
}

/** Without it all schools would be left out of the pool of teaching schools. */
function requireGrade(grade: Column, { ofsted, outstanding }: StudyColumns): void {
  const { levels } = toCategorical(grade);
  if (levels.includes(outstanding)) return;
  fail(
    "unknown-level",
    `No school has the grade "${outstanding}", which columns.outstanding names and all teaching schools have; those in "${ofsted}" are ${listSome(levels.map((level) => `"${level}"`))}.`,
    { column: ofsted },
  );
}

function categories(schools: Frame, name: string): CategoricalColumn {
  return toCategorical(getColumn(schools, name));
}

function levelsOf(column: CategoricalColumn, rows: readonly number[], arm: Int8Array, wanted: number): Set<number> {
  return new Set(rows.filter((row) => arm[row] === wanted).map((row) => column.codes[row]));
}

function requireEnough(
  rows: readonly number[],
  arm: Int8Array,
  key: Omit<CellKey, "year">,
  excluded: SchoolPool["excluded"],
): void {
  const treated = rows.filter((row) => arm[row] === 1).length;
  const control = rows.length - treated;
  if (treated >= FEWEST && control >= FEWEST) return;
  fail(
    "too-few-groups",
    `Too few schools at ${key.keyStage} in cohort ${key.cohort}: ${countOf(treated, key.role)} and ${count(control, "comparator")}, where a propensity model needs at least ${FEWEST} of each.${
      excluded.length === 0 ? "" : ` ${exclusions(excluded).message}`
    }`,
    { treated, control },
  );
}

function exclusions(excluded: SchoolPool["excluded"]): Diagnostic {
  const parts = excluded.map(({ reason, schools }) => `${count(schools, "school")} ${reason}`);
  return diagnostic("rows-dropped", "info", `Left out of the pool: ${parts.join("; ")}.`, { excluded });
}

function poolTable(
  { schools, columns }: StudySource,
  rows: readonly number[],
  arm: Int8Array,
  years: readonly number[],
  earlier: readonly Float64Array[],
): Frame {
  const numeric = (name: string, of: (row: number) => number): Column => ({
    kind: "numeric",
    name,
    values: Float64Array.from(rows, of),
  });
  const mean = (row: number): number => earlier.reduce((sum, values) => sum + values[row], 0) / years.length;
  const centre = years.reduce((sum, year) => sum + year, 0) / years.length;
  const spread = years.reduce((sum, year) => sum + (year - centre) ** 2, 0);
  const slope = (row: number): number =>
    earlier.reduce((sum, values, t) => sum + (years[t] - centre) * values[row], 0) / spread;
  const taken = takeRows(schools, rows).columns.filter(({ name }) =>
    [columns.school, columns.alliance, columns.ofsted, ...columns.schoolCovariates].includes(name),
  );
  return {
    kind: "frame",
    rows: rows.length,
    columns: [
      ...taken.map(compact),
      numeric("treated", (row) => arm[row]),
      numeric(SOURCE_ROW, (row) => row),
      numeric(EARLIER, mean),
      ...(years.length > 1 ? [numeric(TREND, slope)] : []),
    ],
  };
}

/** A factor with only the levels that occur. */
export function compact(column: Column): Column {
  if (!("codes" in column)) return column;
  const used = new Uint8Array(column.levels.length);
  for (const code of column.codes) if (code >= 0) used[code] = 1;
  if (used.every((mark) => mark === 1)) return column;
  const kept = [...used.keys()].filter((code) => used[code] === 1);
  const now = new Int32Array(column.levels.length);
  kept.forEach((code, i) => {
    now[code] = i;
  });
  return {
    ...column,
    levels: kept.map((code) => column.levels[code]),
    codes: column.codes.map((code) => (code < 0 ? -1 : now[code])),
  };
}
