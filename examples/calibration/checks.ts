import { getColumn, numericColumn } from "../../src/data/column";
import { withColumn } from "../../src/data/select";
import type { CategoricalColumn } from "../../src/data/types";
import { normalQuantileUpper } from "../../src/distributions/normal";
import { fitMixed } from "../../src/multilevel/fit";
import { FIVE_GOOD_PASSES, PUBLISHED_ICC } from "../../src/synthetic/calibration/outcomes";
import { drawPupils } from "../../src/synthetic/pupil-stream";
import { simulateSchools } from "../../src/synthetic/simulate";
import type { VariancePartition } from "../../src/synthetic/types";

/** A figure from outside the calibration beside the simulation's. */
export interface Check {
  readonly what: string;
  readonly published: string;
  readonly simulated: number;
}

const COVARIATES = "prior + I(prior^2) + gender + fsm + eal + sen + idaci + birthMonth + ethnicity";

/** Intraclass correlations and the slope of prior attainment, from models of the simulated pupils of 2013. */
export function checkModels(
  seed: number | string,
  scale: number,
): { checks: Check[]; partition: readonly [VariancePartition, VariancePartition] } {
  const simulated = simulateSchools({ seed, scale, years: [2013], truth: { teaching: { KS2: 0, KS4: 0 } } });
  const names = (getColumn(simulated.schools, "school") as CategoricalColumn).levels;
  const pupilsOf = (prefix: string) => {
    const drawn = drawPupils(simulated, { schools: names.filter((name) => name.startsWith(prefix)) });
    const prior = numericColumn(drawn, "prior");
    const known = prior.filter((value) => !Number.isNaN(value));
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    const sd = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length);
    const standardised = withColumn(
      drawn,
      "prior",
      prior.map((value) => (value - mean) / sd),
    );
    const threshold = normalQuantileUpper(FIVE_GOOD_PASSES.all);
    return withColumn(
      standardised,
      "passed",
      numericColumn(drawn, "outcome").map((value) => (value > threshold ? 1 : 0)),
    );
  };
  const checks = (["P", "S"] as const).flatMap((prefix) => {
    const data = pupilsOf(prefix);
    const stage = prefix === "P" ? "KS2" : "KS4";
    const icc = (formula: string): number => fitMixed(formula, data, { df: "z" }).icc!;
    const slope = simpleSlope(numericColumn(data, "prior"), numericColumn(data, "outcome"));
    const isSecondary = prefix === "S";
    return [
      { what: `${stage}: simple slope of prior attainment, in sd`, published: ".70 to .75 (A)", simulated: slope },
      {
        what: `${stage}: ICC of the outcome`,
        published: isSecondary ? `${PUBLISHED_ICC.londonRaw} (S, London, 1980s)` : "none",
        simulated: icc("outcome ~ 1 + (1 | school)"),
      },
      {
        what: `${stage}: ICC given prior attainment`,
        published: isSecondary ? `${PUBLISHED_ICC.progress8} (S, Progress 8)` : "none",
        simulated: icc("outcome ~ prior + I(prior^2) + (1 | school)"),
      },
      {
        what: `${stage}: ICC given all pupil covariates`,
        published: isSecondary ? `${PUBLISHED_ICC.londonGivenIntake} (S, London, 1980s)` : "none",
        simulated: icc(`outcome ~ ${COVARIATES} + (1 | school)`),
      },
      ...(isSecondary
        ? [
            {
              what: "KS4: ICC of five good passes",
              published: `${PUBLISHED_ICC.rawPass} (D)`,
              simulated: icc("passed ~ 1 + (1 | school)"),
            },
          ]
        : []),
    ];
  });
  return { checks, partition: [simulated.truth.variance.KS2, simulated.truth.variance.KS4] };
}

/** The slope of y on x alone; rows without x are left out. */
function simpleSlope(x: Float64Array, y: Float64Array): number {
  let [n, sx, sy, sxx, sxy] = [0, 0, 0, 0, 0];
  for (let k = 0; k < x.length; k++) {
    if (Number.isNaN(x[k])) continue;
    n++;
    sx += x[k];
    sy += y[k];
    sxx += x[k] * x[k];
    sxy += x[k] * y[k];
  }
  return (sxy - (sx * sy) / n) / (sxx - (sx * sx) / n);
}
