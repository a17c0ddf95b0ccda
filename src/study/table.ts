import { type Cell, type FormattedCell, fixed, percent, pValue, type Table, text, wholeNumber } from "../display/table";
import { count, listSome } from "../errors/words";
import type { FixedEffect, MixedModel } from "../multilevel/types";
import type { CellAnalysis, CellDesign, GridRow, Study, StudyCell } from "./types";

/**
 * The grid as a table: one row per comparison, numbers as they are, and what to know beside them in the notes.
 *
 * Effects and their intervals are in standard deviations of the national outcome; `largest difference` is the largest
 * absolute standardised difference of a school covariate; shares of variance are the fall from M2 to M3.
 *
 * @example
 * ```ts
 * import { render, runStudy, studyTable, simulateSchools } from "likewise";
 * const study = runStudy({
 *   data: simulateSchools({ seed: 1, scale: 0.1, cohorts: [10, 10, 600] }),
 *   schoolCovariates: ["intake", "fsm", "roll", "urban"], roles: ["teaching"], keyStages: ["KS2"],
 *   cohorts: [{ cohort: 3, year: 2013, month: 2 }], years: [2014], sensitivity: "none",
 * });
 * render(studyTable(study)).includes("Study of 1 comparison"); // true
 * ```
 */
export function studyTable({ grid, cells, origin, diagnostics }: Study): Table {
  const isSimulated = origin === "simulated";
  const columns: readonly (readonly [
    name: string,
    format: Table["columns"][number]["format"],
    of: (row: GridRow) => Cell,
  ])[] = [
    ["comparison", text, ({ name }) => name],
    ["months", wholeNumber, ({ exposureMonths }) => exposureMonths],
    ["schools", text, ({ treatedSchools, controlSchools }) => arms(treatedSchools, controlSchools)],
    ["pupils", wholeNumber, ({ pupils }) => pupils],
    ["largest difference before", fixed(2), ({ worstBefore }) => worstBefore],
    ["after", fixed(2), ({ worstAfter }) => worstAfter],
    ["effect", fixed(3), ({ estimate }) => estimate],
    ["from", fixed(3), ({ lower }) => lower],
    ["to", fixed(3), ({ upper }) => upper],
    ["p", pValue, ({ p }) => p],
    ["Holm", pValue, ({ holm }) => holm],
    ["BH", pValue, ({ benjaminiHochberg }) => benjaminiHochberg],
    ["Δ", fixed(2), ({ delta }) => delta],
    ["g", fixed(2), ({ hedges }) => hedges],
    ["ICC", fixed(3), ({ icc }) => icc],
    ["pupils treated", percent(0), ({ treatedShareOfPupils }) => treatedShareOfPupils],
    ["schools treated", percent(0), ({ treatedShareOfSchools }) => treatedShareOfSchools],
    ["of school variance", percent(1), ({ dropOfSchools }) => dropOfSchools],
    ["of total, M0", percent(1), ({ dropOfTotalEmpty }) => dropOfTotalEmpty],
    ["of total, M2", percent(1), ({ dropOfTotalAdjusted }) => dropOfTotalAdjusted],
  ];
  const shown = isSimulated ? [...columns, ["truth", fixed(3), ({ truth }: GridRow): Cell => truth] as const] : columns;
  return {
    kind: "table",
    title: `Study of ${count(grid.length, "comparison")}`,
    columns: shown.map(([name, format]) => ({ name, format })),
    rows: grid.map((row) => shown.map(([, , of]) => of(row))),
    notes: [...studyNotes(grid, cells), ...diagnostics.map(({ message }) => message)],
  };
}

/**
 * What every comparison says, in plain words, as a table. "Nothing clear" means no Holm-adjusted p below .05.
 *
 * @example
 * ```ts
 * import { readingTable, runStudy, simulateSchools } from "likewise";
 * const study = runStudy({
 *   data: simulateSchools({ seed: 1, scale: 0.1, cohorts: [10, 10, 600] }),
 *   schoolCovariates: ["intake", "fsm", "roll", "urban"], roles: ["teaching"], keyStages: ["KS2"],
 *   cohorts: [{ cohort: 3, year: 2013, month: 2 }], years: [2014], sensitivity: "none",
 * });
 * readingTable(study).rows.length; // 1
 * ```
 */
export function readingTable({ grid }: Study): Table {
  return {
    kind: "table",
    title: "What the comparisons say",
    columns: [
      { name: "comparison", format: text },
      { name: "reading", format: text },
    ],
    rows: grid.map(({ name, reading }) => [name, reading]),
  };
}

function arms(treated: number, control: number): string {
  return Number.isNaN(treated) ? "" : `${treated}/${control}`;
}

function studyNotes(grid: readonly GridRow[], cells: readonly StudyCell[]): string[] {
  const placebos = grid.filter(({ placebo }) => placebo);
  const failed = grid.filter(({ reason }) => reason !== null);
  const sentences = new Map<string, string[]>();
  for (const { reason, name } of failed) {
    const names = sentences.get(reason as string) ?? [];
    sentences.set(reason as string, [...names, name]);
  }
  const unmatched = new Set(cells.flatMap(({ design }) => design?.unmatched ?? []));
  return [
    "Effects in standard deviations of the national outcome. p-values are adjusted within each role and key stage, placebos left out (Holm; Benjamini–Hochberg).",
    ...(placebos.length > 0
      ? [
          `${count(placebos.length, "comparison")} before designation could matter (two months at most): the truth is 0 there.`,
        ]
      : []),
    ...[...sentences].map(([reason, names]) => `Not run (${listSome(names)}): ${reason}`),
    ...(unmatched.size > 0
      ? [
          `${count(unmatched.size, "school")} of the programme found no comparator (${listSome([...unmatched])}); the effects are of the matched ones only.`,
        ]
      : []),
  ];
}

/**
 * One comparison as a table: M0 to M3 and the recommended model side by side, with flow, shares and diagnostics in the notes.
 *
 * @example
 * ```ts
 * import { cellTable, runStudy, simulateSchools } from "likewise";
 * const study = runStudy({
 *   data: simulateSchools({ seed: 1, scale: 0.1, cohorts: [10, 10, 600] }),
 *   schoolCovariates: ["intake", "fsm", "roll", "urban"], roles: ["teaching"], keyStages: ["KS2"],
 *   cohorts: [{ cohort: 3, year: 2013, month: 2 }], years: [2014], sensitivity: "none",
 * });
 * cellTable(study.cells[0]).columns.map((column) => column.name).slice(0, 5); // ["", "M0", "M1", "M2", "M3"]
 * ```
 */
export function cellTable({ name, reason, design, analysis, truth, diagnostics }: StudyCell): Table {
  if (analysis === null || design === null) {
    return { kind: "table", title: name, columns: [{ name: "", format: text }], rows: [], notes: [reason ?? ""] };
  }
  const { models, effect, effectFrom } = analysis;
  const fitted = [models.M0, models.M1, models.M2, models.M3, models.paired];
  const names = ["M0", "M1", "M2", "M3", ...(models.paired === null ? [] : ["M3, pairs"])];
  const present = fitted.filter((model) => model !== null);
  const row = (
    label: string,
    of: (model: MixedModel) => Cell,
    format: FormattedCell["format"],
  ): (Cell | FormattedCell)[] => [label, ...present.map((model) => ({ value: of(model), format }))];
  const role =
    (of: (effect: FixedEffect) => number) =>
    (model: MixedModel): Cell => {
      const found = model.fixed.find(({ term }) => term === "treated");
      return found === undefined ? null : of(found);
    };
  return {
    kind: "table",
    title: name,
    columns: [{ name: "", format: text }, ...names.map((column) => ({ name: column, format: fixed(3) }))],
    rows: [
      row(
        "effect of the role",
        role(({ estimate }) => estimate),
        fixed(3),
      ),
      row(
        "standard error",
        role(({ standardError }) => standardError),
        fixed(3),
      ),
      row(
        "degrees of freedom",
        role(({ df }) => df),
        fixed(1),
      ),
      row(
        "p",
        role(({ p }) => p),
        pValue,
      ),
      row("variance between schools", ({ variances }) => variances.group, fixed(4)),
      row("variance within schools", ({ variances }) => variances.residual, fixed(4)),
      row("intraclass correlation", ({ icc }) => icc, fixed(3)),
      row("columns", ({ terms }) => terms.length, wholeNumber),
      row("pupils", ({ nobs }) => nobs, wholeNumber),
    ],
    notes: [
      `Recommended (${effectFrom}): ${effect.estimate.toFixed(3)}, 95 % interval ${effect.lower.toFixed(3)} to ${effect.upper.toFixed(3)}.`,
      ...(truth === null ? [] : [`The true effect in these schools is ${truth.effect.toFixed(3)}.`]),
      ...schoolNotes(design, analysis),
      ...new Set(diagnostics.map(({ message }) => message)),
    ],
  };
}

function schoolNotes({ pool, unmatched }: CellDesign, { flow, schools, sizes }: CellAnalysis): string[] {
  const { treatedShare } = sizes;
  const share = (value: number): string => `${(100 * value).toFixed(0)} %`;
  const lost = flow.lostTo.map(({ column, rows }) => `${column} ${rows.treated} and ${rows.control}`);
  return [
    `Pool: ${pool.treated} schools of the role and ${pool.control} that could be comparators; compared: ${schools.treated} and ${schools.control}. With the role are ${share(treatedShare.groups)} of the schools and ${share(treatedShare.pupils)} of the pupils.`,
    ...(unmatched.length > 0 ? [`Without a comparator: ${listSome(unmatched)}.`] : []),
    `Pupils, schools of the role and comparators: ${flow.inMatchedSchools.treated} and ${flow.inMatchedSchools.control} in matched schools, ${flow.complete.treated} and ${flow.complete.control} with all columns${lost.length > 0 ? ` (lost to ${lost.join(", ")})` : ""}.`,
  ];
}
