import { assessBalance } from "../../src/balance/assess";
import { match } from "../../src/matching/match";
import { fitMixed } from "../../src/multilevel/fit";
import { randomEffects } from "../../src/multilevel/random-effects";
import { balanceHeatMap } from "../../src/plots/balance-heat-map";
import { caterpillarPlot } from "../../src/plots/caterpillar-plot";
import { forestPlot } from "../../src/plots/forest-plot";
import { lovePlot } from "../../src/plots/love-plot";
import { overlapPlot } from "../../src/plots/overlap-plot";
import { pairsPlot } from "../../src/plots/pairs-plot";
import { recoveryPlot } from "../../src/plots/recovery-plot";
import type { VegaLiteSpec } from "../../src/plots/specification";
import { specificationPlot } from "../../src/plots/specification-plot";
import { variancePlot } from "../../src/plots/variance-plot";

/** Twelve schools: enough of everything to draw, few enough to read in a snapshot. */
const schools = {
  treated: [1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0],
  score: [0.9, 0.6, 0.5, 0.4, 0.6, 0.5, 0.45, 0.4, 0.3, 0.25, 0.2, 0.1],
  size: [60, 45, 30, 30, 45, 30, 30, 15, 60, 15, 30, 45],
  meals: [10, 20, 15, 25, 20, 15, 30, 35, 25, 40, 45, 30],
};

export const matched = match(
  { treated: "treated", score: "score", covariates: ["size", "meals"], data: schools },
  { method: "nearest", caliper: 0.2, caliperUnits: "raw" },
);

export const model = fitMixed("score ~ 1 + (1 | school)", {
  school: ["a", "a", "a", "b", "b", "b", "c", "c", "c", "d", "d", "d"],
  score: [8, 10, 9, 13, 15, 14, 5, 6, 8, 10, 11, 9],
});

const balance = assessBalance(matched);
const row = { matching: "1:1, caliper .2", lower: 0.3, upper: 0.5 };
const recovery = { replications: 500, bias: 0.01, biasSe: 0.004, coverage: 0.95, coverageSe: 0.01 };

/** Each plot once. */
export const plots: Readonly<Record<string, VegaLiteSpec>> = {
  love: lovePlot(balance),
  "love-signed": lovePlot(balance, { absolute: false, threshold: 0.25 }),
  overlap: overlapPlot(matched, { bins: 8 }),
  pairs: pairsPlot(matched),
  "heat-map": balanceHeatMap([
    { name: "KS2, cohort 1", balance },
    { name: "KS2, cohort 2", balance: null },
  ]),
  caterpillar: caterpillarPlot(model, randomEffects(model), { highlight: ["b"], highlightName: "teaching" }),
  forest: forestPlot(
    [
      { name: "2012", estimate: 0.02, lower: -0.1, upper: 0.14, placebo: true, truth: 0 },
      { name: "2013", estimate: 0.42, lower: 0.3, upper: 0.54, truth: 0.45 },
      { name: "2014", estimate: Number.NaN, lower: Number.NaN, upper: Number.NaN },
    ],
    { title: "Teaching schools, KS2", note: "80 schools." },
  ),
  variance: variancePlot([{ name: "M0", model }]),
  specification: specificationPlot([
    { ...row, name: "recommended", recommended: true, model: "pair/school", estimate: 0.42 },
    { ...row, name: "school only", recommended: false, model: "school", estimate: 0.4 },
  ]),
  recovery: recoveryPlot([
    { ...recovery, scenario: "no selection", estimator: "naive" },
    { ...recovery, scenario: "strong selection", estimator: "naive" },
    { ...recovery, scenario: "no selection", estimator: "matched + multilevel" },
  ]),
};
