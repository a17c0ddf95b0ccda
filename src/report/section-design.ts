import { getColumn, numericColumn, valueAt } from "../data/column";
import { type Table, text, wholeNumber } from "../display/table";
import { randomEffects } from "../multilevel/random-effects";
import { modelTable } from "../multilevel/tables";
import { balanceHeatMap } from "../plots/balance-heat-map";
import { caterpillarPlot } from "../plots/caterpillar-plot";
import { lovePlot } from "../plots/love-plot";
import { overlapPlot } from "../plots/overlap-plot";
import { pairsPlot } from "../plots/pairs-plot";
import { variancePlot } from "../plots/variance-plot";
import type { CellAnalysis, CellDesign, Study, StudyCell } from "../study/types";
import { type Block, figure, list, paragraph, type Section, tableBlock } from "./document";

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

/** Where schools and pupils went, from the register to the models. */
export function flowSection(study: Study): Section {
  const cells = study.cells;
  const table: Table = {
    kind: "table",
    title: "Schools and pupils, from the pool to the models",
    columns: [
      { name: "comparison", format: text },
      ...["schools", "in pool", "matched", "unmatched", "pupils treated", "complete", "pupils control", "complete"].map(
        (name) => ({
          name,
          format: wholeNumber,
        }),
      ),
    ],
    rows: cells.map(({ name, design, analysis }) => [
      name,
      design?.pool.treated ?? null,
      design === null ? null : design.pool.treated + design.pool.control,
      analysis?.schools.treated ?? null,
      design?.unmatched.length ?? null,
      analysis?.flow.inMatchedSchools.treated ?? null,
      analysis?.flow.complete.treated ?? null,
      analysis?.flow.inMatchedSchools.control ?? null,
      analysis?.flow.complete.control ?? null,
    ]),
  };
  return {
    id: "flow",
    title: "Schools and pupils",
    blocks: [
      paragraph(
        "Each comparison starts from a pool: the schools of the role and cohort, and schools of the same phase that were never in an alliance " +
          "by the last year. Never being in an alliance is known only afterwards, so the pool conditions on the future. Each school of the role " +
          "takes the most similar comparator; one without a comparator close enough is left out and named, and the effect is then that of the matched schools only.",
      ),
      tableBlock("flow", table),
      ...exclusionBlocks(study),
      ...notRun(study),
    ],
  };
}

function exclusionBlocks(study: Study): Block[] {
  const reasons = new Map<string, number>();
  const designs = new Set(study.cells.map(({ design }) => design).filter((design) => design !== null));
  for (const { pool } of designs) {
    for (const { reason, schools } of pool.excluded) reasons.set(reason, (reasons.get(reason) ?? 0) + schools);
  }
  const unmatched = [...designs].flatMap((design) => design.unmatched);
  return [
    ...(reasons.size === 0
      ? []
      : [
          paragraph(`Left out of the pools, added up over ${designs.size} designs:`),
          list([...reasons].map(([reason, schools]) => `${schools.toLocaleString("en-GB")} ${reason}`)),
        ]),
    ...(unmatched.length === 0
      ? []
      : [
          paragraph(
            `Schools that found no comparator: ${unmatched.slice(0, 20).join(", ")}${unmatched.length > 20 ? ` and ${unmatched.length - 20} more` : ""}.`,
          ),
        ]),
  ];
}

function notRun(study: Study): Block[] {
  const cells = study.cells.filter(({ reason }) => reason !== null);
  if (cells.length === 0) return [];
  return [
    paragraph(`${cells.length} of ${study.cells.length} comparisons could not be run:`),
    list(cells.map(({ name, reason }) => `${name}: ${reason}`)),
  ];
}

/** Whether the matched schools are alike. */
export function balanceSection(study: Study, heads: readonly RunCell[]): Section | null {
  const distinct = [...new Map(runCells(study).map((cell) => [cell.design, cell])).values()];
  if (distinct.length === 0) return null;
  const named = distinct.map(({ key, design }) => ({
    name: `${key.role}, ${key.keyStage}, cohort ${key.cohort}`,
    balance: design.balance,
  }));
  return {
    id: "balance",
    title: "Are the schools alike?",
    blocks: [
      paragraph(
        "Standardised differences compare the means of the two groups of schools in standard deviations. Up to about 0.1 either way is " +
          "commonly taken as balanced; with few schools larger ones remain by chance, and M2 and M3 adjust for them once more.",
      ),
      figure("balance", balanceHeatMap(named)),
      ...heads.flatMap((cell) => [
        paragraph(`In full for ${cell.name}:`),
        figure(`love-${idOf(cell)}`, lovePlot(cell.design.balance)),
        figure(`overlap-${idOf(cell)}`, overlapPlot(cell.design.match)),
        figure(`pairs-${idOf(cell)}`, pairsPlot(cell.design.match)),
      ]),
    ],
  };
}

/** M0 to M3 of the headline cells. */
export function modelsSection(heads: readonly RunCell[]): Section | null {
  if (heads.length === 0) return null;
  return {
    id: "models",
    title: "From raw differences to like with like",
    blocks: [
      paragraph(
        "M0 only divides the differences between pupils into those between schools and those within them. M1 takes account of the pupils " +
          "(prior attainment and background), M2 also of the schools, M3 adds the role. All four are fitted to the same pupils.",
      ),
      ...heads.flatMap((cell) => {
        const { M0, M1, M2, M3, paired } = cell.analysis.models;
        const named = [
          { name: "M0", model: M0 },
          { name: "M1 pupils", model: M1 },
          { name: "M2 schools", model: M2 },
          { name: "M3 role", model: M3 },
        ];
        const table = modelTable(
          Object.fromEntries([
            ...named.map(({ name, model }) => [name, model]),
            ...(paired === null ? [] : [["M3 pair/school", paired]]),
          ]),
        );
        return [
          paragraph(`${cell.name}:`),
          figure(`variance-${idOf(cell)}`, variancePlot(named)),
          tableBlock(`models-${idOf(cell)}`, table),
          figure(
            `schools-${idOf(cell)}`,
            caterpillarPlot(M2, randomEffects(M2), { highlight: treatedSchools(cell), highlightName: cell.key.role }),
          ),
        ];
      }),
    ],
  };
}

function treatedSchools({ design }: RunCell): string[] {
  const treated = numericColumn(design.schools, "treated");
  const name = getColumn(design.schools, design.schools.columns[0].name);
  return [...treated.keys()].filter((row) => treated[row] === 1).map((row) => String(valueAt(name, row)));
}
