import { getColumn, numericColumn, valueAt } from "../data/column";
import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail, isLikewiseError } from "../errors/error";
import { count } from "../errors/words";
import type { CellTruth } from "../synthetic/truth";
import { VERSION } from "../version";
import { analyseCell } from "./analysis";
import { cellKeys, cellName, isPlacebo, lastEarlierYear, monthsOfExposure } from "./cells";
import { designCell } from "./design";
import { gridOf } from "./grid";
import { yearsOfOutcomes } from "./pool";
import { senseCell } from "./sensitivity";
import { resolveSettings, type StudyOptions } from "./settings";
import { studySource } from "./source";
import type { CellAnalysis, CellDesign, CellKey, Study, StudyCell, StudySettings, StudySource } from "./types";

/**
 * The study of teaching schools, strategic partners and alliance members: for every role, key stage, cohort and year a match of
 * schools, four models of their pupils, and the effect.
 *
 * Schools are matched 1:1 on the linear predictor of a propensity model of what was known before designation; pupils
 * of matched schools are compared in the year's tests by random-intercept models M0 (empty), M1 (pupil covariates), M2 (and
 * school covariates) and M3 (and the role). The recommended interval comes from M3 with `(1 | pair/school)`.
 * A year before or just at designation is a placebo. p-values are adjusted within each role and key stage. The
 * specification is a reconstruction of a published study whose equations were not published.
 *
 * A cell that cannot be run says why and does not stop the others. The models of the grid do not remember their pupils, so that
 * memory stays small: {@link runCell} gives one whose models do, for `influence` or `augment`.
 *
 * @param options - `data` from `simulateSchools` or a user's two tables, and what to change; see {@link StudyOptions}.
 * @throws `invalid-argument` for an option out of its range; `stopped` where the signal aborts; for a user's tables `unknown-column`,
 *   `missing-key`, `duplicate-key`, `missing-values`, `wrong-type`.
 * @example
 * ```ts
 * import { runStudy, simulateSchools } from "likewise";
 * const study = runStudy({
 *   data: simulateSchools({ seed: 1, scale: 0.2 }),
 *   roles: ["teaching"], keyStages: ["KS2"], years: [2014], sensitivity: "none",
 * });
 * study.grid.length; // 3
 * ```
 * @see Gu, Rea, Smethem, Dunford, Varley & Sammons (2015), DfE RB505; Abadie & Spiess (2022), JASA 117:983-995, for intervals
 *   that know of the matching.
 */
export function runStudy(options: StudyOptions): Study {
  const settings = resolveSettings(options);
  const source = studySource(options.data, options);
  const keys = cellKeys(settings);
  const cells: StudyCell[] = [];
  for (const cell of studyCells(source, settings, keys, options.signal)) {
    cells.push(withoutRows(cell));
    options.onProgress?.(cells.length, keys.length, cell);
  }
  return assembleStudy(source, settings, cells);
}

/** The study of cells in the order of the grid, wherever they were run. */
export function assembleStudy(source: StudySource, settings: StudySettings, cells: readonly StudyCell[]): Study {
  return {
    kind: "study",
    version: VERSION,
    origin: source.origin,
    dataSeed: source.seed,
    simulation: source.simulation,
    settings,
    columns: source.columns,
    cells,
    grid: gridOf(cells),
    diagnostics: source.diagnostics,
  };
}

/** Models remember the pupils they were fitted to; a grid of them would hold all pupils at once. Copies do not. */
function withoutRows(cell: StudyCell): StudyCell {
  if (cell.analysis === null) return cell;
  const { M0, M1, M2, M3, paired } = cell.analysis.models;
  const models = { M0: { ...M0 }, M1: { ...M1 }, M2: { ...M2 }, M3: { ...M3 }, paired: paired && { ...paired } };
  const pupilBalance = { ...cell.analysis.pupilBalance };
  return { ...cell, analysis: { ...cell.analysis, models, pupilBalance } };
}

/**
 * One cell of the grid alone, the same as in {@link runStudy} to the last digit; its models remember their pupils.
 *
 * @param options - as for `runStudy`.
 * @param key - the role, key stage, cohort and year.
 * @throws as `runStudy`; `invalid-argument` for a cohort that is not among the options'.
 * @example
 * ```ts
 * import { runCell, simulateSchools } from "likewise";
 * const cell = runCell(
 *   {
 *     data: simulateSchools({ seed: 1, scale: 0.1, cohorts: [10, 10, 600] }),
 *     schoolCovariates: ["intake", "fsm", "roll", "urban"], sensitivity: "none",
 *   },
 *   { role: "teaching", keyStage: "KS2", cohort: 3, year: 2014 },
 * );
 * cell.analysis?.schools.treated; // 33
 * cell.truth?.effect.toFixed(2); // "0.45"
 * ```
 */
export function runCell(options: StudyOptions, key: CellKey): StudyCell {
  const settings = resolveSettings(options);
  const [cell] = studyCells(studySource(options.data, options), settings, [key], options.signal);
  return cell;
}

/** Cells one after another; those that know the same earlier years share a design. */
export function* studyCells(
  source: StudySource,
  settings: StudySettings,
  keys: readonly CellKey[],
  signal: StudyOptions["signal"],
): Generator<StudyCell> {
  const designs = new Map<string, CellDesign | string>();
  for (const key of keys) {
    if (signal?.aborted) fail("stopped", "The study was stopped before it was done.");
    yield runKey(source, settings, key, designs);
  }
}

function runKey(
  source: StudySource,
  settings: StudySettings,
  key: CellKey,
  designs: Map<string, CellDesign | string>,
): StudyCell {
  const cohort = settings.cohorts.find((entry) => entry.cohort === key.cohort);
  if (cohort === undefined) {
    return fail("invalid-argument", `There is no cohort ${key.cohort} among the settings' cohorts.`, {
      cohort: key.cohort,
    });
  }
  const months = monthsOfExposure(cohort, key.year);
  const lastYear = lastEarlierYear(cohort, key.year);
  const name = `${key.role} ${key.keyStage} ${key.cohort} ${knownYears(source, lastYear)}`;
  if (!designs.has(name))
    designs.set(
      name,
      attempt(() => designCell(source, settings, key, lastYear)),
    );
  const design = designs.get(name) as CellDesign | string;
  const base = {
    kind: "study-cell",
    key,
    name: cellName(key),
    exposureMonths: months,
    placebo: isPlacebo(months),
  } as const;
  if (typeof design === "string") return { ...base, ...NOTHING, reason: design, design: null };
  const analysis = attempt(() => analyseCell(source, settings, key, design));
  if (typeof analysis === "string") {
    return { ...base, ...NOTHING, reason: analysis, design, diagnostics: design.diagnostics };
  }
  return {
    ...base,
    reason: null,
    design,
    analysis,
    truth: truthOfCell(source, key, design, analysis),
    sensitivity: isSensed(settings, key) ? senseCell(source, settings, key, design, analysis) : null,
    diagnostics: [
      ...design.diagnostics,
      ...brokenPairs(analysis),
      ...(analysis.models.paired ?? analysis.models.M3).diagnostics,
    ],
  };
}

/** The years of outcomes that a design can read: cells that know the same share one, whatever the calendar says. */
function knownYears({ schools, columns }: StudySource, lastYear: number): string {
  const years = yearsOfOutcomes(schools, columns).filter((year) => year <= lastYear);
  return years.length > 0 ? years.join(" ") : `none by ${lastYear}`;
}

function brokenPairs({ flow: { brokenPairs } }: CellAnalysis): Diagnostic[] {
  if (brokenPairs === 0) return [];
  const message = `${count(brokenPairs, "pair")} left out, for one of the schools has no pupil with all columns.`;
  return [diagnostic("pairs-broken", "warning", message, { pairs: brokenPairs })];
}

const NOTHING = { analysis: null, truth: null, sensitivity: null, diagnostics: [] } as const;

/** A result, or the sentence that says why there is none. */
function attempt<T>(make: () => T): T | string {
  try {
    return make();
  } catch (error) {
    if (!isLikewiseError(error)) throw error;
    return error.message;
  }
}

function isSensed({ sensitivity, years }: StudySettings, { year }: CellKey): boolean {
  return sensitivity === "all" || (sensitivity === "latest" && year === years[years.length - 1]);
}

/** Of the schools that were analysed: those of broken pairs are out. */
function truthOfCell(
  { truth, columns }: StudySource,
  { year }: CellKey,
  { schools }: CellDesign,
  { models }: CellAnalysis,
): CellTruth | null {
  if (truth === null) return null;
  const analysed = new Set(models.M3.summary.levels);
  const name = getColumn(schools, columns.school);
  const treated = numericColumn(schools, "treated");
  const named = (arm: number): string[] =>
    [...treated.keys()].filter((row) => treated[row] === arm).map((row) => String(valueAt(name, row)));
  return truth(
    named(1).filter((school) => analysed.has(school)),
    named(0).filter((school) => analysed.has(school)),
    year,
  );
}
