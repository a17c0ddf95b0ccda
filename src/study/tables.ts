import { columnNames, getColumn, numericColumn, valueAt } from "../data/column";
import { frame } from "../data/frame";
import { codesOfKey } from "../data/key-codes";
import { takeRows } from "../data/select";
import type { Column, Frame } from "../data/types";
import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail, isLikewiseError } from "../errors/error";
import { count, listSome, nearestName, suggest } from "../errors/words";
import { formulaColumns } from "../formula/variables";
import { apart, DEFAULT_COLUMNS } from "./columns";
import { RESERVED } from "./pool";
import { oddities } from "./table-checks";
import type { StudyColumns, StudySource, StudyTables } from "./types";

/** A user's two tables, checked: every column that the study reads is there, keys are unique, and both tables know each other. */
export function sourceOfTables(tables: StudyTables): StudySource {
  const columns = { ...DEFAULT_COLUMNS, ...tables.columns };
  const titles = tables.titles ?? { schools: "The table of schools", pupils: "The table of pupils" };
  requireKnownNames(tables.columns ?? {});
  const all = frame(tables.schools);
  const pupils = frame(tables.pupils);
  requireSchoolColumns(columnNames(all), columns, titles.schools);
  requirePupilColumns(columnNames(pupils), columns, titles.pupils);
  const { schools, names } = apart(all, columnNames(pupils), columns);
  const codes = schoolCodes(pupils, schools, columns.school, titles);
  const years = inTable(titles.pupils, () => numericColumn(pupils, columns.year));
  inTable(titles.pupils, () => numericColumn(pupils, columns.outcome));
  const index = rowsBySchool(codes, schools.rows);
  return {
    kind: "study-source",
    origin: "tables",
    seed: null,
    simulation: null,
    schools,
    pupils: (rows, year) => takeRows(pupils, rowsOf(index, rows, years, year)),
    truth: null,
    columns: { ...columns, schoolCovariates: names },
    diagnostics: [...strangers(pupils, schools, codes, columns.school), ...oddities(schools, pupils, codes, columns)],
  };
}

function requireKnownNames(given: Partial<StudyColumns>): void {
  const known = Object.keys(DEFAULT_COLUMNS);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  fail("invalid-argument", `columns has no entry "${unknown}".${suggest(unknown, known, "entries")}`, {
    entry: unknown,
  });
}

/**
 * Every column of schools that the study reads is there, and none has the name of one it adds.
 *
 * @param title - what errors call the table.
 */
export function requireSchoolColumns(names: readonly string[], columns: StudyColumns, title: string): void {
  const entries = ["school", "phase", "role", "cohort", "alliance", "ofsted"] as const;
  requireColumns(names, title, [
    ...entries.map((entry) => [entry, columns[entry]] as const),
    ...columns.schoolCovariates.map((name) => ["schoolCovariates", name] as const),
  ]);
  const taken = columns.schoolCovariates.find((name) => RESERVED.includes(name));
  if (taken !== undefined) {
    fail("column-conflict", `The study adds a column "${taken}" of its own; rename the covariate of that name.`, {
      column: taken,
    });
  }
  if (!columns.earlierOutcome.includes("{year}")) {
    fail(
      "invalid-argument",
      `columns.earlierOutcome is a name with {year} in it, such as "outcome{year}", not "${columns.earlierOutcome}".`,
    );
  }
}

/** The same for pupils; gives the columns that the study reads. */
export function requirePupilColumns(names: readonly string[], columns: StudyColumns, title: string): string[] {
  const entries = ["school", "year", "outcome", "subgroup"] as const;
  const covariates = formulaColumns(`~ ${columns.pupilCovariates}`);
  requireColumns(names, title, [
    ...entries.map((entry) => [entry, columns[entry]] as const),
    ...covariates.map((name) => ["pupilCovariates", name] as const),
  ]);
  return [...new Set([...entries.map((entry) => columns[entry]), ...covariates])];
}

/** Refuses a table without a column that the study reads: all of those that are missing, with the entries of `columns` that name them. */
function requireColumns(
  names: readonly string[],
  title: string,
  wanted: readonly (readonly [entry: keyof StudyColumns, name: string])[],
): void {
  const missing = wanted.filter(([, name]) => !names.includes(name));
  if (missing.length === 0) return;
  const [[entry, name]] = missing;
  const details = { column: name, entry, missing: missing.map(([, column]) => column) };
  if (missing.length === 1) {
    const hint = suggest(name, names);
    fail("unknown-column", `${title} has no column "${name}", which columns.${entry} names.${hint}`, details);
  }
  const others = names.filter((candidate) => wanted.every(([, column]) => column !== candidate));
  const columns = missing.map(([, column]) => {
    const meant = nearestName(column, others);
    return meant === undefined ? `"${column}"` : `"${column}" (perhaps "${meant}")`;
  });
  const entries = listSome([...new Set(missing.map(([key]) => `columns.${key}`))], 8);
  fail(
    "unknown-column",
    `${title} has no columns ${listSome(columns, 8)}. Say what they are called there in ${entries}. Its columns are ${listSome(names, 12)}.`,
    details,
  );
}

/** What the work says of a column, with the table it is in. */
function inTable<T>(title: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!isLikewiseError(error)) throw error;
    return fail(error.code, `${title}: ${error.message}`, error.details);
  }
}

/** For each pupil the row of its school, −1 for none. */
function schoolCodes(
  pupils: Frame,
  schools: Frame,
  key: string,
  titles: NonNullable<StudyTables["titles"]>,
): Int32Array {
  const [left, right] = [getColumn(pupils, key), getColumn(schools, key)];
  if ("codes" in left !== "codes" in right) {
    fail(
      "wrong-type",
      `"${key}" is ${"codes" in left ? "text in the pupils' table and a number" : "a number in the pupils' table and text"} in the schools'. Read both as text.`,
      { column: key },
    );
  }
  const codes = codesOfKey(left, right);
  const rowOf = new Int32Array(codes.size).fill(-1);
  codes.right.forEach((code, row) => {
    const name = valueAt(right, row);
    if (name === null) {
      fail("missing-values", `${titles.schools}: row ${row + 1} has no "${key}". Every school needs one.`, {
        column: key,
        row,
      });
    }
    if (rowOf[code] >= 0) {
      fail(
        "duplicate-key",
        `${titles.schools}: the school ${name} stands twice, in rows ${rowOf[code] + 1} and ${row + 1}. Leave one of them out.`,
        { column: key, row },
      );
    }
    rowOf[code] = row;
  });
  return codes.left.map((code) => (code < 0 ? -1 : rowOf[code]));
}

interface Index {
  readonly start: Int32Array;
  readonly rows: Int32Array;
}

/** Rows of pupils in the order of their schools. */
function rowsBySchool(codes: Int32Array, schools: number): Index {
  const start = new Int32Array(schools + 1);
  for (const code of codes) if (code >= 0) start[code + 1]++;
  for (let j = 0; j < schools; j++) start[j + 1] += start[j];
  const rows = new Int32Array(start[schools]);
  const next = start.slice();
  codes.forEach((code, row) => {
    if (code >= 0) rows[next[code]++] = row;
  });
  return { start, rows };
}

function rowsOf({ start, rows }: Index, schools: Int32Array, years: Float64Array, year: number): Int32Array {
  const found: number[] = [];
  for (const school of schools) {
    for (let i = start[school]; i < start[school + 1]; i++) if (years[rows[i]] === year) found.push(rows[i]);
  }
  return Int32Array.from(found);
}

/** Pupils whose school is not in the table, and schools without a pupil. */
function strangers(pupils: Frame, schools: Frame, codes: Int32Array, key: string): Diagnostic[] {
  const [left, right] = [getColumn(pupils, key), getColumn(schools, key)];
  const named = (column: Column, rows: Iterable<number>): string[] => [
    ...new Set([...rows].map((row) => String(valueAt(column, row)))),
  ];
  const lost = [...codes.keys()].filter((row) => codes[row] < 0);
  const found = new Uint8Array(schools.rows);
  for (const code of codes) if (code >= 0) found[code] = 1;
  const empty = [...found.keys()].filter((row) => found[row] === 0);
  if (lost.length === codes.length) {
    const examples = (column: Column, rows: readonly number[]): string => named(column, rows).slice(0, 3).join(", ");
    fail(
      "missing-key",
      `None of the ${count(codes.length, "pupil")} has a school of the schools' table: their "${key}" is such as ${examples(left, lost.slice(0, 1000))}, ` +
        `that of schools such as ${examples(right, empty.slice(0, 3))}. Write both in the same way, or name another column with columns.school.`,
      { column: key },
    );
  }
  return [
    ...(lost.length > 0
      ? [
          diagnostic(
            "pupils-without-school",
            "warning",
            `${count(lost.length, "pupil")} left out: their "${key}" is not among the schools (${listSome(named(left, lost))}).`,
            { pupils: lost.length },
          ),
        ]
      : []),
    ...(empty.length > 0
      ? [
          diagnostic(
            "schools-without-pupils",
            "info",
            `${count(empty.length, "school")} without a pupil: ${listSome(named(right, empty))}.`,
            { schools: empty.length },
          ),
        ]
      : []),
  ];
}
