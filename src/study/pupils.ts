import { getColumn, isMissingAt, numericColumn, toCategorical } from "../data/column";
import { join } from "../data/join";
import { dropIncomplete, filterRows, selectColumns } from "../data/select";
import type { Frame } from "../data/types";
import { fail } from "../errors/error";
import { count } from "../errors/words";
import { formulaColumns } from "../formula/variables";
import type { ByArm } from "../matching/types/result";
import { compact, PAIR_ALLIANCE } from "./pool";
import type { CellKey, MatchedSchools, PupilFlow, StudySource } from "./types";

/** The pupils complete for M3 in sets with both arms, with their schools' columns, and what became of the others. */
export function pupilsOf(
  source: StudySource,
  { year }: Pick<CellKey, "year">,
  matched: MatchedSchools,
): { readonly table: Frame; readonly flow: PupilFlow } {
  const { columns } = source;
  const schools = selectColumns(matched.schools, [
    columns.school,
    "treated",
    "pair",
    PAIR_ALLIANCE,
    ...formulaColumns(`~ ${matched.covariates}`),
  ]);
  const drawn = source.pupils(matched.schoolRows, year);
  if (drawn.rows === 0) fail("empty-data", `There is no pupil of the matched schools in ${year}.`, { year });
  const needed = [columns.outcome, ...formulaColumns(`~ ${columns.pupilCovariates}`)];
  const pupils = selectColumns(drawn, [...new Set([columns.school, columns.subgroup, ...needed])]);
  const joined = join(pupils, schools, { on: columns.school });
  const lostTo = needed.map((name) => {
    const column = getColumn(joined, name);
    return { column: name, rows: countByArm(joined, (row) => isMissingAt(column, row)) };
  });
  const absent = lostTo.find(({ rows }) => rows.treated + rows.control === joined.rows);
  if (absent !== undefined) {
    fail(
      "empty-data",
      `None of the ${count(joined.rows, "pupil")} of the matched schools in ${year} has a value of "${absent.column}".`,
      { column: absent.column, year },
    );
  }
  const complete = dropIncomplete(joined, needed);
  const { kept, broken } = wholeSets(complete, numericColumn(matched.schools, "pair"));
  if (kept.rows === 0) {
    fail("empty-data", `No pair of schools has pupils with all their columns on both sides in ${year}.`, { year });
  }
  return {
    table: withWeights({ ...kept, columns: kept.columns.map(compact) }, columns.school),
    flow: {
      inMatchedSchools: countByArm(joined, () => true),
      complete: countByArm(kept, () => true),
      lostTo: lostTo.filter(({ rows }) => rows.treated + rows.control > 0),
      brokenPairs: broken,
    },
  };
}

const BOTH = 3;

/** Pupils of the sets in which both arms still have some. */
function wholeSets(pupils: Frame, sets: Float64Array): { readonly kept: Frame; readonly broken: number } {
  const pair = numericColumn(pupils, "pair");
  const treated = numericColumn(pupils, "treated");
  const arms = new Map<number, number>();
  pair.forEach((set, row) => {
    arms.set(set, (arms.get(set) ?? 0) | (treated[row] === 1 ? 1 : 2));
  });
  const broken = [...new Set(sets)].filter((set) => arms.get(set) !== BOTH).length;
  const kept = broken === 0 ? pupils : filterRows(pupils, "pair", (set) => arms.get(set as number) === BOTH);
  return { kept, broken };
}

/** Schools of the role count once, their comparators share that: (schools of the role)/(comparators) of the set. */
function withWeights(pupils: Frame, school: string): Frame {
  const column = getColumn(pupils, school);
  const keyOf = (row: number): number => ("codes" in column ? column.codes[row] : column.values[row]);
  const pair = numericColumn(pupils, "pair");
  const treated = numericColumn(pupils, "treated");
  const seen = new Set<number>();
  const counts = new Map<number, [control: number, treated: number]>();
  for (let row = 0; row < pupils.rows; row++) {
    if (seen.has(keyOf(row))) continue;
    seen.add(keyOf(row));
    const count = counts.get(pair[row]) ?? [0, 0];
    count[treated[row]]++;
    counts.set(pair[row], count);
  }
  const values = pair.map((set, row) => {
    const [control, ofRole] = counts.get(set) as [number, number];
    return treated[row] === 1 ? 1 : ofRole / control;
  });
  return { ...pupils, columns: [...pupils.columns, { kind: "numeric", name: "weights", values }] };
}

/** Rows by arm. */
function countByArm(table: Frame, counts: (row: number) => boolean): ByArm {
  const treated = numericColumn(table, "treated");
  const result = { treated: 0, control: 0 };
  for (let row = 0; row < table.rows; row++) if (counts(row)) result[treated[row] === 1 ? "treated" : "control"]++;
  return result;
}

/** Schools by arm. */
export function schoolsByArm(table: Frame, school: string): ByArm {
  const { codes } = toCategorical(getColumn(table, school));
  const treated = numericColumn(table, "treated");
  const seen = [new Set<number>(), new Set<number>()];
  codes.forEach((code, row) => {
    seen[treated[row]].add(code);
  });
  return { treated: seen[1].size, control: seen[0].size };
}
