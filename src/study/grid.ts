import { roundedTo } from "../display/format";
import { normalCdf } from "../distributions/normal";
import { benjaminiHochberg, holm } from "./multiplicity";
import type { GridRow, StudyCell } from "./types";

/** One line per cell, with p-values adjusted within each role and key stage over the cells that are not placebos. */
export function gridOf(cells: readonly StudyCell[]): GridRow[] {
  const rows = cells.map(rowOf);
  const family = ({ role, keyStage }: GridRow): string => `${role}, ${keyStage}`;
  const adjusted = new Map<GridRow, { holm: number; benjaminiHochberg: number }>();
  for (const name of new Set(rows.map(family))) {
    const members = rows.filter((row) => family(row) === name && !row.placebo);
    const p = members.map((row) => row.p);
    const [first, second] = [holm(p), benjaminiHochberg(p)];
    members.forEach((row, i) => {
      adjusted.set(row, { holm: first[i], benjaminiHochberg: second[i] });
    });
  }
  return rows.map((row) => {
    const full = { ...row, ...adjusted.get(row) };
    return { ...full, reading: reading(full) };
  });
}

function rowOf(cell: StudyCell): GridRow {
  const { key, name, exposureMonths, placebo, reason, design, analysis, truth } = cell;
  const sizes = analysis?.sizes;
  return {
    ...key,
    name,
    exposureMonths,
    placebo,
    reason,
    treatedSchools: analysis?.schools.treated ?? Number.NaN,
    controlSchools: analysis?.schools.control ?? Number.NaN,
    pupils: analysis?.models.M3.nobs ?? Number.NaN,
    worstBefore: design === null ? Number.NaN : worst(design.balance.rows.map(({ before }) => before.smd)),
    worstAfter: design === null ? Number.NaN : worst(design.balance.rows.map(({ after }) => after?.smd ?? Number.NaN)),
    estimate: analysis?.effect.estimate ?? Number.NaN,
    standardError: analysis?.effect.standardError ?? Number.NaN,
    df: analysis?.effect.df ?? Number.NaN,
    lower: analysis?.effect.lower ?? Number.NaN,
    upper: analysis?.effect.upper ?? Number.NaN,
    p: analysis?.effect.p ?? Number.NaN,
    holm: Number.NaN,
    benjaminiHochberg: Number.NaN,
    delta: sizes?.delta ?? Number.NaN,
    hedges: analysis?.hedges?.unconditional.total.estimate ?? Number.NaN,
    icc: analysis?.models.M0.icc ?? Number.NaN,
    treatedShareOfPupils: sizes?.treatedShare.pupils ?? Number.NaN,
    treatedShareOfSchools: sizes?.treatedShare.groups ?? Number.NaN,
    dropOfSchools: sizes?.dropShare.ofGroupVariance ?? Number.NaN,
    dropOfTotalEmpty: sizes?.dropShare.ofTotalEmpty ?? Number.NaN,
    dropOfTotalAdjusted: sizes?.dropShare.ofTotalAdjusted ?? Number.NaN,
    truth: truth?.effect ?? Number.NaN,
    reading: "",
  };
}

function worst(differences: readonly number[]): number {
  return differences.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** What a row says, for a reader who knows schools. "Nothing clear" means no adjusted p below .05. */
function reading(row: GridRow): string {
  if (row.reason !== null) return `Could not be run: ${row.reason}`;
  const { estimate, lower, upper } = row;
  const size = `${sd(estimate)} sd [${sd(lower)}, ${sd(upper)}]`;
  if (row.placebo) {
    return row.p < 0.05
      ? `Before designation could matter pupils already differed by ${size}: the schools may not have been alike.`
      : `Before designation could matter, and nothing clear shows: ${size}.`;
  }
  if (!(row.holm < 0.05)) return `Nothing clear: ${size}.`;
  const [near, far] = estimate > 0 ? [lower, upper] : [-upper, -lower];
  const by = `${sd(Math.abs(estimate))} sd [${sd(near)}, ${sd(far)}]`;
  return [
    `Pupils did ${estimate > 0 ? "better" : "worse"} than in comparable schools by ${by}, as far apart as pupils number 50 and ${placeOf(Math.abs(estimate))} of 100 in the nation.`,
    `The fall in school variance is ${share(row.dropOfTotalEmpty)} of the total variance of M0, ${share(row.dropOfTotalAdjusted)} of M2's.`,
    ...(row.worstAfter > POOR_BALANCE
      ? [`Matched schools still differ by up to ${sd(row.worstAfter)} sd in a covariate.`]
      : []),
  ].join(" ");
}

/** Beyond this, adjusting for a covariate leans on its model: Rubin (2001), Stuart (2010). */
const POOR_BALANCE = 0.25;

/** Where among 100 pupils of the nation, in order of their results, the middle one comes by so many standard deviations more. */
export function placeOf(difference: number): number {
  return Math.round(100 * normalCdf(difference));
}

const sd = (value: number): string => roundedTo(value, 2);
const share = (value: number): string => `${roundedTo(100 * value, 1)} %`;
