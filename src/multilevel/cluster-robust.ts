import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { product, transposed } from "../linalg/square";
import { sandwich, semidefiniteFactor } from "../linalg/symmetric";
import { nestedWithBlocks, slopesWithBlocks, withBlocks } from "./blocks";
import { type ClusterBasis, type ClusterColumns, clusterBasis, joined } from "./cluster-basis";
import { clusterScores } from "./cluster-scores";
import { groupsByCluster } from "./clusters";
import { tested } from "./fixed-effects";
import { computedIn } from "./given-columns";
import { nestedClusters } from "./nested/clusters";
import { nestedStateOf } from "./nested/state";
import { summaryOfRows } from "./rows";
import { scaledBlock } from "./scale";
import { slopesClusters } from "./slopes/clusters";
import { slopesState } from "./slopes/state";
import { type FittedState, stateOf } from "./state";
import type { ClusterRobust, FixedEffect, GroupSummary, MixedModel } from "./types";
import { refuseGroupWeights } from "./weights";
import { type FitColumns, scaledCoefficients, workingBack } from "./working-columns";

export interface ClusterRobustOptions {
  /** Default `"CR2"`. */
  readonly type?: "CR0" | "CR2";
  /**
   * Larger units that groups belong to, such as pairs of schools: a column of the rows that the model was fitted to, or the cluster
   * of each level of the (outermost) group. Default: every such group by itself.
   */
  readonly clusters?: string | Readonly<Record<string, string | number>>;
}

/**
 * Standard errors of a mixed model's coefficients that do not rely on its covariance being right: the sandwich, by group or by
 * clusters of groups.
 *
 * `"CR0"` sums the outer products of the clusters' scores. `"CR2"` first corrects each cluster's residuals so that the result
 * is unbiased where the model is right (Bell & McCaffrey 2002; Pustejovsky & Tipton 2018): better with few clusters, and the
 * default. Degrees of freedom are Satterthwaite's under the fitted model. By group, both agree with R's clubSandwich.
 *
 * Without `clusters` these are the groups; of nested intercepts the outermost ones, which alone are independent of each other. CR2 and
 * the degrees of freedom take an eigen-decomposition per cluster, as large as it has innermost groups and the model columns.
 *
 * School weights weight the scores; the covariance that CR2 and the degrees of freedom take for right is the fitted one. Frequency
 * weights count as replicated rows. Precision weights have CR0 only: CR2 has no one definition there.
 *
 * @param subject - a model fitted to rows, which it remembers, or to a summary made with `blocks: true`.
 * @throws `invalid-argument` where neither rows nor blocks are at hand, for models with sampling weights, CR2 with precision weights,
 *   another type, or a group without a cluster or in two; `too-few-groups` for a single cluster.
 * @example
 * ```ts
 * import { clusterRobust, fitMixed } from "likewise";
 * const model = fitMixed("score ~ 1 + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c"], score: [8, 10, 13, 15, 5, 6],
 * });
 * clusterRobust(model).fixed[0].term; // "(Intercept)"
 * ```
 */
export function clusterRobust(model: MixedModel, options: ClusterRobustOptions = {}): ClusterRobust {
  const { type, vcov, test } = robustTests(model, options);
  return { kind: "cluster-robust", type, fixed: model.terms.map((_, k) => test(k)), vcov };
}

/** The same test of one coefficient alone, whose degrees of freedom are most of the work; undefined where the model has no such term. */
export function clusterRobustTest(
  model: MixedModel,
  term: string,
  options: ClusterRobustOptions = {},
): FixedEffect | undefined {
  const k = model.terms.indexOf(term);
  return k < 0 ? undefined : robustTests(model, options).test(k);
}

function robustTests(
  model: MixedModel,
  options: ClusterRobustOptions,
): Pick<ClusterRobust, "type" | "vcov"> & { readonly test: (k: number) => FixedEffect } {
  const type = resolveType(model, options);
  const p = model.terms.length;
  const { bases, sigma2, back } = partsOf(model);
  const clusters = groupsByCluster(model, options.clusters).map((groups) =>
    joined(
      groups.map((j) => bases[j]),
      p,
    ),
  );
  const { meat, df } = clusterScores(clusters, p, sigma2, type);
  const middle = meat.map((value) => sigma2 * sigma2 * value);
  const vcov = sandwich(back, middle, p, p);
  const test = (k: number): FixedEffect =>
    tested(model.terms[k], model.coefficients[k], Math.sqrt(vcov[k * p + k]), df(back.subarray(k * p, (k + 1) * p)));
  return { type, vcov, test };
}

function resolveType(model: MixedModel, options: ClusterRobustOptions): "CR0" | "CR2" {
  requireKnownOptions(options, ["type", "clusters"], "clusterRobust");
  const type = options.type ?? "CR2";
  if (type !== "CR0" && type !== "CR2") fail("invalid-argument", `There is no type "${type}"; choose "CR0" or "CR2".`);
  const { pupilWeights } = summaryOfRows(model);
  if (model.structure === "intercept" && pupilWeights === "sampling") {
    refuseGroupWeights(model.summary, "Other cluster-robust standard errors");
  }
  if (pupilWeights === "precision" && type === "CR2") {
    fail(
      "invalid-argument",
      'CR2 is not there for models with pupil weights of kind "precision". Take type: "CR0", or fit the model without them.',
    );
  }
  return type;
}

/** A model's independent groups in columns where the coefficients' covariance is σ²I, and their way back to the caller's units. */
interface Parts {
  readonly bases: readonly ClusterBasis[];
  readonly sigma2: number;
  readonly back: Float64Array;
}

/**
 * All in columns x̃ = U'x, UU' = A⁻¹, where the coefficients' covariance is σ²I: of nearly dependent columns the products of
 * scores with A⁻¹ would cancel.
 */
function partsOf(model: MixedModel): Parts {
  const what = "Cluster-robust standard errors";
  if (model.structure === "nested") {
    const summary = nestedWithBlocks(model, what);
    const state = nestedStateOf(model);
    const { point, scaled } = state;
    const { columns, sigma2, back } = workedParts(summary.inner, scaled, point, point.factor.inverse());
    return { bases: nestedClusters(summary, state, columns, sigma2), sigma2, back };
  }
  if (model.structure === "slopes") {
    const summary = slopesWithBlocks(model, what);
    const { point, ...fitted } = slopesState(model);
    const { columns, sigma2, back } = workedParts(summary, fitted, point, point.inverse);
    return { bases: slopesClusters(summary, fitted, point, columns, sigma2), sigma2, back };
  }
  const summary = withBlocks(model, what);
  const state = stateOf(model);
  const { point, columns: worked } = computedIn(state.scaled, state.point);
  const { columns, sigma2, back } = workedParts(summary, worked, point, point.parts.inverse);
  return { bases: summary.levels.map((_, j) => groupBasis(summary, state, columns, j)), sigma2, back };
}

/** U, β̂ and σ² of the kept and scaled columns, and the way back from x̃, whatever the structure. */
function workedParts(
  summary: Pick<GroupSummary, "bound" | "shift">,
  worked: FitColumns,
  point: { readonly beta: Float64Array; readonly sigma2: number },
  inverse: Float64Array,
): Omit<Parts, "bases"> & { readonly columns: ClusterColumns } {
  const p = point.beta.length;
  const root = rootOf(inverse);
  const residual = worked.orthogonal?.residual ?? 1;
  return {
    columns: {
      root: worked.orthogonal === null ? root : product(worked.orthogonal.root, root, p),
      beta: scaledCoefficients(point.beta, worked).beta,
    },
    sigma2: point.sigma2 * residual ** 2,
    back: product(workingBack(summary, worked), root, p).map((value) => value / residual),
  };
}

/** U with UU' = A⁻¹. */
function rootOf(inverse: Float64Array): Float64Array {
  const p = Math.sqrt(inverse.length);
  return transposed(semidefiniteFactor(inverse, p, 0).r, p);
}

/** A group of a random intercept: in its basis the constant has the covariance σ² + S σ_u². */
function groupBasis(
  summary: GroupSummary,
  { scaled, point }: FittedState,
  columns: ClusterColumns,
  j: number,
): ClusterBasis {
  const { p, means } = scaled.problem;
  const size = summary.weights[j];
  const root = Math.sqrt(size);
  const values = means.subarray(j * (p + 1), (j + 1) * (p + 1)).map((mean) => root * mean);
  const covariance = Float64Array.of(1 + point.phi * size);
  const block = scaledBlock(summary, scaled, j);
  return clusterBasis({ count: 1, values }, covariance, block, columns, point.sigma2, summary.groupWeights?.[j]);
}
