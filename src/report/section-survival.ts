import { fixed, type Table, text, wholeNumber } from "../display/table";
import { minimumDetectableEffect } from "../effects/minimum-detectable-effect";
import { isLikewiseError } from "../errors/error";
import { specificationPlot } from "../plots/specification-plot";
import type { CellAnalysis, CellSensitivity, Study } from "../study/types";
import { idOf, type RunCell, runCells } from "./cells";
import { figure, folded, paragraph, type Section, tableBlock } from "./document";

type SensedCell = RunCell & { readonly sensitivity: CellSensitivity };

/** Whether the effects would survive what was not measured, one school less, or another way of doing it. */
export function survivalSection(study: Study): Section | null {
  const run = runCells(study).filter(({ placebo }) => !placebo);
  const cells = run.filter((cell): cell is SensedCell => cell.sensitivity !== null);
  if (cells.length === 0) return null;
  const shown = cells.filter(({ key }) => key.role === cells[0].key.role);
  return {
    id: "survival",
    title: "Would it survive?",
    blocks: [
      paragraph(
        "Γ says how strongly something unmeasured would have to change the odds that a school, and not its pair, has the role before a signed-rank " +
          "test of the pairs would no longer be significant; at 1.00 it is not significant even if nothing was left unmeasured. The E-value says how strongly such a " +
          "cause would have to be tied to role and outcome, as risk ratios, to explain the estimate (and, in brackets, to move the interval to zero; 1.00 where it " +
          "holds zero already). Leaving out each school in turn shows whether one school carries the result: the ends of the range, and the school left out there.",
      ),
      tableBlock("survival", survivalTable(cells)),
      paragraph(
        "What could have been seen at all: the smallest true effect that a study of these schools and pupils would find, at .05, in 80 of 100 repetitions. " +
          "Where nothing clear was found, effects smaller than this are not excluded.",
      ),
      tableBlock("detectable", detectableTable(cells)),
      paragraph(
        "The same effect by other defensible choices, each of which changes one thing, and as it would be if schools also differed in a hidden quality of the given strength.",
      ),
      ...shown.map((cell) =>
        figure(
          `specifications-${idOf(cell)}`,
          specificationPlot(cell.sensitivity.specifications, { title: `Other choices, ${cell.name}` }),
        ),
      ),
      folded("specifications", specificationTable(cells)),
    ],
  };
}

function survivalTable(cells: readonly SensedCell[]): Table {
  return {
    kind: "table",
    title: "What it would take to change the answer",
    columns: [
      { name: "comparison", format: text },
      { name: "effect", format: fixed(3) },
      { name: "critical Γ", format: fixed(2) },
      { name: "E-value", format: fixed(2) },
      { name: "(interval)", format: fixed(2) },
      { name: "one school less: least", format: fixed(3) },
      { name: "without", format: text },
      { name: "most", format: fixed(3) },
      { name: "without", format: text },
    ],
    rows: cells.map(({ name, analysis, sensitivity: { rosenbaum, eValue, leaveOneOut } }) => [
      name,
      analysis.effect.estimate,
      rosenbaum?.criticalGamma ?? null,
      eValue.estimate,
      eValue.interval,
      leaveOneOut?.lower.estimate ?? null,
      leaveOneOut?.lower.school ?? null,
      leaveOneOut?.upper.estimate ?? null,
      leaveOneOut?.upper.school ?? null,
    ]),
    notes: ["One school less: by M3 with (1 | school), the ratio of its variances held."],
  };
}

function detectableTable(cells: readonly RunCell[]): Table {
  return {
    kind: "table",
    title: "Smallest detectable effects",
    columns: [
      { name: "comparison", format: text },
      { name: "schools", format: wholeNumber },
      { name: "pupils per school", format: fixed(1) },
      { name: "ICC", format: fixed(3) },
      { name: "explained between schools", format: fixed(2) },
      { name: "within schools", format: fixed(2) },
      { name: "detectable (sd)", format: fixed(3) },
      { name: "found (sd)", format: fixed(3) },
    ],
    rows: cells.map((cell) => {
      const design = designOf(cell.analysis);
      const { schools, models, effect } = cell.analysis;
      return [
        cell.name,
        schools.treated + schools.control,
        design.pupilsPerSchool,
        design.icc,
        design.rSquaredSchools,
        design.rSquaredPupils,
        detectable(design) * Math.sqrt(models.M0.variances.group + models.M0.variances.residual),
        effect.estimate,
      ];
    }),
    notes: [
      "From M0 and M3: the ICC, and the shares of variance that covariates and role explain (not below 0). Pupils per school: the harmonic mean.",
    ],
  };
}

/** By M3: what M2 leaves between schools holds the effect itself. */
function designOf({ models: { M0, M1, M2, M3 }, schools }: CellAnalysis) {
  const { sizes } = M0.summary;
  const explained = (of: "group" | "residual"): number =>
    Math.min(0.999, Math.max(0, 1 - M3.variances[of] / M0.variances[of]));
  return {
    treatedSchools: schools.treated,
    controlSchools: schools.control,
    pupilsPerSchool: sizes.length / sizes.reduce((sum, size) => sum + 1 / size, 0),
    icc: M0.icc,
    rSquaredSchools: M0.variances.group > 0 ? explained("group") : 0,
    rSquaredPupils: explained("residual"),
    schoolCovariates: M2.terms.length - M1.terms.length,
  };
}

function detectable(design: ReturnType<typeof designOf>): number {
  try {
    return minimumDetectableEffect(design).effect;
  } catch (error) {
    if (!isLikewiseError(error)) throw error;
    return Number.NaN;
  }
}

function specificationTable(cells: readonly SensedCell[]): Table {
  const all = cells.flatMap(({ name, sensitivity }) =>
    sensitivity.specifications.map((row) => ({ cell: name, ...row })),
  );
  return {
    kind: "table",
    title: "Other choices",
    columns: [
      { name: "comparison", format: text },
      { name: "choice", format: text },
      { name: "matching", format: text },
      { name: "model", format: text },
      { name: "schools", format: wholeNumber },
      { name: "effect", format: fixed(3) },
      { name: "from", format: fixed(3) },
      { name: "to", format: fixed(3) },
    ],
    rows: all.map((row) => [
      row.cell,
      row.name,
      row.matching,
      row.model,
      row.schools === null ? null : row.schools.treated + row.schools.control,
      row.estimate,
      row.lower,
      row.upper,
    ]),
    notes: all.flatMap((row) => (row.reason === null ? [] : [`${row.cell}, ${row.name}: ${row.reason}`])),
  };
}
