import type { Balance } from "../balance/types";
import type { DataLike, Frame } from "../data/types";
import type { EValue } from "../effects/e-value";
import type { EffectSizes } from "../effects/effect-sizes";
import type { HedgesG } from "../effects/hedges";
import type { RosenbaumBounds } from "../effects/rosenbaum-bounds";
import type { Diagnostic } from "../errors/diagnostic";
import type { ByArm, NearestMatch } from "../matching/types/result";
import type { FixedEffect, InterceptModel, NestedModel } from "../multilevel/types";
import type { PropensityModel } from "../propensity/types";
import type { CellTruth } from "../synthetic/truth";
import type { KeyStage, ResolvedSimulation, Role } from "../synthetic/types";

/** Roles that are studied. */
export type StudyRole = Exclude<Role, "none">;

/** One comparison of the grid. */
export interface CellKey {
  readonly role: StudyRole;
  readonly keyStage: KeyStage;
  readonly cohort: number;
  /** The summer of the tests. */
  readonly year: number;
}

/** Where a study's numbers come from: schools with their history, and the pupils of given schools in one year. */
export interface StudySource {
  readonly kind: "study-source";
  /** `simulated`, or `tables` for a user's own. */
  readonly origin: "simulated" | "tables";
  readonly seed: number | string | null;
  /** The options that simulate the same data again; null for a user's own. */
  readonly simulation: ResolvedSimulation | null;
  /** One row per school. */
  readonly schools: Frame;
  /** Pupils of the schools (rows of `schools`) in the year's tests, with a column naming their school. */
  readonly pupils: (schools: Int32Array, year: number) => Frame;
  /** What is true of a comparison, by names of schools; null where it is not known. */
  readonly truth: ((treated: readonly string[], comparators: readonly string[], year: number) => CellTruth) | null;
  readonly columns: StudyColumns;
  readonly diagnostics: readonly Diagnostic[];
}

/** The names of the columns that the study reads. Those of pupils stand in the pupils' table. */
export interface StudyColumns {
  /** Of both tables: identifies the school. */
  readonly school: string;
  /** Of schools: `primary` or `secondary`, or `KS2` or `KS4`. */
  readonly phase: string;
  /** Of schools: `teaching`, `strategic partner`, `alliance member` or `none`. */
  readonly role: string;
  /** Of schools: the cohort of its alliance, missing without one. */
  readonly cohort: string;
  /** Of schools: its alliance, missing without one. */
  readonly alliance: string;
  /** Of schools: the grade before designation; comparators of partners and members are of the same grade. */
  readonly ofsted: string;
  /** The value of `ofsted` without which no school becomes a teaching school. */
  readonly outstanding: string;
  /** Of schools: what was known before designation, besides earlier outcomes. */
  readonly schoolCovariates: readonly string[];
  /** Of schools: mean outcomes of earlier years, `{year}` standing for the year: `outcome{year}`. */
  readonly earlierOutcome: string;
  /** Of pupils. */
  readonly year: string;
  /** Of pupils: standardised within year and key stage on national constants. */
  readonly outcome: string;
  /** Of pupils, as the right-hand side of a formula. */
  readonly pupilCovariates: string;
  /** Of pupils, 0/1: the subgroup whose effect may differ, free school meals. */
  readonly subgroup: string;
}

/** A user's own two tables. */
export interface StudyTables {
  readonly schools: DataLike;
  readonly pupils: DataLike;
  /** Names that differ from the default ones. */
  readonly columns?: Partial<StudyColumns>;
  /** What errors call the tables, such as the files they were read from. */
  readonly titles?: { readonly schools: string; readonly pupils: string };
}

/** A cohort's designation: exposure runs from here to the tests in May. */
export interface Cohort {
  readonly cohort: number;
  readonly year: number;
  /** 1–12. */
  readonly month: number;
}

/** How the study matches, models and tests; resolved, so with every default in it. */
export interface StudySettings {
  readonly roles: readonly StudyRole[];
  readonly keyStages: readonly KeyStage[];
  readonly cohorts: readonly Cohort[];
  readonly years: readonly number[];
  /** On the linear predictor, in its standard deviations within the pool; null for none. */
  readonly caliper: number | null;
  /** Comparators per school. */
  readonly ratio: number;
  /** How many years before designation are matched on, with their trend. */
  readonly earlierYears: number;
  /** Degrees of freedom of the tests in M0 to M3. */
  readonly df: "satterthwaite" | "kenward-roger";
  /** Which cells are asked whether they would survive: all estimated ones, the latest year of each family, or none. */
  readonly sensitivity: "all" | "latest" | "none";
  readonly hidden: HiddenConfounder;
}

/** Something unmeasured about schools: an effect of β would be β − difference × outcome with it. */
export interface HiddenConfounder {
  /** γ: its mean in schools of the role less that in comparators, in its standard deviations, given all that was adjusted for. */
  readonly difference: number;
  /** δ: what a standard deviation of it adds to outcomes, in standard deviations of the outcome. */
  readonly outcome: number;
}

/** Matched schools, as far as an analysis needs to know of them. */
export interface MatchedSchools {
  /** One row per school: the school, `pair`, `treated`, `weights`, `pair_alliance` and the covariates. */
  readonly schools: Frame;
  /** Their rows in the source. */
  readonly schoolRows: Int32Array;
  /** School covariates as the right-hand side of a formula. */
  readonly covariates: string;
}

/** Steps 2 and 3: made without a look at any outcome of the year under study. Years that share it share the object. */
export interface CellDesign {
  readonly kind: "cell-design";
  /** Schools of the phase that could be compared, and why others were left out. */
  readonly pool: ByArm & { readonly excluded: readonly { readonly reason: string; readonly schools: number }[] };
  readonly formula: string;
  readonly propensity: PropensityModel;
  readonly match: NearestMatch;
  readonly balance: Balance;
  /** Names of schools of the role that found no comparator; the estimand is then of the matched only. */
  readonly unmatched: readonly string[];
  /** Matched schools: the school, its pair, 1 where it has the role (`treated`), `weights`, alliance of the pair, and the covariates. */
  readonly schools: Frame;
  /** Their rows in the source. */
  readonly schoolRows: Int32Array;
  /** The covariates of the propensity model, as the right-hand side of a formula; M2 adjusts for them again. */
  readonly covariates: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** Rows of pupils from the register to the models, by arm. */
export interface PupilFlow {
  readonly inMatchedSchools: ByArm;
  readonly complete: ByArm;
  /** Rows lost to each column with missing values; a row may count more than once. */
  readonly lostTo: readonly { readonly column: string; readonly rows: ByArm }[];
  /** Pairs left out because one of the schools has no complete pupil. */
  readonly brokenPairs: number;
}

/** Steps 4 and 5. All models are fitted to the rows complete for M3. */
export interface CellAnalysis {
  readonly kind: "cell-analysis";
  readonly flow: PupilFlow;
  readonly schools: ByArm;
  /** Balance of the pupils' covariates in matched schools. */
  readonly pupilBalance: Balance;
  readonly models: {
    readonly M0: InterceptModel;
    readonly M1: InterceptModel;
    readonly M2: InterceptModel;
    /** The brief's own model, `(1 | school)`. */
    readonly M3: InterceptModel;
    /** M3 with `(1 | pair/school)`, for 1:1 designs. */
    readonly paired: NestedModel | null;
  };
  /** The recommended effect: from `paired`, or from M3 with errors clustered by pair. */
  readonly effect: FixedEffect;
  readonly effectFrom: "pair/school" | "clustered by pair" | "school";
  /** M3 with errors clustered by alliance (CR2), for partners and members; null for teaching schools or a single alliance. */
  readonly effectByAlliance: FixedEffect | null;
  /** The subgroup's difference in effect. */
  readonly subgroup: FixedEffect | null;
  readonly sizes: EffectSizes;
  /**
   * The same from M1 to M1 and the role. Earlier outcomes in M2 have taken up much of what schools differ by, so that the role's
   * share of the rest is larger there; the published third of school variance is nearer to this.
   */
  readonly sizesGivenPupils: EffectSizes;
  /** Null where an arm has fewer than two schools. */
  readonly hedges: HedgesG | null;
}

/** Step 7. */
export interface CellSensitivity {
  readonly kind: "cell-sensitivity";
  /** On pair differences of M2's raw school residuals; null with fewer than two pairs that differ. */
  readonly rosenbaum: RosenbaumBounds | null;
  readonly eValue: EValue;
  /** Null where the role can be told from the covariates through single schools only. */
  readonly leaveOneOut: LeaveOneOut | null;
  /** The same effect under other defensible choices. */
  readonly specifications: readonly Specification[];
}

/** M3's effect without each school in turn, the ratio of its variances held: its range, and the schools at its ends. */
export interface LeaveOneOut {
  readonly lower: { readonly estimate: number; readonly school: string };
  readonly upper: { readonly estimate: number; readonly school: string };
}

/** One other way to have done it. */
export interface Specification {
  readonly name: string;
  /** Whether it is the study's own. */
  readonly recommended: boolean;
  readonly matching: string;
  readonly model: string;
  readonly schools: ByArm | null;
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
  /** Why it could not be run, with `NaN`s then; otherwise null. */
  readonly reason: string | null;
}

/** One comparison in full. */
export interface StudyCell {
  readonly kind: "study-cell";
  readonly key: CellKey;
  /** `teaching schools, KS2, cohort 1, 2013` */
  readonly name: string;
  /** From designation to the tests; 0 or less before it. */
  readonly exposureMonths: number;
  /** Before or at designation: the truth is 0, and it shows what design alone makes of nothing. */
  readonly placebo: boolean;
  /** Why the cell could not be run; null where it was. */
  readonly reason: string | null;
  readonly design: CellDesign | null;
  readonly analysis: CellAnalysis | null;
  readonly truth: CellTruth | null;
  readonly sensitivity: CellSensitivity | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** A cell in one line; `NaN` where the cell could not be run. */
export interface GridRow extends CellKey {
  readonly name: string;
  readonly exposureMonths: number;
  readonly placebo: boolean;
  readonly reason: string | null;
  readonly treatedSchools: number;
  readonly controlSchools: number;
  readonly pupils: number;
  /** Largest |standardised difference| among school covariates, before and after matching. */
  readonly worstBefore: number;
  readonly worstAfter: number;
  /** β of the recommended model, with its test. */
  readonly estimate: number;
  readonly standardError: number;
  readonly df: number;
  readonly lower: number;
  readonly upper: number;
  readonly p: number;
  /** Adjusted within role and key stage, over cells that are not placebos. */
  readonly holm: number;
  readonly benjaminiHochberg: number;
  /** Δ = β/σ_e. */
  readonly delta: number;
  /** Hedges g on the total variance of the empty model. */
  readonly hedges: number;
  readonly icc: number;
  /** A share of variance means nothing without them. */
  readonly treatedShareOfPupils: number;
  readonly treatedShareOfSchools: number;
  /** The fall in school variance M2 → M3 as a share of school variance, of M0's total and of M2's total. */
  readonly dropOfSchools: number;
  readonly dropOfTotalEmpty: number;
  readonly dropOfTotalAdjusted: number;
  readonly truth: number;
  /** The row in plain words. */
  readonly reading: string;
}

/** The whole grid. */
export interface Study {
  readonly kind: "study";
  /** Of likewise. */
  readonly version: string;
  readonly origin: StudySource["origin"];
  /** Seed of the simulated data; null for a user's own. */
  readonly dataSeed: number | string | null;
  /** The options that simulate the same data again; null for a user's own. */
  readonly simulation: ResolvedSimulation | null;
  readonly settings: StudySettings;
  readonly columns: StudyColumns;
  readonly cells: readonly StudyCell[];
  readonly grid: readonly GridRow[];
  readonly diagnostics: readonly Diagnostic[];
}
