export { assessBalance } from "./balance/assess";
export type {
  Balance,
  BalanceEstimand,
  BalanceMeasures,
  BalanceOptions,
  BalanceRow,
  BalanceUnits,
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
export { type EffectModels, type EffectSizes, effectSizes } from "./effects/effect-sizes";
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
export type { Diagnostic, DiagnosticCode } from "./errors/diagnostic";
export { type ErrorCode, isLikewiseError, type LikewiseError } from "./errors/error";
export { type BindOptions, bindFormula } from "./formula/bind";
export { buildDesign, type DesignOptions } from "./formula/design";
export { type ParsedFormula, type ParsedRandomTerm, parseFormula } from "./formula/parse";
export type { FormulaSchema, SchemaColumn } from "./formula/schema";
export { termsOf } from "./formula/terms";
export type { BoundFormula, BoundTerm, BoundVariable, Design, Expression, RandomTerm, Span } from "./formula/types";
export { formulaColumns } from "./formula/variables";
export { fromJson, type ToJsonOptions, toJson } from "./json";
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
  OptimalOptions,
  OptionsByMethod,
  SubclassOptions,
} from "./matching/types/options";
export type {
  ResolvedCem,
  ResolvedExact,
  ResolvedFull,
  ResolvedNearest,
  ResolvedNearestCovariates,
  ResolvedOptimal,
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
  OptimalMatch,
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
} from "./matching/types/subject";
export { type Bootstrap, type BootstrapOptions, bootstrap } from "./multilevel/bootstrap";
export { clusterRobust } from "./multilevel/cluster-robust";
export {
  compareModels,
  type GroupVarianceTest,
  type ModelComparison,
  testGroupVariance,
} from "./multilevel/compare";
export { type ConfidenceInterval, type ConfintOptions, confint } from "./multilevel/confint";
export { type FTest, testTerms } from "./multilevel/f-test";
export { type FitMixedOptions, fitMixed } from "./multilevel/fit";
export { mergeSummaries } from "./multilevel/merge";
export { type RSquared, rSquared } from "./multilevel/r-squared";
export { randomEffects } from "./multilevel/random-effects";
export { type GroupSummariser, groupSummariser, type SummariseOptions, summariseGroups } from "./multilevel/summarise";
export { modelTable } from "./multilevel/tables";
export type {
  ClusterRobust,
  DfMethod,
  FixedEffect,
  GroupSummary,
  MixedModel,
  Optimum,
  PupilWeightKind,
  RandomEffect,
} from "./multilevel/types";
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
export { type Summarisable, summary } from "./summary";
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
