import { getColumn, numericColumn, toCategorical } from "../data/column";
import type { Frame } from "../data/types";
import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { count, listSome, nearestName } from "../errors/words";
import type { StudyColumns } from "./types";

const ROLES = ["teaching", "strategic partner", "alliance member", "none"];
const PHASES = ["primary", "secondary", "KS2", "KS4"];

/**
 * What the study would read otherwise than it was meant: roles and phases that it does not know, and outcomes that are not in
 * national standard deviations.
 *
 * @param schoolOf - for each pupil the row of its school, −1 for none.
 */
export function oddities(schools: Frame, pupils: Frame, schoolOf: Int32Array, columns: StudyColumns): Diagnostic[] {
  return [
    ...strangeLevels(schools, columns.role, ROLES),
    ...strangeLevels(schools, columns.phase, PHASES),
    ...strangeScales(schools, pupils, schoolOf, columns),
  ];
}

/** Schools with a level that no comparison looks for. */
function strangeLevels(schools: Frame, name: string, known: readonly string[]): Diagnostic[] {
  const { codes, levels } = toCategorical(getColumn(schools, name));
  const strange = codes.reduce((sum, code) => sum + (code >= 0 && !known.includes(levels[code]) ? 1 : 0), 0);
  if (strange === 0) return [];
  const used = new Set(codes);
  const found = levels.filter((level, code) => used.has(code) && !known.includes(level));
  const words = found.map((level) => {
    const meant = nearestName(level, known);
    return meant === undefined ? `"${level}"` : `"${level}" (perhaps ${meant})`;
  });
  const message = `${count(strange, "school")} left out for a "${name}" that the study does not know: ${listSome(words)}. It knows ${known.join(", ")}.`;
  return [diagnostic("unknown-levels", "warning", message, { column: name, schools: strange, levels: found })];
}

/** Means beyond this and standard deviations beyond a factor of two are no national scores of a whole cohort's size. */
const FARTHEST_MEAN = 1;
const WIDEST = 2;

/** Year and phase in which outcomes have another scale than standard deviations about a national mean. */
function strangeScales(schools: Frame, pupils: Frame, schoolOf: Int32Array, columns: StudyColumns): Diagnostic[] {
  const phases = toCategorical(getColumn(schools, columns.phase));
  const [years, outcomes] = [numericColumn(pupils, columns.year), numericColumn(pupils, columns.outcome)];
  const sums = new Map<string, [n: number, mean: number, squares: number]>();
  outcomes.forEach((value, row) => {
    if (Number.isNaN(value) || schoolOf[row] < 0) return;
    const name = `${phases.levels[phases.codes[schoolOf[row]]]}, ${years[row]}`;
    const [n, mean, squares] = sums.get(name) ?? [0, 0, 0];
    const gap = value - mean;
    const centre = mean + gap / (n + 1);
    sums.set(name, [n + 1, centre, squares + gap * (value - centre)]);
  });
  const strange = [...sums].filter(([, [n, mean, squares]]) => {
    const sd = Math.sqrt(squares / (n - 1));
    return n > 1 && (Math.abs(mean) > FARTHEST_MEAN || sd > WIDEST || sd < 1 / WIDEST);
  });
  if (strange.length === 0) return [];
  const parts = strange.map(
    ([name, [n, mean, squares]]) => `${name}: mean ${mean.toFixed(2)}, sd ${Math.sqrt(squares / (n - 1)).toFixed(2)}`,
  );
  const message = `"${columns.outcome}" should be standardised within year and key stage on national constants, for effects are read as national standard deviations; it has ${listSome(parts)}.`;
  return [diagnostic("outcome-scale", "warning", message, { column: columns.outcome })];
}
