import {
  assessBalance,
  type Balance,
  dropIncomplete,
  type EffectSizes,
  effectSizes,
  type FitMixedOptions,
  type Frame,
  fitMixed,
  fitPropensity,
  formulaColumns,
  join,
  type MatchResult,
  type MixedModel,
  match,
  matchedData,
  type PropensityModel,
  type SummariseOptions,
  selectColumns,
} from "likewise";

/** What is studied, in the columns of two tables: schools and the pupils in them. */
export interface StudyDesign {
  /** The column both tables share. */
  readonly key: string;
  /** The school-level treatment given school covariates: `catholic ~ size + meanses`. */
  readonly propensity: string;
  /** The value of the treatment that counts as treated, where it is not 0/1. */
  readonly treated?: string;
  readonly outcome: string;
  /** Pupil covariates as the right-hand side of a formula: `ses + minority`. */
  readonly pupilCovariates: string;
  /** Width on the linear predictor, in standard deviations. */
  readonly caliper: number;
  /** Comparators per treated school. */
  readonly ratio: number;
}

export interface SchoolStudy {
  readonly design: StudyDesign;
  readonly schools: Frame;
  readonly propensity: PropensityModel;
  readonly match: MatchResult;
  readonly balance: Balance;
  /** Pupils of matched schools, complete for the largest model. */
  readonly pupils: Frame;
  /** Pupils of matched schools left out as incomplete. */
  readonly incomplete: number;
  readonly models: {
    readonly M0: MixedModel;
    readonly M1: MixedModel;
    readonly M2: MixedModel;
    readonly M3: MixedModel;
  };
  readonly effect: EffectSizes;
}

const MATCH_WEIGHT = "match_weight";

/** Match schools first, without looking at outcomes; then compare their pupils. */
export function studySchools(schools: Frame, pupils: Frame, design: StudyDesign): SchoolStudy {
  const propensity = fitPropensity(design.propensity, schools, { treated: design.treated });
  const matched = match(propensity, {
    method: "nearest",
    distance: "linear",
    ratio: design.ratio,
    caliper: design.caliper,
  });
  const balance = assessBalance(matched);

  const treatment = propensity.treatment.name;
  const schoolColumns = [design.key, treatment, ...propensity.covariates];
  const matchedSchools = matchedData(matched, undefined, { names: { weights: MATCH_WEIGHT } });
  const inMatched = join(pupils, selectColumns(matchedSchools, [...schoolColumns, MATCH_WEIGHT]), {
    on: design.key,
    unmatched: "drop",
  });
  const schoolCovariates = design.propensity.split("~")[1].trim();
  const formula = (right: string): string => `${design.outcome} ~ ${right} + (1 | ${design.key})`;
  const largest = formula(`${design.pupilCovariates} + ${schoolCovariates} + ${treatment}`);
  // All four models are fitted to the rows that are complete for the largest.
  const complete = dropIncomplete(inMatched, formulaColumns(largest));
  // Matched pairs weigh alike; where several comparators share a treated school, schools (never pupils) carry weights.
  const options: FitMixedOptions & SummariseOptions = design.ratio === 1 ? {} : { weights: { schools: MATCH_WEIGHT } };
  const M0 = fitMixed(formula("1"), complete, options);
  const M1 = fitMixed(formula(design.pupilCovariates), complete, options);
  const M2 = fitMixed(formula(`${design.pupilCovariates} + ${schoolCovariates}`), complete, options);
  const M3 = fitMixed(largest, complete, options);
  const effect = effectSizes({ empty: M0, adjusted: M2, treated: M3 }, { treatment: M3.terms.at(-1) as string });
  return {
    design,
    schools,
    propensity,
    match: matched,
    balance,
    pupils: complete,
    incomplete: inMatched.rows - complete.rows,
    models: { M0, M1, M2, M3 },
    effect,
  };
}
