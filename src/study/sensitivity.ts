import { getColumn, valueAt } from "../data/column";
import { eValue } from "../effects/e-value";
import { type RosenbaumBounds, rosenbaumBounds } from "../effects/rosenbaum-bounds";
import { isLikewiseError } from "../errors/error";
import type { InterceptModel } from "../multilevel/types";
import { leaveOneOut } from "./leave-one-out";
import { setDifferences } from "./sets";
import { specificationCurve } from "./specifications";
import type { CellAnalysis, CellDesign, CellKey, CellSensitivity, StudySettings, StudySource } from "./types";

/** Whether the effect would survive: hidden bias, single schools, other choices. */
export function senseCell(
  source: StudySource,
  settings: StudySettings,
  key: CellKey,
  design: CellDesign,
  analysis: CellAnalysis,
): CellSensitivity {
  const { estimate, lower, upper } = analysis.effect;
  return {
    kind: "cell-sensitivity",
    rosenbaum: boundsOrNull(pairDifferences(source, design, analysis), estimate < 0 ? "less" : "greater"),
    eValue: eValue({ estimate, lower, upper }, { scale: "standardised" }),
    leaveOneOut: leaveOneOut(analysis.models.M3, "treated"),
    specifications: specificationCurve(source, settings, key, design, analysis),
  };
}

function boundsOrNull(differences: readonly number[], alternative: "greater" | "less"): RosenbaumBounds | null {
  try {
    return rosenbaumBounds(differences, { alternative });
  } catch (error) {
    if (isLikewiseError(error) && error.code === "too-few-rows") return null;
    throw error;
  }
}

/** Pairs' differences in M2's residuals. */
function pairDifferences({ columns }: StudySource, design: CellDesign, { models }: CellAnalysis): number[] {
  const residual = schoolResiduals(models.M2);
  const name = getColumn(design.schools, columns.school);
  return setDifferences(design, (row) => residual.get(String(valueAt(name, row)))).differences;
}

/** ρ_j = ȳ_j − x̄_j'β̂ of each school, not shrunken: a school estimate drawn to 0 would hide what its pair differs by. */
export function schoolResiduals({ summary, terms, centred }: InterceptModel): Map<string, number> {
  const { levels, means, columns, shift } = summary;
  const q = shift.length;
  const positions = terms.map((term) => columns.indexOf(term));
  return new Map(
    levels.map((level, j) => [
      level,
      positions.reduce(
        (rest, position, k) => rest - means[j * q + position] * centred.coefficients[k],
        means[j * q + q - 1],
      ),
    ]),
  );
}
