import { type FormattedCell, fixed, percent, pValue, type Table, text, wholeNumber } from "../display/table";
import { forestPlot } from "../plots/forest-plot";
import { pluralOf } from "../study/cells";
import type { GridRow, Study } from "../study/types";
import { figure, paragraph, type Section, tableBlock } from "./document";
import { runCells } from "./section-design";

/** The grid: estimates, effect sizes and readings. */
export function effectsSection(study: Study): Section {
  const rows = study.grid.filter(({ placebo }) => !placebo);
  const figures = study.settings.roles.flatMap((role) => {
    const own = study.grid.filter((row) => row.role === role);
    if (!own.some(({ estimate }) => Number.isFinite(estimate))) return [];
    const sizes = own
      .filter(({ pupils }) => Number.isFinite(pupils))
      .map(({ treatedSchools, controlSchools }) => treatedSchools + controlSchools);
    return [
      figure(
        `effects-${role.replaceAll(" ", "-")}`,
        forestPlot(
          own.map((row) => ({ ...row, name: `${row.keyStage}, cohort ${row.cohort}, ${row.year}` })),
          {
            title: `${pluralOf(role)[0].toUpperCase()}${pluralOf(role).slice(1)}`,
            note: `${Math.min(...sizes)} to ${Math.max(...sizes)} schools in each comparison.`,
          },
        ),
      ),
    ];
  });
  return {
    id: "effects",
    title: "Did pupils do better?",
    blocks: [
      paragraph(
        "Each line compares pupils of matched schools in one summer's tests. The interval comes from M3 with schools inside their pairs, since " +
          "matched schools are alike in ways a model of schools alone does not know of. “Nothing clear” means that no p-value stays below " +
          ".05 when it is adjusted, by Holm's method, for the comparisons of the same role and key stage, which share schools and years.",
      ),
      ...figures,
      tableBlock("effects", gridTable(rows)),
      tableBlock("effect-sizes", sizesTable(study)),
      paragraph(
        "The same effect in several sizes, because they answer different questions: β in national standard deviations; Δ = β/σₑ in standard " +
          "deviations of pupils within schools; g by Hedges (2007) in those of all pupils; and the fall in school variance from M2 to M3, as a " +
          "share of school variance and of the total of M0 and of M2. Shares of variance depend on how many schools and pupils have the role, " +
          "which is why both shares stand beside them; negative ones are shown as they are. “Given pupils only” is the fall from M1 to M1 with the role: " +
          "the earlier outcomes in M2 have taken up much of what schools differ by, so the role's share of the rest is larger there.",
      ),
      tableBlock("readings", readingsTable(study.grid)),
    ],
  };
}

function gridTable(rows: readonly GridRow[]): Table {
  return {
    kind: "table",
    title: "Effects of the role",
    columns: [
      { name: "comparison", format: text },
      { name: "months", format: wholeNumber },
      { name: "schools", format: wholeNumber },
      { name: "pupils", format: wholeNumber },
      { name: "worst imbalance", format: fixed(2) },
      { name: "effect (sd)", format: fixed(3) },
      { name: "from", format: fixed(3) },
      { name: "to", format: fixed(3) },
      { name: "df", format: fixed(1) },
      { name: "p", format: pValue },
      { name: "Holm", format: pValue },
      { name: "BH", format: pValue },
    ],
    rows: rows.map((row) => [
      row.name,
      row.exposureMonths,
      row.treatedSchools + row.controlSchools,
      row.pupils,
      row.worstAfter,
      row.estimate,
      row.lower,
      row.upper,
      row.df,
      row.p,
      row.holm,
      row.benjaminiHochberg,
    ]),
    notes: [
      "Months from designation to the tests. Worst imbalance: the largest standardised difference among the school covariates after matching.",
    ],
  };
}

function sizesTable(study: Study): Table {
  const share = (value: number): FormattedCell => ({ value, format: percent(1) });
  return {
    kind: "table",
    title: "Effect sizes",
    columns: [
      { name: "comparison", format: text },
      { name: "β", format: fixed(3) },
      { name: "β (1 | school)", format: fixed(3) },
      { name: "from", format: fixed(3) },
      { name: "to", format: fixed(3) },
      { name: "Δ", format: fixed(3) },
      { name: "g total", format: fixed(3) },
      { name: "from", format: fixed(3) },
      { name: "to", format: fixed(3) },
      { name: "of school variance", format: percent(1) },
      { name: "given pupils only", format: percent(1) },
      { name: "of M0's total", format: percent(1) },
      { name: "of M2's total", format: percent(1) },
      { name: "treated schools", format: percent(1) },
      { name: "treated pupils", format: percent(1) },
      { name: "FSM difference", format: fixed(3) },
      { name: "p", format: pValue },
    ],
    rows: runCells(study)
      .filter(({ placebo }) => !placebo)
      .map(({ name, analysis: { effect, models, sizes, sizesGivenPupils, hedges, subgroup } }) => {
        const own = models.M3.fixed.find(({ term }) => term === "treated");
        const total = hedges?.unconditional.total;
        return [
          name,
          effect.estimate,
          own?.estimate ?? null,
          own?.lower ?? null,
          own?.upper ?? null,
          sizes.delta,
          total?.estimate ?? null,
          total?.lower ?? null,
          total?.upper ?? null,
          share(sizes.dropShare.ofGroupVariance),
          share(sizesGivenPupils.dropShare.ofGroupVariance),
          share(sizes.dropShare.ofTotalEmpty),
          share(sizes.dropShare.ofTotalAdjusted),
          share(sizes.treatedShare.groups),
          share(sizes.treatedShare.pupils),
          subgroup?.estimate ?? null,
          subgroup?.p ?? null,
        ];
      }),
    notes: [
      "FSM difference: how much more (or less) pupils with free school meals gain, the one subgroup stated beforehand.",
    ],
  };
}

function readingsTable(grid: readonly GridRow[]): Table {
  return {
    kind: "table",
    title: "Every comparison in words",
    columns: [
      { name: "comparison", format: text },
      { name: "reading", format: text },
    ],
    rows: grid.map(({ name, reading }) => [name, reading]),
  };
}

/** Years in which nothing can have come of the role yet. */
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
          "found that the schools were not alike, whatever their measured covariates say.",
      ),
      ...(run.length === 0 ? [] : [figure("placebos", forestPlot(run, { title: "Placebo comparisons" }))]),
      tableBlock("placebos", gridTable(rows)),
    ],
  };
}

/** On synthetic pupils, what is true. */
export function truthSection(study: Study): Section | null {
  const cells = runCells(study).filter(({ truth }) => truth !== null);
  if (cells.length === 0) return null;
  const inside = cells.filter(
    ({ truth, analysis: { effect } }) => truth !== null && effect.lower <= truth.effect && truth.effect <= effect.upper,
  ).length;
  return {
    id: "truth",
    title: "The truth, for these pupils are synthetic",
    blocks: [
      paragraph(
        `The truth lies inside the 95 % interval in ${inside} of ${cells.length} comparisons. It is computed from the potential outcomes of the very schools that were matched.`,
      ),
      paragraph(
        "Two worlds can give the published pattern. In one, designation has an effect; in the other it has none, but picks schools of a quality that no " +
          "table shows. Earlier years tell them apart as far as they can be: in the second world placebo comparisons, and changes from earlier years " +
          "to later ones, already show what cannot be an effect. The head start below is what the schools of the role would have been ahead by without it.",
      ),
      tableBlock("truth", {
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
        rows: cells.map(({ name, truth, analysis: { effect } }) => [
          name,
          effect.estimate,
          effect.lower,
          effect.upper,
          truth?.effect ?? null,
          truth?.headStart ?? null,
          truth?.shareOfTotal ?? null,
          truth?.shareOfSchoolVariance ?? null,
        ]),
      }),
    ],
  };
}
