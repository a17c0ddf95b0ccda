/** What a result has to confess, as a stable string. */
export type DiagnosticCode =
  | "rows-dropped"
  | "aliased-columns"
  | "constant-column"
  | "fitted-extremes"
  | "step-halving"
  | "focal-unmatched"
  | "focal-discarded"
  | "partly-matched"
  | "matched-across-groups"
  | "few-controls"
  | "poor-matches"
  | "no-overlap"
  | "ties-by-row-order"
  | "zero-variance"
  | "school-weights"
  | "school-weights-from-match"
  | "sampling-weights"
  | "boundary-fit"
  | "two-optima"
  | "refit-failed"
  | "uncorrelated-factor"
  | "small-groups"
  | "few-groups"
  | "penalised"
  | "estimator-unconverged"
  | "pairs-not-clustered"
  | "sets-broken"
  | "sampling-weights-unused"
  | "extreme-weights"
  | "weights-truncated"
  | "rows-trimmed"
  | "fewer-subclasses"
  | "units-moved"
  | "units-left-out"
  | "near-edge"
  | "pupils-without-school"
  | "schools-without-pupils"
  | "pairs-broken"
  | "unknown-levels"
  | "outcome-scale"
  | "fewer-earlier-years"
  | "replications-failed"
  | "record-truncated";

/**
 * A warning as data: kept on the result, shown by `summary` and reports, never printed by the library.
 *
 * `info` is worth knowing, `warning` can change what the numbers mean.
 */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: "info" | "warning";
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export function diagnostic(
  code: DiagnosticCode,
  severity: Diagnostic["severity"],
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): Diagnostic {
  return { code, severity, message, details };
}
