import type { Diagnostic } from "../errors/diagnostic";
import type { KeyStage, SimulateOptions } from "../synthetic/types";
import type { CellKey, StudyRole, StudySettings } from "./types";

/** Four ways to estimate the effect, the last one with two intervals. */
export type RecoveryEstimator =
  | "naive"
  | "regression only"
  | "matching only"
  | "matched + multilevel"
  | "matched + multilevel (1 | school)";

export type ScenarioName = "no selection" | "weak selection" | "strong selection" | "hidden confounder";

/** What a scenario says of the simulation; seeds, scale and year are recovery's own. */
export type ScenarioSimulation = Omit<SimulateOptions, "seed" | "scale" | "years">;

/** A world to recover the truth in. */
export interface RecoveryScenario {
  readonly name: string;
  readonly simulate: ScenarioSimulation;
}

export interface RecoveryOptions {
  /** Studies per scenario (default 200; from 2). */
  readonly replications?: number;
  /** Master seed (default 1): replication r simulates with the fork of that number, the same in every scenario. */
  readonly seed?: number | string;
  /** Names, or scenarios of your own; default all four names. */
  readonly scenarios?: readonly (ScenarioName | RecoveryScenario)[];
  /** Part of the national scale (default 1; from .01 to 1). */
  readonly scale?: number;
  /** The cell of the study that is repeated; default teaching schools, KS2, cohort 1, 2014. */
  readonly role?: StudyRole;
  readonly keyStage?: KeyStage;
  readonly cohort?: number;
  readonly year?: number;
  /** Options of `simulateSchools` that hold in every scenario, where the scenario does not say otherwise. */
  readonly simulate?: ScenarioSimulation;
  /** School covariates that are matched on and adjusted for, besides earlier outcomes; default all. */
  readonly schoolCovariates?: readonly string[];
  /** As in `runStudy`. */
  readonly caliper?: number | null;
  readonly earlierYears?: number;
  readonly df?: StudySettings["df"];
  /** Called after every replication. */
  readonly onProgress?: (done: number, total: number, replication: Replication) => void;
  /** Looked at before every replication; an `AbortSignal` will do. */
  readonly signal?: { readonly aborted: boolean };
}

/** Every option as it was used. */
export interface ResolvedRecovery {
  readonly replications: number;
  readonly seed: number | string;
  readonly scenarios: readonly RecoveryScenario[];
  readonly scale: number;
  readonly cell: CellKey;
  /** Null for all. */
  readonly schoolCovariates: readonly string[] | null;
  readonly caliper: number | null;
  readonly earlierYears: number;
  readonly df: StudySettings["df"];
}

/** One study to run: plain data, the same on every thread. */
export interface ReplicationTask extends Omit<ResolvedRecovery, "replications" | "seed" | "scenarios"> {
  readonly scenario: RecoveryScenario;
  /** From 1. */
  readonly replication: number;
  /** Of the simulation. */
  readonly seed: number;
}

/** One estimator in one replication: its numbers, or why there are none. */
export type ReplicationEstimate =
  | {
      readonly estimator: RecoveryEstimator;
      readonly reason: null;
      readonly estimate: number;
      readonly standardError: number;
      readonly df: number;
      /** Of the 95 % interval. */
      readonly lower: number;
      readonly upper: number;
      readonly p: number;
      /** What it should be: the mean effect over the pupils of this estimator's treated schools. */
      readonly truth: number;
    }
  | { readonly estimator: RecoveryEstimator; readonly reason: string };

/** One study of a scenario, in numbers. */
export interface Replication {
  readonly kind: "replication";
  readonly scenario: string;
  readonly replication: number;
  /** Schools of the role in the pool, and those that found a comparator. */
  readonly treatedSchools: number;
  readonly matchedSchools: number;
  /** What treated schools would be ahead by without designation given the pupils' covariates, in the pool and matched; null where not run. */
  readonly headStart: { readonly pool: number; readonly matched: number } | null;
  readonly estimates: readonly ReplicationEstimate[];
}

/**
 * How an estimator did in a scenario. `NaN` where no replication could be run. Each figure is followed by its Monte Carlo
 * standard error (`…Se`), which is what more replications would shrink.
 */
export interface RecoveryRow {
  readonly scenario: string;
  readonly estimator: RecoveryEstimator;
  /** Whose mean effect it estimates. */
  readonly estimand: string;
  /** Those that could be run, and those that could not. */
  readonly replications: number;
  readonly failed: number;
  /** Mean of the truth and of the estimates. */
  readonly truth: number;
  readonly estimate: number;
  readonly bias: number;
  readonly biasSe: number;
  /** Root mean squared error. */
  readonly rmse: number;
  readonly rmseSe: number;
  /** Share of 95 % intervals that hold the truth. */
  readonly coverage: number;
  readonly coverageSe: number;
  /** Share of p < .05; where the truth is 0 this is no power but the type I error. */
  readonly power: number;
  readonly powerSe: number;
  /** Share of replications in which the test of the true value rejects it at .05: 1 − coverage, since test and interval are one. */
  readonly typeOneError: number;
  readonly typeOneErrorSe: number;
  /** Root mean square of the standard errors. */
  readonly meanStandardError: number;
  readonly meanStandardErrorSe: number;
  /** Standard deviation of estimate − truth over replications. */
  readonly empiricalSd: number;
  readonly empiricalSdSe: number;
  /** meanStandardError / empiricalSd: below 1 intervals are too narrow, above too wide. */
  readonly seRatio: number;
  readonly seRatioSe: number;
}

/** Replications of one estimator that failed in the same way. */
export interface RecoveryFailure {
  readonly scenario: string;
  readonly estimator: RecoveryEstimator;
  /** With the numbers of the first of them. */
  readonly reason: string;
  readonly replications: readonly number[];
}

/** What came of repeating the study: see `recoverTruth`. */
export interface Recovery {
  readonly kind: "recovery";
  /** Of likewise. */
  readonly version: string;
  readonly options: ResolvedRecovery;
  /** Scenario by scenario. */
  readonly rows: readonly RecoveryRow[];
  readonly failures: readonly RecoveryFailure[];
  /** In the order of replications, scenario by scenario within. */
  readonly records: readonly Replication[];
  readonly diagnostics: readonly Diagnostic[];
}
