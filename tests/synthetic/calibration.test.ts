import { describe, expect, it } from "vitest";
import { compareWithPublished } from "../../examples/calibration/compare";
import { join } from "../../src/data/join";
import { selectColumns, withColumn } from "../../src/data/select";
import { fitMixed } from "../../src/multilevel/fit";
import {
  COVARIATE_VARIANCE,
  OUTCOME_SLOPES,
  SCHOOL_VARIANCE,
  TEACHING_EFFECT,
} from "../../src/synthetic/calibration/outcomes";
import { ETHNIC_GROUPS, SEN_SHARES } from "../../src/synthetic/calibration/pupils";
import { PRIMARY_COHORT, SECONDARY_COHORT } from "../../src/synthetic/calibration/schools";
import { PRIOR_SCALE } from "../../src/synthetic/composition";
import { drawPupils } from "../../src/synthetic/pupil-stream";
import { simulateSchools } from "../../src/synthetic/simulate";
import { mean, numbers, schoolsWhere, words } from "./columns";

describe("the calibration table", () => {
  const rows = compareWithPublished(2016, 0.12).filter((row) => row.calibrated);

  it("is compared in full", () => {
    expect(rows.length).toBeGreaterThan(110);
    expect(rows.filter((row) => !(row.standardError > 0))).toEqual([]);
  });

  // Five standard errors (clustered where schools or authorities are what is independent) and the rounding of the figure as
  // published: with 120 rows one in 10,000 simulations would fail.
  it.each(rows)("$group: $what", ({ published, simulated, standardError, rounding }) => {
    expect(Math.abs(simulated - published)).toBeLessThan(rounding + 5 * standardError);
  });

  it("would notice a figure that is off", () => {
    // Standard errors are small enough to tell the shares of the table apart.
    const fsm = rows.find((row) => row.group === "KS4 pupils" && row.what === "FSM")!;
    expect(fsm.standardError).toBeLessThan(0.01);
    const correlation = rows.find((row) => row.what.startsWith("correlation of intake"))!;
    expect(correlation.standardError).toBeLessThan(0.05);
  });
});

describe("the constants add up", () => {
  it("shares of pupils", () => {
    expect(SEN_SHARES.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(ETHNIC_GROUPS.reduce((sum, group) => sum + group.share, 0)).toBeCloseTo(1, 12);
  });

  it("cohorts have their mean and sd", () => {
    const { modes, shares } = PRIMARY_COHORT;
    expect(modes.reduce((sum, mode, k) => sum + mode * shares[k], 0)).toBeCloseTo(36, 10);
    const { logMean, logSd } = SECONDARY_COHORT;
    const lognormalMean = Math.exp(logMean + logSd ** 2 / 2);
    // The parameters are given to three decimals: a third of a pupil.
    expect(Math.abs(lognormalMean - 179)).toBeLessThan(0.35);
    expect(Math.abs(lognormalMean * Math.sqrt(Math.exp(logSd ** 2) - 1) - 63)).toBeLessThan(0.35);
  });

  it("school variance with the default effect in half the schools is to a third that effect: 5 % and 4 % of the total", () => {
    TEACHING_EFFECT.forEach((effect, stage) => {
      expect(effect ** 2 / 4 / SCHOOL_VARIANCE[stage]).toBeCloseTo(1 / 3, 2);
      expect(effect ** 2 / 4).toBeCloseTo([0.05, 0.04][stage], 2);
    });
  });

  it("the parts of the variance sum to 1, whatever the options", () => {
    for (const options of [
      {},
      { icc: { KS2: 0.06, KS4: 0.3 } },
      { world: "selection" as const },
      { authorityShare: 0.4, yearCorrelation: 0.5 },
    ]) {
      const { variance } = simulateSchools({ scale: 0.01, ...options }).truth;
      for (const parts of [variance.KS2, variance.KS4]) {
        const { unconditionalIcc, conditionalIcc, ...components } = parts;
        const school = parts.authority + parts.persistent + parts.quality + parts.yearly;
        expect(Object.values(components).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
        expect(unconditionalIcc).toBeCloseTo(school + parts.covariatesBetween, 12);
        expect(conditionalIcc).toBeCloseTo(school / (school + parts.residual), 12);
      }
    }
  });
});

describe.each([0, 1] as const)("the outcome at key stage %i (0 = KS2, 1 = KS4)", (stage) => {
  const keyStage = (["KS2", "KS4"] as const)[stage];
  const simulated = simulateSchools({
    seed: 11,
    scale: [0.05, 0.12][stage],
    years: [2013],
    truth: { teaching: { KS2: 0, KS4: 0 } },
    missingPrior: 0,
    authorityShare: 0,
  });
  const schools = schoolsWhere(
    simulated.schools,
    (row) => words(simulated.schools, "phase")[row] === ["primary", "secondary"][stage],
  );
  const drawn = drawPupils(simulated, { schools });
  const { mean: centre, pupilSd } = PRIOR_SCALE[stage];
  const standardised = (values: Float64Array): Float64Array => values.map((value) => (value - centre) / pupilSd);
  const pupils = withColumn(drawn, "prior", standardised(numbers(drawn, "prior")));
  const intakes = withColumn(simulated.schools, "intake", standardised(numbers(simulated.schools, "intake")));
  const data = join(pupils, selectColumns(intakes, ["school", "intake"]), { on: "school" });
  const model = fitMixed(
    "outcome ~ prior + I(prior^2) + gender + fsm + eal + sen + idaci + birthMonth + ethnicity + intake + (1 | school)",
    data,
    { df: "z" },
  );
  const parts = simulated.truth.variance[keyStage];

  it("has the documented slopes, within 4.5 standard errors", () => {
    const slopes = OUTCOME_SLOPES[stage];
    const expected: Record<string, number> = {
      prior: slopes.prior,
      "I(prior^2)": slopes.priorSquared,
      genderfemale: slopes.girl,
      fsmTRUE: slopes.fsm,
      ealTRUE: slopes.eal,
      "senschool action": slopes.sen[1],
      "senschool action plus": slopes.sen[2],
      senstatement: slopes.sen[3],
      idaci: slopes.idaci,
      birthMonth: slopes.birthMonth,
      intake: slopes.intake,
    };
    ETHNIC_GROUPS.forEach((group, code) => {
      if (code > 0) expected[`ethnicity${group.name}`] = slopes.ethnicity[code];
    });
    const fixed = model.fixed.filter(({ term }) => term !== "(Intercept)");
    expect(fixed.map(({ term }) => term).sort()).toEqual(Object.keys(expected).sort());
    for (const { term, estimate, standardError } of fixed) {
      expect(Math.abs(estimate - expected[term]) / standardError, term).toBeLessThan(4.5);
    }
  });

  it("has the documented residual and school variance, within 4.5 standard errors", () => {
    const [n, m] = [data.rows, schools.length];
    expect(Math.abs(model.variances!.residual - parts.residual)).toBeLessThan(
      4.5 * parts.residual * Math.sqrt(2 / (n - m)),
    );
    const school = parts.persistent + parts.yearly;
    const sampling = school + parts.residual / (n / m);
    expect(Math.abs(model.variances!.group - school)).toBeLessThan(4.5 * sampling * Math.sqrt(2 / m));
  });

  it("has the documented variance of covariates", () => {
    // The part of the covariates, without school effect and residual, from the slopes themselves.
    const slopes = OUTCOME_SLOPES[stage];
    const [prior, girl, fsm, eal, idaci, month, intake] = [
      "prior",
      "gender",
      "fsm",
      "eal",
      "idaci",
      "birthMonth",
      "intake",
    ].map((name) =>
      name === "gender" ? words(data, name).map((word) => (word === "female" ? 1 : 0)) : numbers(data, name),
    );
    const [sen, ethnicity] = ["sen", "ethnicity"].map((name) => words(data, name));
    const senLevels = ["none", "school action", "school action plus", "statement"];
    const groups: string[] = ETHNIC_GROUPS.map((group) => group.name);
    const part = Float64Array.from(
      { length: data.rows },
      (_, k) =>
        slopes.prior * prior[k] +
        slopes.priorSquared * prior[k] ** 2 +
        slopes.girl * girl[k] +
        slopes.fsm * fsm[k] +
        slopes.eal * eal[k] +
        slopes.sen[senLevels.indexOf(sen[k])] +
        slopes.idaci * idaci[k] +
        slopes.birthMonth * month[k] +
        slopes.ethnicity[groups.indexOf(ethnicity[k])] +
        slopes.intake * intake[k],
    );
    const empty = fitMixed("part ~ 1 + (1 | school)", withColumn(data, "part", part), { df: "z" });
    const { within, between } = COVARIATE_VARIANCE[stage];
    // Within: heavier tails than normal, hence √3 instead of √2; between: the normal's, and sampling of the schools' pupils.
    expect(Math.abs(empty.variances!.residual - within)).toBeLessThan(4.5 * within * Math.sqrt(3 / data.rows));
    const sampling = between + within / (data.rows / schools.length);
    expect(Math.abs(empty.variances!.group - between)).toBeLessThan(4.5 * sampling * Math.sqrt(2 / schools.length));
  });

  it("is standardised: points are a linear image of it on the constants of the year", () => {
    const [points, outcome] = [numbers(drawn, "points"), numbers(drawn, "outcome")];
    const slope = (points[1] - points[0]) / (outcome[1] - outcome[0]);
    const level = points[0] - slope * outcome[0];
    expect(slope).toBeCloseTo([4.2, 88][stage], 8);
    expect(level).toBeCloseTo([28.3, 341][stage], 8);
    expect(Math.max(...points.map((value, k) => Math.abs(value - level - slope * outcome[k])))).toBeLessThan(1e-8);
  });

  it("prior attainment is missing more often with EAL", () => {
    const often = simulateSchools({ seed: 3, scale: 0.02, years: [2012], missingPrior: 0.1 });
    const frame = drawPupils(often);
    const missing = numbers(frame, "prior").map((value) => (Number.isNaN(value) ? 1 : 0));
    const eal = numbers(frame, "eal");
    const rate = (flag: number): number => mean(missing.filter((_, k) => eal[k] === flag));
    const n = [0, 1].map((flag) => eal.filter((value) => value === flag).length);
    // .3 with EAL, and what brings the total to .1 without; 4.5 standard errors of a share.
    const without = (0.1 - 0.127 * 0.3) / 0.873;
    expect(Math.abs(rate(1) - 0.3)).toBeLessThan(4.5 * Math.sqrt((0.3 * 0.7) / n[1]));
    expect(Math.abs(rate(0) - without)).toBeLessThan(4.5 * Math.sqrt((without * (1 - without)) / n[0]));
  });
});
