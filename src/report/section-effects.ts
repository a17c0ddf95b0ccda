import { fixed, percent, pValue, type Table, type TableColumn, text, wholeNumber } from "../display/table";
import type { HedgesG } from "../effects/hedges";
import { count } from "../errors/words";
import type { FixedEffect } from "../multilevel/types";
import { forestPlot } from "../plots/forest-plot";
import { pluralOf } from "../study/cells";
import type { GridRow, Study } from "../study/types";
import { capital, type RunCell, runCells } from "./cells";
import { figure, folded, paragraph, type Section, tableBlock } from "./document";

/** The grid: estimates, effect sizes and readings. */
export function effectsSection(study: Study): Section {
  const cells = runCells(study).filter(({ placebo }) => !placebo);
  const members = cells.filter(({ analysis }) => analysis.effectByAlliance !== null);
  return {
    id: "effects",
    title: "Did pupils do better?",
    blocks: [
      paragraph(
        `Each line compares pupils of matched schools in one summer's tests. The interval comes from ${intervalWords(cells)}. ` +
          "“Nothing clear” means that no p-value stays below " +
          ".05 when it is adjusted, by Holm's method, for the comparisons of the same role and key stage, which share schools and years.",
      ),
      ...study.settings.roles.flatMap((role) => forest(study, role)),
      tableBlock("readings", readingsTable(study.grid)),
      tableBlock(
        "effects",
        gridTable(
          study.grid.filter(({ placebo }) => !placebo),
          "Effects of the role",
        ),
      ),
      paragraph(
        "The same effect in several sizes, because they answer different questions: β in national standard deviations, by the recommended model and by " +
          "the brief's own with (1 | school); Δ = β/σₑ in standard deviations of pupils within schools; Hedges' g, with its allowance for schools, in " +
          "those of pupils within schools and of all pupils, by the variances that remain given all covariates (conditional) or those of M0 (unconditional).",
      ),
      folded("effect-sizes", sizesTable(cells)),
      folded("hedges", hedgesTable(cells)),
      paragraph(
        "How much of the variance goes with the role: the fall in school variance from M2 to M3, as a share of M2's school variance and of the total " +
          "variance of M0 and of M2. Such shares depend on how many schools and pupils have the role, which is why both shares stand beside them; " +
          "negative ones are shown as they are. “Given pupils only” is the fall from M1 to M1 with the role: " +
          "the earlier outcomes in M2 have taken up much of what schools differ by, so the role's share of the rest is larger there. Published were up to 5 % " +
          "of the total at KS2, 4 % at KS4, and a third of school variance in some cases, of totals and school variances that the brief does not name.",
      ),
      tableBlock("variance-shares", sharesTable(cells)),
      paragraph(
        "One subgroup was stated beforehand: do pupils with free school meals (FSM) gain more, or less, than others? " +
          subgroupCount(cells),
      ),
      folded(
        "subgroup",
        testedTable("Difference in effect, FSM less others", cells, ({ analysis }) => analysis.subgroup),
      ),
      ...(members.length === 0
        ? []
        : [
            paragraph(
              "Partners and members of one alliance may share what is good or bad about it. The same effects by a model that knows of alliances:",
            ),
            folded(
              "by-alliance",
              testedTable(
                "Effects with alliances taken into account",
                members,
                ({ analysis }) => analysis.effectByAlliance,
              ),
            ),
          ]),
    ],
  };
}

function subgroupCount(cells: readonly RunCell[]): string {
  const tests = cells.flatMap(({ analysis: { subgroup } }) => (subgroup === null ? [] : [subgroup]));
  const found = tests.filter(({ p }) => p < 0.05).length;
  return `Of ${count(tests.length, "difference")} ${found === 0 ? "none has" : found === 1 ? "1 has" : `${found} have`} p below .05, not adjusted; chance alone would bring about ${(0.05 * tests.length).toFixed(1)}.`;
}

/** Where intervals come from, of all comparisons. */
function intervalWords(cells: readonly RunCell[]): string {
  const ways = new Set(cells.map(({ analysis }) => analysis.effectFrom));
  const paired =
    "M3 with schools inside their pairs, since matched schools are alike in ways a model of schools alone does not know of";
  const clustered = "M3 with school weights, its errors clustered by matched set";
  if (ways.size > 1) return `${paired}; where sets are larger than pairs, from ${clustered}`;
  return ways.has("clustered by pair") ? clustered : ways.has("school") ? "M3" : paired;
}

function forest(study: Study, role: GridRow["role"]) {
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
          title: capital(pluralOf(role)),
          note: `${Math.min(...sizes)} to ${Math.max(...sizes)} schools in each comparison.`,
        },
      ),
    ),
  ];
}

/** Rows of the grid; without adjusted p-values where there are none. */
export function gridTable(rows: readonly GridRow[], title: string): Table {
  const isAdjusted = rows.some(({ placebo }) => !placebo);
  return {
    kind: "table",
    title,
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
      ...(isAdjusted
        ? [
            { name: "Holm", format: pValue },
            { name: "BH", format: pValue },
          ]
        : []),
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
      ...(isAdjusted ? [row.holm, row.benjaminiHochberg] : []),
    ]),
    notes: [
      "Months from designation to the tests. Worst imbalance: the largest standardised difference among the school covariates after matching. From, to: the 95 % interval.",
    ],
  };
}

const INTERVAL = (name: string): TableColumn[] => [
  { name, format: fixed(3) },
  { name: "from", format: fixed(3) },
  { name: "to", format: fixed(3) },
];

const limits = (effect: Pick<FixedEffect, "estimate" | "lower" | "upper"> | null | undefined): (number | null)[] =>
  effect ? [effect.estimate, effect.lower, effect.upper] : [null, null, null];

function sizesTable(cells: readonly RunCell[]): Table {
  return {
    kind: "table",
    title: "Effect sizes",
    columns: [
      { name: "comparison", format: text },
      ...INTERVAL("β"),
      ...INTERVAL("β (1 | school)"),
      { name: "Δ", format: fixed(3) },
    ],
    rows: cells.map(({ name, analysis: { effect, models, sizes } }) => [
      name,
      ...limits(effect),
      ...limits(models.M3.fixed.find(({ term }) => term === "treated")),
      sizes.delta,
    ]),
  };
}

function hedgesTable(cells: readonly RunCell[]): Table {
  const parts = [
    ["within, given covariates", (g: HedgesG) => g.conditional.within],
    ["total, given covariates", (g: HedgesG) => g.conditional.total],
    ["within, M0", (g: HedgesG) => g.unconditional.within],
    ["total, M0", (g: HedgesG) => g.unconditional.total],
  ] as const;
  return {
    kind: "table",
    title: "Hedges' g, with 95 % intervals",
    columns: [{ name: "comparison", format: text }, ...parts.flatMap(([name]) => INTERVAL(name))],
    rows: cells.map(({ name, analysis: { hedges } }) => [
      name,
      ...parts.flatMap(([, of]) => limits(hedges === null ? null : of(hedges))),
    ]),
    notes: ["β is M3's with (1 | school). Empty where sets are no pairs: their weights have no such g."],
  };
}

function sharesTable(cells: readonly RunCell[]): Table {
  return {
    kind: "table",
    title: "Shares of variance",
    columns: [
      { name: "comparison", format: text },
      { name: "of M2's school variance", format: percent(1) },
      { name: "given pupils only", format: percent(1) },
      { name: "of M0's total variance", format: percent(1) },
      { name: "of M2's total variance", format: percent(1) },
      { name: "schools with the role", format: percent(1) },
      { name: "pupils with the role", format: percent(1) },
    ],
    rows: cells.map(({ name, analysis: { sizes, sizesGivenPupils } }) => [
      name,
      sizes.dropShare.ofGroupVariance,
      sizesGivenPupils.dropShare.ofGroupVariance,
      sizes.dropShare.ofTotalEmpty,
      sizes.dropShare.ofTotalAdjusted,
      sizes.treatedShare.groups,
      sizes.treatedShare.pupils,
    ]),
  };
}

function testedTable(title: string, cells: readonly RunCell[], of: (cell: RunCell) => FixedEffect | null): Table {
  return {
    kind: "table",
    title,
    columns: [
      { name: "comparison", format: text },
      { name: "effect (sd)", format: fixed(3) },
      { name: "from", format: fixed(3) },
      { name: "to", format: fixed(3) },
      { name: "df", format: fixed(1) },
      { name: "p", format: pValue },
    ],
    rows: cells.map((cell) => {
      const effect = of(cell);
      return [cell.name, ...limits(effect), effect?.df ?? null, effect?.p ?? null];
    }),
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
