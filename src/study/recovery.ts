import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { fail } from "../errors/error";
import { count } from "../errors/words";
import { VERSION } from "../version";
import { replicationTasks, resolveRecovery } from "./recovery-options";
import { replicate } from "./recovery-replicate";
import { failuresOf, summariseRecovery } from "./recovery-summary";
import type { Recovery, RecoveryOptions, Replication, ResolvedRecovery } from "./recovery-types";

/**
 * Repeats one cell of the study on simulated schools whose true effect is known, and tells how far each way of estimating it
 * can be trusted: bias, root mean squared error, coverage of 95 % intervals, power, type I error, standard errors against what
 * they should be, all with Monte Carlo standard errors.
 *
 * Four named estimators, on pupils complete for M3:
 * - `naive`: difference in means over the pool (for teaching schools: Outstanding schools), clustered by school;
 * - `regression only`: M3, pupil and school covariates and the role with `(1 | school)`, on the whole pool;
 * - `matching only`: difference in means over matched schools, clustered by pair;
 * - `matched + multilevel`: M3 on matched schools with `(1 | pair/school)`, the study's recommended one; and beside it
 *   with `(1 | school)`, the model of the brief.
 *
 * The first two estimate the mean effect over the pupils of all schools of the role in the pool, the others over those of
 * matched ones; each is held against the potential outcomes of its own schools.
 *
 * Scenarios: `no selection`, `weak selection`, `strong selection` (on earlier outcomes, type, town or country, all of them seen)
 * and `hidden confounder` (weak selection, and an unmeasured quality at full strength that sways designation and outcomes).
 * Or records of a name and options of `simulateSchools`. Replication r has the same seed in every scenario, a fork of the
 * master seed: results do not depend on threads, order, or how many replications follow.
 *
 * A replication that cannot be run is counted with its reason, in `failures` and `failed`: a study without a match has no
 * estimates at all, so that all estimators are compared on the same studies. With a national scale one takes
 * one to two seconds; `recoverTruthInWorkers` of likewise/node shares them out and can be resumed.
 *
 * @param options - `replications` (200), `seed` (1), `scenarios` (all four), `scale` (1), the cell (`role`, `keyStage`, `cohort`,
 *   `year`: teaching, KS2, 1, 2014), `simulate`, `schoolCovariates`, `caliper`, `earlierYears`, `df`, `onProgress`, `signal`.
 * @throws `invalid-argument` for an option out of its range; `stopped` where the signal aborts.
 * @example
 * ```ts
 * import { recoverTruth } from "likewise";
 * const recovery = recoverTruth({
 *   replications: 2, scale: 0.15, scenarios: ["weak selection"], schoolCovariates: ["intake", "fsm"],
 * });
 * recovery.rows.length; // 5
 * recovery.rows[3].estimator; // "matched + multilevel"
 * ```
 * @see Morris, White & Crowther (2019), Statistics in Medicine 38:2074-2102, for the measures.
 */
export function recoverTruth(options: RecoveryOptions = {}): Recovery {
  const resolved = resolveRecovery(options);
  const tasks = replicationTasks(resolved);
  const records = tasks.map((task, done) => {
    if (options.signal?.aborted) fail("stopped", "The recovery was stopped before it was done.");
    const record = replicate(task);
    options.onProgress?.(done + 1, tasks.length, record);
    return record;
  });
  return recoveryOf(resolved, records, []);
}

/** The result of finished replications, in the order of their tasks. */
export function recoveryOf(
  options: ResolvedRecovery,
  records: readonly Replication[],
  diagnostics: readonly Diagnostic[],
): Recovery {
  const failures = failuresOf(records);
  const failed = failures.reduce((sum, { replications }) => sum + replications.length, 0);
  return {
    kind: "recovery",
    version: VERSION,
    options,
    rows: summariseRecovery(records),
    failures,
    records,
    diagnostics: failed === 0 ? diagnostics : [...diagnostics, diagnoseFailures(failed, failures[0].reason)],
  };
}

function diagnoseFailures(failed: number, first: string): Diagnostic {
  return diagnostic(
    "replications-failed",
    "warning",
    `${count(failed, "estimate")} could not be made and ${failed === 1 ? "is" : "are"} missing from bias and coverage, which then speak of easier replications only. The first reason: ${first}`,
    { estimates: failed },
  );
}
