import { numericColumn } from "../data/column";
import { roundedTo } from "../display/format";
import { pluralOf } from "../study/cells";
import type { CellAnalysis, CellDesign, Study, StudyCell } from "../study/types";

/** A cell that was run. */
export type RunCell = StudyCell & { readonly design: CellDesign; readonly analysis: CellAnalysis };

export function runCells(study: Study): RunCell[] {
  return study.cells.filter((cell): cell is RunCell => cell.design !== null && cell.analysis !== null);
}

/** The cells shown in full: for the first role and each key stage the earliest cohort's latest year. */
export function headlineCells(study: Study): RunCell[] {
  return study.settings.keyStages.flatMap((keyStage) => {
    const cells = runCells(study).filter(({ key, placebo }) => key.keyStage === keyStage && !placebo);
    const first = cells.find(({ key }) => key.role === cells[0].key.role && key.cohort === cells[0].key.cohort);
    if (first === undefined) return [];
    const same = cells.filter(({ key }) => key.role === first.key.role && key.cohort === first.key.cohort);
    return [same[same.length - 1]];
  });
}

export const idOf = ({ key }: Pick<StudyCell, "key">): string =>
  `${key.role}-${key.keyStage}-${key.cohort}-${key.year}`.replaceAll(" ", "-").toLowerCase();

/** One match of schools, and the comparisons made with it. */
export interface SharedDesign {
  /** `teaching schools, KS2, cohort 1`, with the years where the cohort was matched more than once. */
  readonly name: string;
  readonly design: CellDesign;
  readonly cells: readonly StudyCell[];
}

/** Each design once, in the order of the grid. */
export function sharedDesigns(study: Study): SharedDesign[] {
  const found: { design: CellDesign; cells: StudyCell[] }[] = [];
  for (const cell of study.cells) {
    const { design } = cell;
    if (design === null) continue;
    const shared = found.find(
      ({ cells, design: other }) => isSameCohort(cells[0], cell) && isSameDesign(other, design),
    );
    if (shared === undefined) found.push({ design, cells: [cell] });
    else shared.cells.push(cell);
  }
  return found.map(({ design, cells }) => {
    const [{ key }] = cells;
    const isOnly = found.filter((other) => isSameCohort(other.cells[0], cells[0])).length === 1;
    const years = isOnly ? "" : `, ${cells.map((cell) => cell.key.year).join(" and ")}`;
    return { name: `${pluralOf(key.role)}, ${key.keyStage}, cohort ${key.cohort}${years}`, design, cells };
  });
}

function isSameCohort({ key: one }: StudyCell, { key: other }: StudyCell): boolean {
  return one.role === other.role && one.keyStage === other.keyStage && one.cohort === other.cohort;
}

/** By what they hold: a study read from a file shares no objects. */
function isSameDesign(one: CellDesign, other: CellDesign): boolean {
  if (one === other) return true;
  return (
    one.formula === other.formula &&
    one.schoolRows.length === other.schoolRows.length &&
    one.schoolRows.every((row, i) => row === other.schoolRows[i]) &&
    one.propensity.deviance === other.propensity.deviance
  );
}

/** Schools of each arm that found a partner. */
export function matchedSchools({ schools }: CellDesign): { readonly treated: number; readonly control: number } {
  const treated = numericColumn(schools, "treated").reduce((sum, value) => sum + value, 0);
  return { treated, control: schools.rows - treated };
}

export const capital = (words: string): string => `${words[0].toUpperCase()}${words.slice(1)}`;
export const sd = (value: number): string => roundedTo(value, 2);
export const percentage = (share: number, digits = 1): string => `${roundedTo(100 * share, digits)} %`;

/** `0.38 to 0.47`, or one number where both are the same. */
export function rangeOf(values: readonly number[], write: (value: number) => string): string {
  const [low, high] = [write(Math.min(...values)), write(Math.max(...values))];
  return low === high ? low : `${low} to ${high}`;
}
