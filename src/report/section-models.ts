import { getColumn, numericColumn, valueAt } from "../data/column";
import { fixed, pValue, type Table, text, wholeNumber } from "../display/table";
import { isLikewiseError } from "../errors/error";
import { compareModels } from "../multilevel/compare";
import { randomEffects } from "../multilevel/random-effects";
import { modelTable } from "../multilevel/tables";
import { caterpillarPlot } from "../plots/caterpillar-plot";
import { variancePlot } from "../plots/variance-plot";
import { pluralOf } from "../study/cells";
import { idOf, type RunCell } from "./cells";
import { type Block, figure, folded, paragraph, type Section, tableBlock } from "./document";

/** M0 to M3 of the headline cells. */
export function modelsSection(heads: readonly RunCell[]): Section | null {
  if (heads.length === 0) return null;
  return {
    id: "models",
    title: "From raw differences to like with like",
    blocks: [
      paragraph(
        "M0 only divides the differences between pupils into those between schools and those within them. M1 takes account of the pupils " +
          "(prior attainment and background), M2 also of the schools, M3 adds the role (treated). All four are fitted to the same pupils, by REML; models with " +
          "different covariates are compared by likelihood ratios of maximum likelihood fits.",
      ),
      ...heads.flatMap(modelsOf),
    ],
  };
}

function modelsOf(cell: RunCell): Block[] {
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
    paragraph(`The models of ${cell.name}:`),
    figure(
      `variance-${idOf(cell)}`,
      variancePlot(named, { rows: "pupils", groups: "schools", unit: "squared national sd" }),
    ),
    folded(`models-${idOf(cell)}`, { ...table, title: `Models, ${cell.name}` }),
    ...comparison(cell),
    figure(
      `schools-${idOf(cell)}`,
      caterpillarPlot(M2, randomEffects(M2), {
        highlight: treatedSchools(cell),
        highlightName: pluralOf(cell.key.role),
        title: "Schools in order, after M2",
        groups: "schools",
        unit: "national sd",
      }),
    ),
  ];
}

/** Each model against the one before it; weighted models have no likelihood ratios. */
function comparison({ name, key, analysis: { models } }: RunCell): Block[] {
  const { M0, M1, M2, M3 } = models;
  const steps = [
    { step: "M1 against M0", smaller: M0, larger: M1 },
    { step: "M2 against M1", smaller: M1, larger: M2 },
    { step: "M3 against M2", smaller: M2, larger: M3 },
  ];
  try {
    const table: Table = {
      kind: "table",
      title: `Likelihood ratios, ${name}`,
      columns: [
        { name: "", format: text },
        { name: "χ²", format: fixed(1) },
        { name: "df", format: wholeNumber },
        { name: "p", format: pValue },
      ],
      rows: steps.map(({ step, smaller, larger }) => {
        const { chiSquared, df, p } = compareModels(smaller, larger);
        return [step, chiSquared, df, p];
      }),
      notes: ["Fitted again by maximum likelihood."],
    };
    return [tableBlock(`likelihood-ratios-${idOf({ key })}`, table)];
  } catch (error) {
    if (!isLikewiseError(error)) throw error;
    return [];
  }
}

function treatedSchools({ design }: RunCell): string[] {
  const treated = numericColumn(design.schools, "treated");
  const name = getColumn(design.schools, design.schools.columns[0].name);
  return [...treated.keys()].filter((row) => treated[row] === 1).map((row) => String(valueAt(name, row)));
}
