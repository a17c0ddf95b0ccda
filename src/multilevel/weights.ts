import { requireFinite } from "../data/column";
import { resolveWeights } from "../data/select";
import type { Frame, NumericColumn } from "../data/types";
import { fail } from "../errors/error";
import { sandwich } from "../linalg/symmetric";
import type { ProfilePoint } from "./profile";
import { type ScaledProblem, scaledBlock } from "./scale";
import type { GroupSummary, PupilWeightKind } from "./types";

/** Weights by name: a column, or one number per row. */
export interface MixedWeights {
  /** Weights of rows, all positive. */
  readonly pupils?: string | ArrayLike<number>;
  /**
   * Weights of whole groups, all positive and constant within groups: each group's contribution to the log-likelihood is
   * multiplied by its weight (pseudo-likelihood), and standard errors come from the sandwich. The weights of matched
   * schools (2:1, with replacement) belong here.
   */
  readonly schools?: string | ArrayLike<number>;
  /** What the pupils' weights stand for. Default `"precision"`. */
  readonly kind?: PupilWeightKind;
}

/** Weight columns of a table, checked value by value. */
export interface WeightColumns {
  readonly pupils: NumericColumn | null;
  readonly schools: NumericColumn | null;
  readonly kind: PupilWeightKind;
}

export function weightColumns(table: Frame, weights: MixedWeights | undefined): WeightColumns {
  const { pupils, schools, kind = "precision" } = weights ?? {};
  if (typeof weights === "string" || ArrayBuffer.isView(weights) || Array.isArray(weights)) {
    fail("invalid-argument", "Weights of a mixed model need a name: weights: { pupils: ... } or { schools: ... }.");
  }
  if (kind !== "precision" && kind !== "frequency") {
    fail("invalid-argument", `Pupil weights are of kind "precision" or "frequency", not "${kind}".`);
  }
  return {
    pupils: pupils === undefined ? null : positive(table, pupils, "pupils", kind === "frequency"),
    schools: schools === undefined ? null : positive(table, schools, "schools", false),
    kind,
  };
}

function positive(table: Frame, given: string | ArrayLike<number>, of: string, whole: boolean): NumericColumn {
  const values = resolveWeights(table, given, `weights of ${of}`);
  const name = typeof given === "string" ? given : `weights of ${of}`;
  requireFinite(values, name);
  const bad = values.findIndex((value) => value <= 0 || (whole && !Number.isInteger(value) && !Number.isNaN(value)));
  if (bad >= 0) {
    fail(
      "invalid-argument",
      `The weight in row ${bad + 1} ("${name}") is ${values[bad]}; ${whole ? "frequency weights must be whole numbers from 1" : "weights must be positive"}. Leave rows without weight out.`,
      { row: bad },
    );
  }
  return { kind: "numeric", name, values };
}

/** One weight per group, from a column that must be constant within groups. */
export function groupWeightsOf(
  values: Float64Array,
  codes: Int32Array,
  levels: readonly string[],
  name: string,
): Float64Array {
  const weights = new Float64Array(levels.length);
  for (let r = 0; r < codes.length; r++) {
    const j = codes[r];
    if (weights[j] === 0) weights[j] = values[r];
    else if (weights[j] !== values[r]) {
      fail(
        "invalid-argument",
        `The school weight "${name}" differs within "${levels[j]}" (${weights[j]} and ${values[r]}); a group has one weight.`,
        { level: levels[j] },
      );
    }
  }
  return weights;
}

/**
 * The covariance of the scaled coefficients under group weights: A⁻¹ (Σ ω_j² s_j s_j') A⁻¹ with the groups' scores
 * s_j = C_xy,j − C_xx,j β + g_j x̄_j ρ_j. The pseudo-likelihood's own curvature would take weights for observations.
 */
export function groupWeightedCovariance(
  summary: GroupSummary,
  scaled: ScaledProblem,
  point: ProfilePoint,
): Float64Array {
  const { p, means, weights } = scaled.problem;
  const q = p + 1;
  const meat = new Float64Array(p * p);
  (summary.groupWeights as Float64Array).forEach((omega, j) => {
    const block = scaledBlock(summary, scaled, j);
    const g = weights[j] / (1 + point.phi * weights[j]);
    let rho = means[j * q + p];
    for (let k = 0; k < p; k++) rho -= means[j * q + k] * point.beta[k];
    const score = Float64Array.from({ length: p }, (_, k) => {
      let within = block[k * q + p];
      for (let l = 0; l < p; l++) within -= block[k * q + l] * point.beta[l];
      return omega * (within + g * means[j * q + k] * rho);
    });
    for (let k = 0; k < p; k++) for (let l = 0; l < p; l++) meat[k * p + l] += score[k] * score[l];
  });
  return sandwich(point.parts.inverse, meat, p, p);
}

/** Refuses what rests on a likelihood where group weights leave only a pseudo-likelihood. */
export function refuseGroupWeights(summary: GroupSummary, what: string): void {
  if (!summary.groupWeights) return;
  fail(
    "invalid-argument",
    `${what} are not available with school weights: the weighted likelihood is no probability of the data. Use the model's own tests, which come from the sandwich.`,
  );
}
