import { requireFinite } from "../data/column";
import { resolveWeights } from "../data/select";
import type { Frame, NumericColumn } from "../data/types";
import { fail } from "../errors/error";
import { count } from "../errors/words";
import { timesVector, transposed } from "../linalg/square";
import { sandwich } from "../linalg/symmetric";
import { orthogonalRoot } from "./given-columns";
import type { ProfilePoint } from "./profile";
import { type ScaledProblem, scaledBlock } from "./scale";
import type { GroupSummary, PupilWeightKind, WeightScaling } from "./types";

/**
 * Weights by name: a column, or one number per row. What each does to ℓ = Σ_j ω_j log ∫ Π_i f(y_ij | u)^w_ij dN(u; 0, σ_u²):
 *
 * | weights | likelihood | counted as | standard errors |
 * |---|---|---|---|
 * | pupils, `"precision"` | e_ij ~ N(0, σ²/w_ij); no power: a full likelihood | rows | model's, σ²A⁻¹ |
 * | pupils, `"frequency"` | f(y_ij given u)^w_ij: the row stands w_ij times in its school | Σ w_ij | model's, σ²A⁻¹ |
 * | pupils, `"sampling"` | f(y_ij given u)^w_ij, w scaled within schools: a pseudo-likelihood | Σ scaled w_ij | sandwich by school |
 * | schools | the school's log-likelihood × ω_j: a pseudo-likelihood | Σ ω_j n_j | sandwich by school |
 *
 * The sandwich is A⁻¹ (Σ ω_j² s_j s_j') A⁻¹ with the schools' scores s_j, without a small-sample factor (Stata multiplies
 * by J/(J − 1)), its t tests have J − p degrees of freedom, and what rests on a likelihood (AIC, profiles, likelihood ratios,
 * the bootstrap, Kenward-Roger) is refused. `schools` combines with every kind. Published pseudo-likelihoods are `method:
 * "ML"`; REML counts the coefficients off Σ ω_j n_j. Checked on identities (weights of one, replicated rows and schools, scale)
 * and against the integral above by quadrature, not against Stata or MLwiN.
 *
 * @see Pfeffermann, Skinner, Holmes, Goldstein & Rasbash (1998), JRSS B 60:23-40; Rabe-Hesketh & Skrondal (2006), JRSS A
 *   169:805-827; Asparouhov (2006), Communications in Statistics 35:439-460.
 */
export interface MixedWeights {
  /** Weights of rows, all positive; frequencies are whole numbers. */
  readonly pupils?: string | ArrayLike<number>;
  /**
   * Weights of whole groups, all positive and constant within groups: of schools drawn with unequal chances, or of matched
   * schools (2:1, with replacement; taken by default from what `matchedData` left in the rows). Sampling weights of schools are the inverse of the school's own chance.
   */
  readonly schools?: string | ArrayLike<number>;
  /**
   * What the pupils' weights stand for. Default `"precision"`. Sampling weights are the inverse of a pupil's chance to be
   * sampled once their school is; their scale within a school does not matter, so weights of the whole design will do.
   */
  readonly kind?: PupilWeightKind;
  /**
   * What sampling weights are made to sum to in each school, for their own scale would bias σ_u² in small schools:
   * `"size"`, the number of its pupils (default; Pfeffermann's method 2, Mplus's default), or `"effective"`, (Σw)²/Σw² (his
   * method 1), which is safer where sampling within schools depends on the outcome little or not at all.
   */
  readonly scaling?: WeightScaling;
}

/** The weights that were named. */
export function namedWeights(weights: MixedWeights | "none" | undefined): MixedWeights {
  return weights === "none" ? {} : (weights ?? {});
}

/** Weight columns of a table, checked value by value. */
export interface WeightColumns {
  readonly pupils: NumericColumn | null;
  readonly schools: NumericColumn | null;
  readonly kind: PupilWeightKind;
  readonly scaling: WeightScaling;
}

export function weightColumns(table: Frame, given: MixedWeights | "none" | undefined): WeightColumns {
  const weights = namedWeights(given);
  const { pupils, schools, kind = "precision", scaling = "size" } = weights;
  if (typeof weights === "string" || ArrayBuffer.isView(weights) || Array.isArray(weights)) {
    fail("invalid-argument", "Weights of a mixed model need a name: weights: { pupils: ... } or { schools: ... }.");
  }
  if (kind !== "precision" && kind !== "frequency" && kind !== "sampling") {
    fail("invalid-argument", `Pupil weights are of kind "precision", "frequency" or "sampling", not "${kind}".`);
  }
  if (scaling !== "size" && scaling !== "effective") {
    fail("invalid-argument", `Sampling weights are scaled to "size" or "effective", not "${scaling}".`);
  }
  if (weights.scaling !== undefined && kind !== "sampling") {
    fail("invalid-argument", `scaling belongs to sampling weights, not to kind "${kind}".`);
  }
  return {
    pupils: pupils === undefined ? null : positive(table, pupils, "pupils", kind === "frequency"),
    schools: schools === undefined ? null : positive(table, schools, "schools", false),
    kind,
    scaling,
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
 * The summary with its pupils' sampling weights scaled within groups: S_j, C_j and with them W = Σ ω_j C_j. Means do not
 * change. Other summaries, and those scaled before, come as they are.
 */
export function withScaledWeights(summary: GroupSummary): GroupSummary {
  const { squaredWeights, scaling, sizes, weights, groupWeights, ...rest } = summary;
  if (!squaredWeights) return summary;
  const omega = groupWeights as Float64Array;
  const size = summary.within.length;
  const scaled = sizes.map((rows, j) => (scaling === "size" ? rows : weights[j] ** 2 / squaredWeights[j]));
  const blocks = (summary.blocks as Float64Array).slice();
  const within = new Float64Array(size);
  for (let j = 0; j < scaled.length; j++) {
    for (let i = 0; i < size; i++) {
      blocks[j * size + i] *= scaled[j] / weights[j];
      within[i] += omega[j] * blocks[j * size + i];
    }
  }
  return { ...rest, scaling, groupWeights: omega, rows: sizes, sizes: scaled, weights: scaled, blocks, within };
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
  const { p, weights } = scaled.problem;
  if (weights.length <= p) {
    fail(
      "too-few-groups",
      `With ${weightWords(summary)} weights standard errors come from the differences between groups; ${count(weights.length, "group")} of ${summary.group} cannot give those of ${count(p, "coefficient")}. Use fewer columns, or no weights.`,
      { groups: weights.length, coefficients: p },
    );
  }
  const root = orthogonalRoot(scaled, point);
  const meat = new Float64Array(p * p);
  weights.forEach((_, j) => {
    const own = groupScore(summary, scaled, point, j);
    const score = root === null ? own : timesVector(transposed(root, p), own, p);
    for (let k = 0; k < p; k++) for (let l = 0; l < p; l++) meat[k * p + l] += score[k] * score[l];
  });
  return sandwich(root ?? point.parts.inverse, meat, p, p);
}

/** ω_j s_j of one group, in the scaled coefficients (p), from a summary with blocks. */
function groupScore(summary: GroupSummary, scaled: ScaledProblem, point: ProfilePoint, j: number): Float64Array {
  const { p, means, weights } = scaled.problem;
  const q = p + 1;
  const omega = summary.groupWeights?.[j] ?? 1;
  const block = scaledBlock(summary, scaled, j);
  const g = weights[j] / (1 + point.phi * weights[j]);
  let rho = means[j * q + p];
  for (let k = 0; k < p; k++) rho -= means[j * q + k] * point.beta[k];
  return Float64Array.from({ length: p }, (_, k) => {
    let within = block[k * q + p];
    for (let l = 0; l < p; l++) within -= block[k * q + l] * point.beta[l];
    return omega * (within + g * means[j * q + k] * rho);
  });
}

function weightWords(summary: GroupSummary): "sampling" | "school" {
  return summary.pupilWeights === "sampling" ? "sampling" : "school";
}

/** Refuses what rests on a likelihood where group weights leave only a pseudo-likelihood. */
export function refuseGroupWeights(summary: GroupSummary, what: string): void {
  if (!summary.groupWeights) return;
  fail(
    "invalid-argument",
    `${what} are not available with ${weightWords(summary)} weights: the weighted likelihood is no probability of the data. Use the model's own tests, which come from the sandwich.`,
  );
}
