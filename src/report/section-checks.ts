import { fixed, percent, type Table, text } from "../display/table";
import { count } from "../errors/words";
import { forestPlot } from "../plots/forest-plot";
import type { GridRow, Study } from "../study/types";
import { runCells } from "./cells";
import { type Block, figure, folded, paragraph, type Section, tableBlock } from "./document";
import { gridTable } from "./section-effects";

/** Years in which nothing can have come of the role yet, and what they say of an effect in later years. */
export function placeboSection(study: Study): Section | null {
  const rows = study.grid.filter(({ placebo }) => placebo);
  if (rows.length === 0) return null;
  const run = rows.filter(({ estimate }) => Number.isFinite(estimate));
  return {
    id: "placebo",
    title: "A check where the answer is known",
    blocks: [
      paragraph(
        "Before designation, or within two months of it, the role cannot have changed results. A comparison that finds a difference then has " +
          "found that the schools were not alike, whatever their measured covariates say, unless it is chance.",
      ),
      ...(run.length === 0
        ? []
        : [
            paragraph(placeboCount(run)),
            figure("placebos", forestPlot(run, { title: "Placebo comparisons", note: schoolsWords(run) })),
          ]),
      tableBlock("placebos", gridTable(rows, "Placebo comparisons")),
      ...twoWorlds,
    ],
  };
}

/** How many placebos show something, beside what chance would. */
export function placeboCount(run: readonly GridRow[]): string {
  const found = run.filter(({ p }) => p < 0.05).length;
  return (
    `Of ${count(run.length, "placebo comparison")} ${found === 0 ? "none finds" : found === 1 ? "1 finds" : `${found} find`} a difference (p below .05, not adjusted); ` +
    `chance alone would bring about ${(0.05 * run.length).toFixed(1)}.`
  );
}

function schoolsWords(rows: readonly GridRow[]): string {
  const sizes = rows.map(({ treatedSchools, controlSchools }) => treatedSchools + controlSchools);
  return `${Math.min(...sizes)} to ${Math.max(...sizes)} schools in each comparison.`;
}

const twoWorlds: readonly Block[] = [
  paragraph(
    "Two worlds can give the published pattern. In one, designation has an effect; in the other it has none, but picks schools of a quality that no " +
      "table shows. What tells them apart is the placebo comparisons: in the second world schools are ahead before designation by about as much as after it. Where " +
      "placebos show nothing and later years do, quality that lasts is an unlikely explanation; quality that arose just at designation is not excluded. Changes " +
      "since the earlier years (differences-in-differences, below) help only where the quality showed in those years already.",
  ),
];

/** On synthetic pupils, what is true. */
export function truthSection(study: Study): Section | null {
  const cells = runCells(study).filter(({ truth }) => truth !== null);
  if (cells.length === 0) return null;
  return {
    id: "truth",
    title: "The truth, for these pupils are synthetic",
    blocks: [
      paragraph(
        `${worldWords(study)} ${insideWords(study)} It is computed from the potential outcomes of the very schools that were matched. The head start is what the schools of the role would have been ahead by without it.`,
      ),
      folded("truth", truthTable(study)),
    ],
  };
}

function worldWords({ simulation }: Study): string {
  if (simulation === null) return "";
  return simulation.world === "selection"
    ? "These pupils come from the world of selection: designation has no effect, but picks schools of an unmeasured quality."
    : "These pupils come from the causal world: designation has the effects below.";
}

/** How many intervals hold the truth. */
export function insideWords(study: Study): string {
  const cells = runCells(study).filter(({ truth }) => truth !== null);
  const inside = cells.filter(
    ({ truth, analysis: { effect } }) => truth !== null && effect.lower <= truth.effect && truth.effect <= effect.upper,
  ).length;
  return `The truth lies inside the 95 % interval in ${inside} of ${count(cells.length, "comparison")}; those that share schools are right or wrong together.`;
}

function truthTable(study: Study): Table {
  return {
    kind: "table",
    title: "Estimates and truth",
    columns: [
      { name: "comparison", format: text },
      { name: "estimate", format: fixed(3) },
      { name: "from", format: fixed(3) },
      { name: "to", format: fixed(3) },
      { name: "truth", format: fixed(3) },
      { name: "head start", format: fixed(3) },
      { name: "true share of total", format: percent(1) },
      { name: "true share of school variance", format: percent(1) },
    ],
    rows: runCells(study)
      .filter(({ truth }) => truth !== null)
      .map(({ name, truth, analysis: { effect } }) => [
        name,
        effect.estimate,
        effect.lower,
        effect.upper,
        truth?.effect ?? null,
        truth?.headStart ?? null,
        truth?.shareOfTotal ?? null,
        truth?.shareOfSchoolVariance ?? null,
      ]),
  };
}
