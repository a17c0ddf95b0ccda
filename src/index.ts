export { type Augmentable, augment } from "./augment";
export { assessBalance } from "./balance/assess";
export type {
  AcrossClusters,
  Balance,
  BalanceCount,
  BalanceEstimand,
  BalanceImprovement,
  BalanceMeasures,
  BalanceOptions,
  BalancePart,
  BalanceRow,
  BalanceTally,
  BalanceThresholds,
  BalanceUnits,
  ClusterBalance,
  ResolvedBalance,
  SdDenominator,
  Spread,
  SpreadMeasures,
  ThresholdMeasure,
} from "./balance/types";
export { columnNames, numericColumn } from "./data/column";
export { type FrameOptions, frame, isFrame } from "./data/frame";
export { type JoinOptions, join } from "./data/join";
export {
  dropIncomplete,
  filterRows,
  renameColumns,
  selectColumns,
  takeRows,
  toRows,
  withColumn,
} from "./data/select";
export type {
  CategoricalColumn,
  Column,
  ColumnLike,
  ColumnType,
  DataLike,
  Frame,
  LogicalColumn,
  NumericColumn,
  Value,
} from "./data/types";
export { render, type TableFormat } from "./display/render";
export type { Cell, CellFormat, FormattedCell, Table, TableColumn } from "./display/table";
export {
  chiSquaredCdf,
  chiSquaredLogSurvival,
  chiSquaredQuantile,
  chiSquaredQuantileUpper,
  chiSquaredSurvival,
} from "./distributions/chi-squared";
export { fCdf, fLogSurvival, fQuantile, fQuantileUpper, fSurvival } from "./distributions/f";
export {
  normalCdf,
  normalDensity,
  normalLogSurvival,
  normalQuantile,
  normalQuantileUpper,
  normalSurvival,
} from "./distributions/normal";
export { tCdf, tLogSurvival, tQuantile, tQuantileUpper, tSurvival } from "./distributions/student-t";
export {
  type EffectScale,
  type EstimateWithInterval,
  type EValue,
  type EValueOptions,
  eValue,
} from "./effects/e-value";
export { type DropShare, type EffectModels, type EffectSizes, effectSizes } from "./effects/effect-sizes";
export { estimateEffect } from "./effects/estimate-effect";
export type {
  Effect,
  EffectEstimand,
  EffectOptions,
  EffectSubject,
  StandardErrorType,
  WeightedUnits,
  WeightsResult,
} from "./effects/estimate-types";
export { type HedgesG, hedgesG, type StandardisedEffect, type WithinAndTotal } from "./effects/hedges";
export {
  type MinimumDetectableEffect,
  minimumDetectableEffect,
  type StudyDesign,
} from "./effects/minimum-detectable-effect";
export {
  type MatchedOutcomes,
  type RosenbaumBound,
  type RosenbaumBounds,
  type RosenbaumOptions,
  rosenbaumBounds,
} from "./effects/rosenbaum-bounds";
export {
  type StandardisedCoefficient,
  type StandardisedCoefficients,
  standardiseCoefficients,
} from "./effects/standardise";
export type { Diagnostic, DiagnosticCode } from "./errors/diagnostic";
export { type ErrorCode, isLikewiseError, type LikewiseError } from "./errors/error";
export { type BindOptions, bindFormula } from "./formula/bind";
export { buildDesign, type DesignOptions } from "./formula/design";
export { type ParsedFormula, type ParsedRandomTerm, parseFormula } from "./formula/parse";
export type { FormulaSchema, SchemaColumn } from "./formula/schema";
export { termsOf } from "./formula/terms";
export type { BoundFormula, BoundTerm, BoundVariable, Design, Expression, RandomTerm, Span } from "./formula/types";
export { formulaColumns } from "./formula/variables";
export { type Glanceable, glance } from "./glance";
export { fromJson, type ToJsonOptions, toJson } from "./json";
export type { ResultByKind } from "./kinds";
export type { CovariateDistance, DistanceFunction, DistanceMatrix } from "./matching/covariates/problem";
export { describeMatch } from "./matching/describe";
export { match } from "./matching/match";
export { type MatchedDataOptions, matchedData, matchedPairs } from "./matching/matched-data";
export type {
  CemOptions,
  ExactOptions,
  FullOptions,
  MatchMethod,
  MatchOptions,
  NearestCovariateOptions,
  NearestOptions,
  NearestScoreOptions,
  OptimalCovariateOptions,
  OptimalOptions,
  OptimalScoreOptions,
  OptionsByMethod,
  SubclassOptions,
} from "./matching/types/options";
export type {
  ResolvedCem,
  ResolvedExact,
  ResolvedFull,
  ResolvedNearest,
  ResolvedNearestCovariates,
  ResolvedNearestScore,
  ResolvedOptimal,
  ResolvedOptimalCovariates,
  ResolvedOptimalScore,
  ResolvedSubclass,
} from "./matching/types/resolved";
export type {
  ByArm,
  CemMatch,
  ExactMatch,
  FullMatch,
  MatchResult,
  NearestCovariateMatch,
  NearestMatch,
  NearestScoreMatch,
  OptimalCovariateMatch,
  OptimalMatch,
  OptimalScoreMatch,
  ResolvedCaliper,
  ResultByMethod,
  SampleSizes,
  SubclassMatch,
} from "./matching/types/result";
export type {
  Calipers,
  CaliperUnits,
  Discard,
  FocalEstimand,
  FocalOrder,
  MatchEstimand,
  MatchSubject,
  ScoredModel,
  ScoredUnits,
  Ties,
} from "./matching/types/subject";
export { type Bootstrap, type BootstrapOptions, bootstrap } from "./multilevel/bootstrap";
export { type ClusterRobustOptions, clusterRobust } from "./multilevel/cluster-robust";
export { compareModels, type ModelComparison } from "./multilevel/compare";
export {
  type ComparisonIntervals,
  compareGroups,
  comparisonIntervals,
  type GroupComparison,
  type GroupComparisonOptions,
} from "./multilevel/compare-groups";
export { type ConfidenceInterval, type ConfintOptions, confint } from "./multilevel/confint";
export { type DesignEffect, designEffect } from "./multilevel/design-effect";
export type { EffectChoice } from "./multilevel/effect-choice";
export { type FTest, testTerms } from "./multilevel/f-test";
export { fitMixed } from "./multilevel/fit";
export type { FitMixedOptions } from "./multilevel/fit-options";
export { type GroupInfluence, type Influence, influence } from "./multilevel/influence";
export { mergeSummaries } from "./multilevel/merge";
export type { MixedPart } from "./multilevel/mixed-tidy";
export { type NestedSummariser, nestedSummariser, summariseNested } from "./multilevel/nested/summarise";
export { type Predictions, type PredictOptions, predict } from "./multilevel/predict";
export { type RSquared, rSquared } from "./multilevel/r-squared";
export { randomEffects } from "./multilevel/random-effects";
export { type GroupRank, type GroupRanks, type RankOptions, rankGroups } from "./multilevel/ranks";
export { type ResidualOptions, residuals } from "./multilevel/residuals";
export { type SimulateOptions, simulate } from "./multilevel/simulate";
export { type SlopesSummariser, slopesSummariser, summariseSlopes } from "./multilevel/slopes/summarise";
export type { SlopesSummary, SlopeTerm } from "./multilevel/slopes/types";
export { type GroupSummariser, groupSummariser, type SummariseOptions, summariseGroups } from "./multilevel/summarise";
export { type ModelTableOptions, modelTable } from "./multilevel/tables";
export type {
  ClusterRobust,
  ComponentOptimum,
  DfMethod,
  FixedEffect,
  GroupSummary,
  InterceptModel,
  KenwardRogerInformation,
  MixedModel,
  MixedModelBase,
  NestedLevel,
  NestedModel,
  NestedSummary,
  Optimum,
  OptimumRecord,
  PupilWeightKind,
  RandomEffect,
  RandomTermEstimate,
  SlopesModel,
  SlopesOptimum,
  WeightScaling,
} from "./multilevel/types";
export {
  type LevelRSquared,
  levelRSquared,
  type Reduction,
  type VariancePart,
  type VarianceReduction,
  variancePartition,
  varianceReduction,
} from "./multilevel/variance-explained";
export { type GroupVarianceTest, type GroupVarianceTestOptions, testGroupVariance } from "./multilevel/variance-test";
export type { MixedWeights } from "./multilevel/weights";
export {
  type MlLogisticRegressionClass,
  type MlLogisticRegressionOptions,
  mlLogisticRegression,
} from "./propensity/adapter";
export { fitPropensity, type PropensityOptions } from "./propensity/fit";
export type { Link } from "./propensity/links";
export type { PropensityModel, ScoreEstimate, ScoreEstimator } from "./propensity/types";
export { createRng, type Rng } from "./random/rng";
export { recoverTruth } from "./study/recovery";
export { summariseRecovery } from "./study/recovery-summary";
export { recoveryTable } from "./study/recovery-table";
export type {
  Recovery,
  RecoveryEstimator,
  RecoveryFailure,
  RecoveryOptions,
  RecoveryRow,
  RecoveryScenario,
  Replication,
  ReplicationEstimate,
  ResolvedRecovery,
  ScenarioName,
  ScenarioSimulation,
} from "./study/recovery-types";
export { runCell, runStudy } from "./study/run-study";
export type { StudyOptions } from "./study/settings";
export { cellTable, readingTable, studyTable } from "./study/table";
export type {
  CellAnalysis,
  CellDesign,
  CellKey,
  CellSensitivity,
  Cohort,
  GridRow,
  HiddenConfounder,
  LeaveOneOut,
  PupilFlow,
  Specification,
  Study,
  StudyCell,
  StudyColumns,
  StudyRole,
  StudySettings,
  StudySource,
  StudyTables,
} from "./study/types";
export { type Summarisable, type SummaryOptions, summary } from "./summary";
export { exposureMonths } from "./synthetic/exposure";
export { drawPupils } from "./synthetic/pupil-stream";
export { simulateSchools } from "./synthetic/simulate";
export { type CellTruth, type TruthQuery, truthOf } from "./synthetic/truth";
export type {
  AllianceOptions,
  ByKeyStage,
  ChunkOptions,
  DrawOptions,
  HiddenQuality,
  KeyStage,
  Phase,
  PupilStream,
  ResolvedSimulation,
  Role,
  SchoolTruth,
  SelectionStrength,
  SimulatedSchools,
  SimulateOptions as SimulateSchoolsOptions,
  TruthOptions,
  VariancePartition,
} from "./synthetic/types";
export { type Tidyable, type TidyOptions, tidy } from "./tidy";
export { VERSION } from "./version";
export { balanceEntropy } from "./weighting/balance-entropy";
export { describeWeights } from "./weighting/describe";
export type {
  ArmValues,
  EntropyOptions,
  EntropySolution,
  ResolvedEntropy,
  ResolvedTrim,
  ResolvedWeigh,
  Trim,
  WeighOptions,
  WeightCounts,
  WeightEstimand,
  Weights,
} from "./weighting/types";
export { weigh } from "./weighting/weigh";
