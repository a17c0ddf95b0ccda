import { assessBalance } from "../../src/balance/assess";
import { takeRows } from "../../src/data/select";
import { eValue } from "../../src/effects/e-value";
import { effectSizes } from "../../src/effects/effect-sizes";
import { estimateEffect } from "../../src/effects/estimate-effect";
import { hedgesG } from "../../src/effects/hedges";
import { minimumDetectableEffect } from "../../src/effects/minimum-detectable-effect";
import { rosenbaumBounds } from "../../src/effects/rosenbaum-bounds";
import { standardiseCoefficients } from "../../src/effects/standardise";
import { bindFormula } from "../../src/formula/bind";
import type { ResultByKind } from "../../src/kinds";
import { match } from "../../src/matching/match";
import { bootstrap } from "../../src/multilevel/bootstrap";
import { clusterRobust } from "../../src/multilevel/cluster-robust";
import { compareModels } from "../../src/multilevel/compare";
import { compareGroups, comparisonIntervals } from "../../src/multilevel/compare-groups";
import { confint } from "../../src/multilevel/confint";
import { designEffect } from "../../src/multilevel/design-effect";
import { testTerms } from "../../src/multilevel/f-test";
import { fitMixed } from "../../src/multilevel/fit";
import { influence } from "../../src/multilevel/influence";
import { predict } from "../../src/multilevel/predict";
import { rSquared } from "../../src/multilevel/r-squared";
import { randomEffects } from "../../src/multilevel/random-effects";
import { rankGroups } from "../../src/multilevel/ranks";
import { residuals } from "../../src/multilevel/residuals";
import { summariseGroups } from "../../src/multilevel/summarise";
import { levelRSquared, variancePartition, varianceReduction } from "../../src/multilevel/variance-explained";
import { testGroupVariance } from "../../src/multilevel/variance-test";
import { fitPropensity } from "../../src/propensity/fit";
import { weigh } from "../../src/weighting/weigh";
import { referenceFrame } from "./reference";

const hsb = referenceFrame("hsb-joined.csv");

/** Every twentieth pupil of High School & Beyond, and its schools. */
export const pupils = takeRows(
  hsb,
  Int32Array.from({ length: Math.floor(hsb.rows / 20) }, (_, i) => 20 * i),
);
export const schools = referenceFrame("hsb-schools.csv");

const empty = fitMixed("mathach ~ 1 + (1 | school)", pupils);
export const model = fitMixed("mathach ~ ses + catholic + (1 | school)", pupils);
export const propensity = fitPropensity("catholic ~ size + meanses", schools);
export const matched = match(propensity, { method: "nearest", caliper: 0.2 });
export const pastes = fitMixed("strength ~ 1 + (1 | batch/cask)", referenceFrame("pastes.csv"));
export const slopes = fitMixed("reaction ~ days + (days | subject)", referenceFrame("sleepstudy.csv"));

const [first, second] = model.randomTerms[0].levels;

/** A result of each kind that the verbs know, but for studies, which take long to run. */
export const RESULTS: Omit<ResultByKind, "study" | "study-cell" | "recovery"> = {
  "propensity-model": propensity,
  "match-result": matched,
  weights: weigh(propensity, { estimand: "ATT" }),
  balance: assessBalance(matched),
  effect: estimateEffect("size ~ catholic", matched),
  "effect-sizes": effectSizes({ empty, adjusted: empty, treated: model }, { treatment: "catholic" }),
  "hedges-g": hedgesG(model, { treatment: "catholic" }),
  "standardised-coefficients": standardiseCoefficients(model),
  "rosenbaum-bounds": rosenbaumBounds([3, 1, 4, -1, 5, 9, 2, 6, 5, 3, 5, 8], { gamma: [1, 2, 3] }),
  "e-value": eValue({ estimate: 3.9, lower: 1.8, upper: 8.7 }, { scale: "risk-ratio" }),
  "minimum-detectable-effect": minimumDetectableEffect({
    treatedSchools: 100,
    controlSchools: 100,
    pupilsPerSchool: 36,
    icc: 0.15,
  }),
  "mixed-model": model,
  "cluster-robust": clusterRobust(model),
  "f-test": testTerms(model, { terms: ["ses", "catholic"] }),
  "model-comparison": compareModels(empty, model),
  "group-variance-test": testGroupVariance(model),
  "group-ranks": rankGroups(model, { draws: 100 }),
  "group-comparison": compareGroups(model, first, second),
  "comparison-intervals": comparisonIntervals(model),
  influence: influence(model),
  predictions: predict(model, pupils, { interval: "prediction" }),
  bootstrap: bootstrap(model, { seed: 1, replicates: 40 }),
  "r-squared": rSquared(model),
  "level-r-squared": levelRSquared(model),
  "variance-reduction": varianceReduction(empty, model),
  "design-effect": designEffect(model),
  "random-effects": randomEffects(model),
  "confidence-intervals": confint(model),
  "variance-parts": variancePartition(model),
  numbers: residuals(model),
  frame: schools,
};

/** Results that are written and read, but not laid out. */
export const UNSUMMARISED = {
  "bound-formula": bindFormula("mathach ~ ses + (1 | school)", pupils),
  "group-summary": summariseGroups("mathach ~ ses + (1 | school)", pupils, { blocks: true }),
  "nested-summary": pastes.summary,
  "slopes-summary": slopes.summary,
};
