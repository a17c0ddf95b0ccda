import { assessBalance } from "../balance/assess";
import { getColumn, toCategorical } from "../data/column";
import type { Frame } from "../data/types";
import { effectSizes } from "../effects/effect-sizes";
import { type HedgesG, hedgesG } from "../effects/hedges";
import { fail, isLikewiseError } from "../errors/error";
import { count } from "../errors/words";
import { formulaColumns } from "../formula/variables";
import { clusterRobustTest } from "../multilevel/cluster-robust";
import type { FixedEffect, InterceptModel } from "../multilevel/types";
import { PAIR_ALLIANCE } from "./pool";
import { pupilsOf, schoolsByArm } from "./pupils";
import { clusteredEffect, type Fitter, fitterOf, recommendedEffect } from "./recommended";
import type { CellAnalysis, CellDesign, CellKey, StudySettings, StudySource } from "./types";

/** M0 to M3 and the effect, on the pupils of the matched schools in one year. */
export function analyseCell(
  source: StudySource,
  settings: StudySettings,
  key: CellKey,
  design: CellDesign,
): CellAnalysis {
  const { school, pupilCovariates, subgroup } = source.columns;
  const { table, flow } = pupilsOf(source, key, design);
  const fitter = fitterOf(source, settings, table);
  const adjusted = `${pupilCovariates} + ${design.covariates}`;
  // One look at the pupils for all models with (1 | school): M3 has the columns of the others.
  const summary = fitter.summary(`${adjusted} + treated`);
  const M1 = fitter.from(summary, pupilCovariates);
  const M2 = fitter.from(summary, adjusted);
  requireSpareSchools(M2.ngroups, M2.terms.length - M1.terms.length);
  const models = { M0: fitter.from(summary, "1"), M1, M2, M3: fitter.from(summary, `${adjusted} + treated`) };
  const { paired, effect, effectFrom } = recommendedEffect(fitter, `${adjusted} + treated`);
  return {
    kind: "cell-analysis",
    flow,
    schools: schoolsByArm(table, school),
    pupilBalance: assessBalance({
      treated: "treated",
      covariates: formulaColumns(`~ ${pupilCovariates}`),
      data: table,
      estimand: "ATT",
    }),
    models: { ...models, paired },
    effect,
    effectFrom,
    effectByAlliance: key.role === "teaching" ? null : effectByAlliance(table, models.M3),
    subgroup: effectInSubgroup(fitter, adjusted, subgroup),
    sizes: effectSizes({ empty: models.M0, adjusted: models.M2, treated: models.M3 }, { treatment: "treated" }),
    sizesGivenPupils: effectSizes(
      { empty: models.M0, adjusted: M1, treated: fitter.from(summary, `${pupilCovariates} + treated`) },
      { treatment: "treated" },
    ),
    hedges: fitter.isPaired ? hedgesOrNull(models.M3) : null,
  };
}

/** Schools that must be left when the school covariates of M2 and the role are taken off. */
const SPARE_SCHOOLS = 10;

export function requireSpareSchools(schools: number, columns: number): void {
  if (schools - columns - 2 >= SPARE_SCHOOLS) return;
  fail(
    "too-rich",
    `${count(schools, "matched school")} are too few to adjust for ${count(columns, "column")} of schools: ${SPARE_SCHOOLS} more than that are needed. Name fewer schoolCovariates, widen the caliper, or take more schools.`,
    { schools, columns },
  );
}

/** Null where there is but one alliance to cluster by. */
function effectByAlliance(table: Frame, model: InterceptModel): FixedEffect | null {
  const { codes } = toCategorical(getColumn(table, PAIR_ALLIANCE));
  if (new Set(codes).size < 2) return null;
  return clusteredEffect(model, PAIR_ALLIANCE);
}

/** How much larger the effect is in the subgroup; null where that cannot be told. */
function effectInSubgroup(fitter: Fitter, adjusted: string, subgroup: string): FixedEffect | null {
  const formula = `${adjusted} + treated + ${subgroup} + treated:${subgroup}`;
  const isWanted = (term: string): boolean => term.includes(":") && term.includes("treated") && term.includes(subgroup);
  if (fitter.isPaired) return fitter.nested(formula, "pair").fixed.find(({ term }) => isWanted(term)) ?? null;
  const model = fitter.single(formula);
  const term = model.terms.find(isWanted);
  return (term !== undefined && clusterRobustTest(model, term, { clusters: "pair" })) || null;
}

function hedgesOrNull(model: InterceptModel): HedgesG | null {
  try {
    return hedgesG(model, { treatment: "treated" });
  } catch (error) {
    if (isLikewiseError(error) && error.code === "too-few-groups") return null;
    throw error;
  }
}
