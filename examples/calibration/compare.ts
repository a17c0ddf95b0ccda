import { getColumn, numericColumn } from "../../src/data/column";
import type { Frame } from "../../src/data/types";
import { normalDensity, normalQuantileUpper } from "../../src/distributions/normal";
import {
  AUTHORITY_SHARE,
  FIVE_GOOD_PASSES,
  OFSTED_CORRELATION,
  YEAR_CORRELATION,
} from "../../src/synthetic/calibration/outcomes";
import {
  EAL,
  ETHNIC_GROUPS,
  FSM,
  GIRLS,
  IDACI,
  MISSING_PRIOR,
  SEN_LEVELS,
  SEN_SHARES,
} from "../../src/synthetic/calibration/pupils";
import {
  DISADVANTAGED,
  INTAKE_BY_TYPE,
  INTAKE_DISADVANTAGED,
  OFSTED_GRADES,
  OFSTED_SHARES,
  PRIMARY_COHORT,
  REGION_SHARES,
  REGIONS,
  SCHOOL_COUNTS,
  SCHOOL_TYPES,
  SECONDARY_COHORT,
  SECONDARY_INTAKE,
  TYPE_SHARES,
} from "../../src/synthetic/calibration/schools";
import { drawPupils } from "../../src/synthetic/pupil-stream";
import { simulateSchools } from "../../src/synthetic/simulate";
import type { SimulatedSchools } from "../../src/synthetic/types";
import { correlationOf, type Figure, meanOf, pupilMean, sdOf } from "./statistics";

/** One line of the table: what was published or assumed, and what the simulation shows. */
export interface Comparison {
  readonly group: string;
  readonly what: string;
  /** S = read, D = computed from published data, A = assumed, as in the calibration files. */
  readonly source: "S" | "D" | "A";
  readonly published: number;
  /** Half a unit of its last digit. */
  readonly rounding: number;
  readonly simulated: number;
  readonly standardError: number;
  /** Whether the generator is built to reproduce it; else it is a check from outside. */
  readonly calibrated: boolean;
}

const STAGES = [
  { phase: "primary", keyStage: "KS2", prefix: "P" },
  { phase: "secondary", keyStage: "KS4", prefix: "S" },
] as const;

const YEAR = 2013;

/** Simulates without any effect of designation and holds the result against the calibration table. */
export function compareWithPublished(seed: number | string, scale: number): Comparison[] {
  const simulated = simulateSchools({ seed, scale, truth: { teaching: { KS2: 0, KS4: 0 } } });
  return [0, 1].flatMap((stage) => [
    ...compareSchools(simulated, stage as 0 | 1),
    ...compareEffects(simulated, stage as 0 | 1),
    ...comparePupils(simulated, stage as 0 | 1),
  ]);
}

type Row = (
  what: string,
  source: Comparison["source"],
  published: number,
  figure: Figure,
  rounding?: number,
  calibrated?: boolean,
) => Comparison;

function rowsOf(group: string): Row {
  return (what, source, published, figure, rounding = 0, calibrated = true) => ({
    group,
    what,
    source,
    published,
    rounding,
    simulated: figure.value,
    standardError: figure.standardError,
    calibrated,
  });
}

function schoolsOf(data: Frame, stage: 0 | 1): (name: string) => Float64Array {
  const phase = codesOf(data, "phase");
  return (name) => {
    const column = getColumn(data, name);
    const values = "codes" in column ? Float64Array.from(column.codes) : column.values;
    return values.filter((_, row) => phase[row] === stage);
  };
}

function codesOf(data: Frame, name: string): Int32Array {
  const column = getColumn(data, name);
  return "codes" in column ? column.codes : Int32Array.from(column.values);
}

const share = (values: Float64Array, of: (value: number) => boolean): Figure =>
  meanOf(values.map((value) => (of(value) ? 1 : 0)));

function compareSchools({ schools, options }: SimulatedSchools, stage: 0 | 1): Comparison[] {
  const row = rowsOf(`${STAGES[stage].phase} schools`);
  const column = schoolsOf(schools, stage);
  const type = column("type");
  const ofsted = column("ofsted");
  const intake = column("intake");
  const disadvantaged = column("disadvantaged");
  const total = (shares: readonly number[]): number => shares.reduce((sum, value) => sum + value, 0);
  const earlier = column("outcome2009").map((value, j) => value + column("outcome2010")[j] + column("outcome2011")[j]);
  const outstanding = OFSTED_SHARES[stage][0];
  const outstandingCorrelation =
    (OFSTED_CORRELATION * normalDensity(normalQuantileUpper(outstanding))) / Math.sqrt(outstanding * (1 - outstanding));
  return [
    row("schools, at national scale", "D", SCHOOL_COUNTS[stage], {
      value: type.length / options.scale,
      standardError: 0.5 / options.scale,
    }),
    ...SCHOOL_TYPES.map((name, k) =>
      row(
        `type ${name}`,
        "D",
        TYPE_SHARES[stage][k] / total(TYPE_SHARES[stage]),
        share(type, (code) => code === k),
        0.0005,
      ),
    ).filter((comparison) => comparison.published > 0),
    ...REGIONS.map((name, k) =>
      row(
        name,
        "D",
        REGION_SHARES[stage][k] / total(REGION_SHARES[stage]),
        share(column("region"), (code) => code === k),
        0.0005,
      ),
    ),
    row(
      "Ofsted outstanding",
      "A",
      outstanding,
      share(ofsted, (code) => code === OFSTED_GRADES.indexOf("outstanding")),
    ),
    row(
      "Ofsted good or outstanding",
      "S",
      OFSTED_SHARES[stage][1],
      share(ofsted, (code) => code <= 1),
      0.005,
    ),
    row(
      "correlation of Outstanding with earlier outcomes",
      "A",
      outstandingCorrelation,
      correlationOf(
        earlier,
        ofsted.map((code) => (code === 0 ? 1 : 0)),
      ),
    ),
    row("share disadvantaged, mean", stage === 1 ? "D" : "A", DISADVANTAGED.mean, meanOf(disadvantaged), 0.0005),
    row("share disadvantaged, sd", stage === 1 ? "D" : "A", DISADVANTAGED.sd, sdOf(disadvantaged), 0.005),
    row(
      "correlation of intake and share disadvantaged",
      stage === 1 ? "D" : "A",
      INTAKE_DISADVANTAGED,
      correlationOf(intake, disadvantaged),
      0.005,
    ),
    ...(stage === 1
      ? [
          row("intake in points, mean of schools", "D", SECONDARY_INTAKE.mean, meanOf(intake), 0.05),
          row("intake in points, sd of schools", "D", SECONDARY_INTAKE.schoolSd, sdOf(intake), 0.05),
          ...SCHOOL_TYPES.slice(0, 5).map((name, k) =>
            // The types' means do not add up to 27.8 exactly: the rounding of two figures.
            row(
              `intake in points, ${name}`,
              "D",
              INTAKE_BY_TYPE[k],
              meanOf(intake.filter((_, j) => type[j] === k)),
              0.1,
            ),
          ),
        ]
      : []),
  ];
}

function compareEffects({ schools, truth, options }: SimulatedSchools, stage: 0 | 1): Comparison[] {
  const { keyStage, phase } = STAGES[stage];
  const row = rowsOf(`${phase} schools`);
  const partition = truth.variance[keyStage];
  const variance = partition.authority + partition.persistent + partition.quality + partition.yearly;
  const years = options.years.length;
  const count = codesOf(schools, "phase").filter((code) => code === 0).length;
  const y0 = numericColumn(truth.schools, "y0");
  const inYear = (t: number): Float64Array =>
    y0.filter((_, k) => k % years === t && Math.floor(k / years) < count === (stage === 0));
  const pupils = numericColumn(truth.schools, "pupils").filter(
    (_, k) => k % years === 1 && Math.floor(k / years) < count === (stage === 0),
  );
  const cohort = stage === 0 ? PRIMARY_COHORT.mean : SECONDARY_COHORT.mean;
  const authority = schoolsOf(schools, stage)("authority");
  return [
    row("pupils in a cohort, mean", stage === 0 ? "S" : "D", cohort, meanOf(pupils), 0.5),
    ...(stage === 1 ? [row("pupils in a cohort, sd", "D", SECONDARY_COHORT.sd, sdOf(pupils), 0.5)] : []),
    row("school effects' correlation from year to year", "A", YEAR_CORRELATION, correlationOf(inYear(0), inYear(2))),
    row("authorities' share of school variance", "A", AUTHORITY_SHARE, authorityShare(inYear(1), authority, variance)),
  ];
}

/** Products of the effects of two schools of one authority, over all pairs: their mean is the authorities' variance. */
function authorityShare(effects: Float64Array, authority: Float64Array, variance: number): Figure {
  const sums = new Map<number, { sum: number; squares: number; n: number }>();
  effects.forEach((effect, j) => {
    const entry = sums.get(authority[j]) ?? { sum: 0, squares: 0, n: 0 };
    sums.set(authority[j], { sum: entry.sum + effect, squares: entry.squares + effect ** 2, n: entry.n + 1 });
  });
  const products = [...sums.values()]
    .filter(({ n }) => n > 1)
    .map(({ sum, squares, n }) => (sum ** 2 - squares) / (n * (n - 1)));
  const { value, standardError } = meanOf(products);
  return { value: value / variance, standardError: standardError / variance };
}

function comparePupils(simulated: SimulatedSchools, stage: 0 | 1): Comparison[] {
  const { keyStage, prefix } = STAGES[stage];
  const row = rowsOf(`${keyStage} pupils`);
  const names = (getColumn(simulated.schools, "school") as { levels: readonly string[] }).levels;
  const pupils = drawPupils(simulated, { schools: names.filter((name) => name.startsWith(prefix)), years: [YEAR] });
  const school = codesOf(pupils, "school");
  const count = school[school.length - 1] + 1;
  const [prior, fsm, eal, idaci, outcome] = ["prior", "fsm", "eal", "idaci", "outcome"].map((name) =>
    numericColumn(pupils, name),
  );
  const [gender, sen, ethnicity] = ["gender", "sen", "ethnicity"].map((name) => codesOf(pupils, name));
  const mean = (value: (k: number) => number, where?: (k: number) => boolean): Figure =>
    pupilMean(school, count, value, where);
  const rate = (is: (k: number) => boolean, where?: (k: number) => boolean): Figure =>
    mean((k) => (is(k) ? 1 : 0), where);
  // Schools of an authority share its effect on outcomes, so that there authorities are what is independent.
  const authorityOf = schoolsOf(simulated.schools, stage)("authority");
  const authorities = school.map((j) => authorityOf[j]);
  const meanOutcome = (value: (k: number) => number): Figure =>
    pupilMean(authorities, authorities.reduce((most, code) => Math.max(most, code), 0) + 1, value);
  const own = stage === 1 ? "S" : "A";
  return [
    row(
      "girls",
      own,
      GIRLS,
      rate((k) => gender[k] === 1),
      0.0005,
    ),
    row(
      "FSM",
      own,
      FSM,
      rate((k) => fsm[k] === 1),
      0.0005,
    ),
    row(
      "EAL",
      own,
      EAL,
      rate((k) => eal[k] === 1),
      0.0005,
    ),
    ...SEN_LEVELS.map((name, level) =>
      row(
        `SEN ${name}`,
        own,
        SEN_SHARES[level],
        rate((k) => sen[k] === level),
        0.0005,
      ),
    ),
    ...ETHNIC_GROUPS.map((group, code) =>
      row(
        group.name,
        own,
        group.share,
        rate((k) => ethnicity[k] === code),
        0.0005,
      ),
    ),
    ...ETHNIC_GROUPS.flatMap((group, code) =>
      group.fsm === null
        ? []
        : [
            row(
              `FSM, ${group.name}`,
              stage === 1 ? "D" : "A",
              group.fsm,
              rate(
                (k) => fsm[k] === 1,
                (k) => ethnicity[k] === code,
              ),
              0.0005,
            ),
          ],
    ),
    row(
      "IDACI, mean",
      "A",
      IDACI.mean,
      mean((k) => idaci[k]),
    ),
    row(
      "prior attainment missing",
      "A",
      MISSING_PRIOR,
      rate((k) => Number.isNaN(prior[k])),
    ),
    ...comparePrior(row, stage, prior, mean),
    row(
      "outcome, mean",
      "A",
      0,
      meanOutcome((k) => outcome[k]),
    ),
    // The variance by design; the mean is 0, so it is that of the squares. The rounding is of the documented partition.
    row(
      "outcome, variance",
      "A",
      1,
      meanOutcome((k) => outcome[k] ** 2),
      0.002,
    ),
    ...(stage === 1
      ? comparePasses(row, outcome, rate, { girl: (k) => gender[k] === 1, fsm: (k) => fsm[k] === 1 })
      : []),
  ];
}

type Mean = (value: (k: number) => number, where?: (k: number) => boolean) => Figure;
type Rate = (is: (k: number) => boolean, where?: (k: number) => boolean) => Figure;

function comparePrior(row: Row, stage: 0 | 1, prior: Float64Array, mean: Mean): Comparison[] {
  if (stage === 0) return [];
  const known = (k: number): boolean => !Number.isNaN(prior[k]);
  const variance = mean((k) => (prior[k] - SECONDARY_INTAKE.mean) ** 2, known);
  const sd = Math.sqrt(variance.value);
  return [
    row(
      "prior attainment in points, mean",
      "D",
      SECONDARY_INTAKE.mean,
      mean((k) => prior[k], known),
      0.05,
    ),
    row(
      "prior attainment in points, sd",
      "D",
      SECONDARY_INTAKE.pupilSd,
      { value: sd, standardError: variance.standardError / (2 * sd) },
      0.05,
    ),
  ];
}

/** Five good passes as an outcome above the threshold that lets the published share pass: gaps are not calibrated. */
function comparePasses(
  row: Row,
  outcome: Float64Array,
  rate: Rate,
  is: { readonly girl: (k: number) => boolean; readonly fsm: (k: number) => boolean },
): Comparison[] {
  const threshold = normalQuantileUpper(FIVE_GOOD_PASSES.all);
  const passed = (k: number): boolean => outcome[k] > threshold;
  const not = (condition: (k: number) => boolean) => (k: number) => !condition(k);
  const check = (what: string, published: number, where?: (k: number) => boolean): Comparison =>
    row(`five good passes, ${what}`, "S", published, rate(passed, where), 0.0005, false);
  return [
    check("all", FIVE_GOOD_PASSES.all),
    check("girls", FIVE_GOOD_PASSES.girls, is.girl),
    check("boys", FIVE_GOOD_PASSES.boys, not(is.girl)),
    check("FSM", FIVE_GOOD_PASSES.fsm, is.fsm),
    check("others", FIVE_GOOD_PASSES.others, not(is.fsm)),
  ];
}
