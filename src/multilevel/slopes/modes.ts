import type { Frame } from "../../data/types";
import { product, timesVector, transposed } from "../../linalg/square";
import { sandwich } from "../../linalg/symmetric";
import type { SlopesModel } from "../types";
import { scaledCombinations, workingUnit } from "../working-columns";
import { randomColumnsOf } from "./design";
import { choleskyOfOnePlus, forwardSolve, relativeFactor } from "./group-sums";
import { psiOf } from "./optimise";
import { randomBackTransform } from "./scale";
import { slopesState } from "./state";

/** Every group's random effects, for the q random columns of all terms one after the other, in the caller's units. */
export interface SlopeModes {
  readonly columns: readonly string[];
  readonly levels: readonly string[];
  /** J × q, row-major: conditional modes b̂_j. */
  readonly estimates: Float64Array;
  /** J × q × q: their conditional covariances, the fixed effects taken as known (lme4's `postVar`). */
  readonly conditional: Float64Array;
  /** J × q × q: covariances of b̂_j − b_j, with the uncertainty of the fixed effects. */
  readonly comparative: Float64Array;
  /**
   * J × q × p: −∂b̂_j/∂β, for the fixed effects in the model's `centred` coordinates. The error of x'β̂ + z'b̂_j as a
   * prediction has variance z'(conditional)z + d'Cd with d = x − pull'z and C = `centred.vcov`.
   */
  readonly pulls: Float64Array;
}

/**
 * Conditional modes b̂_j = ΨR'S⁻¹(B_y − B_xβ̂) with their conditional covariance σ²Λ(I + Λ'R'RΛ)⁻¹Λ' and, with
 * C = σ²A⁻¹ added for the fixed effects, ΨF C F'Ψ more (Henderson 1975, Biometrics 31:423-447; the notation is that of
 * `devianceAt`).
 */
export function slopeModes(model: SlopesModel): SlopeModes {
  return modesIn(model, randomBackTransform(model.summary));
}

/** The same for the summary's shifted and scaled random columns: what keeps its digits however far a column is from 0. */
export function scaledModes(model: SlopesModel): SlopeModes {
  const q = model.summary.randomShift.length;
  return modesIn(
    model,
    Float64Array.from({ length: q * q }, (_, i) => (i % (q + 1) === 0 ? 1 : 0)),
  );
}

/** Σ of the random effects of the shifted and scaled columns, q × q. */
export function scaledCovariance(model: SlopesModel): Float64Array {
  const { point, ...fitted } = slopesState(model);
  const unit = point.sigma2 * workingUnit(fitted) ** 2;
  return psiOf(point.lambda, fitted.problem.q).map((value) => value * unit);
}

/** Each row's shifted and scaled random columns: row i of group j has the random part Σ_k z_ik b_jk of {@link scaledModes}. */
export function scaledColumns({ summary }: SlopesModel, table: Frame, rows: Int32Array | null): Float64Array[] {
  const { random, randomShift, randomScale } = summary;
  return randomColumnsOf(random, table, rows).map((column, k) =>
    column.map((value) => (value - randomShift[k]) / randomScale[k]),
  );
}

/** @param back - effects of the columns wanted from those of the shifted and scaled ones. */
function modesIn(model: SlopesModel, back: Float64Array): SlopeModes {
  const { summary } = model;
  const { point, ...fitted } = slopesState(model);
  const { problem, scale } = fitted;
  const { q, p, groups } = problem;
  const r = p + 1;
  const { lambda, beta, sigma2, inverse } = point;
  const unit = workingUnit(fitted);
  const t = back.map((value) => value * unit);
  const psi = psiOf(lambda, q);
  const estimates = new Float64Array(groups * q);
  const conditional = new Float64Array(groups * q * q);
  const comparative = new Float64Array(groups * q * q);
  const pulls = new Float64Array(groups * q * p);
  const [m, k, y, gram] = Array.from({ length: 4 }, () => new Float64Array(q * q));
  const u = new Float64Array(q * r);
  for (let j = 0; j < groups; j++) {
    relativeFactor(problem.factors, j * q * q, lambda, q, m);
    choleskyOfOnePlus(m, q, k);
    forwardSolve(k, problem.factors, j * q * q, q, q, y, 0);
    forwardSolve(k, problem.projections, j * q * r, q, r, u, 0);
    // ΨF, q × p, and with it b̂ = ΨR'S⁻¹B_y − ΨFβ.
    const spread = shrunken(psi, y, u, q, r);
    const modes = Float64Array.from({ length: q }, (_, i) => {
      let value = spread[i * r + p];
      for (let c = 0; c < p; c++) value -= spread[i * r + c] * beta[c];
      return value;
    });
    const fixedPart = Float64Array.from({ length: q * p }, (_, i) => spread[Math.floor(i / p) * r + (i % p)]);
    // Λ(I + M'M)⁻¹Λ' = LL' with L' = H⁻¹Λ', HH' = I + M'M.
    for (let a = 0; a < q; a++) for (let b = 0; b < q; b++) gram[a * q + b] = m[b * q + a];
    choleskyOfOnePlus(gram, q, k);
    const half = new Float64Array(q * q);
    forwardSolve(k, transposed(lambda, q), 0, q, q, half, 0);
    // As a cross-product, so that no rounding makes a variance negative.
    const own = crossProduct(product(half, transposed(t, q), q), q).map((value) => value * sigma2);
    const turned = new Float64Array(q * p);
    for (let i = 0; i < q; i++) {
      for (let c = 0; c < p; c++) {
        for (let l = 0; l < q; l++) turned[i * p + c] += t[i * q + l] * fixedPart[l * p + c];
      }
    }
    pulls.set(
      scaledCombinations(turned, fitted).map((value, i) => (value * scale[i % p]) / unit),
      j * q * p,
    );
    const added = sandwich(turned, inverse, q, p);
    estimates.set(timesVector(t, modes, q), j * q);
    conditional.set(own, j * q * q);
    comparative.set(
      own.map((value, i) => value + added[i] * sigma2),
      j * q * q,
    );
  }
  return {
    columns: summary.random.flatMap((term) => term.columns),
    levels: summary.levels,
    estimates,
    conditional,
    comparative,
    pulls,
  };
}

/** ΨR'S⁻¹[B_x B_y] = ΨY'U, q × r. */
function shrunken(psi: Float64Array, y: Float64Array, u: Float64Array, q: number, r: number): Float64Array {
  const crossed = new Float64Array(q * r);
  for (let i = 0; i < q; i++) {
    for (let a = 0; a < q; a++) for (let c = 0; c < r; c++) crossed[a * r + c] += y[i * q + a] * u[i * r + c];
  }
  const result = new Float64Array(q * r);
  for (let i = 0; i < q; i++) {
    for (let a = 0; a < q; a++) for (let c = 0; c < r; c++) result[i * r + c] += psi[i * q + a] * crossed[a * r + c];
  }
  return result;
}

/** X'X */
function crossProduct(x: Float64Array, q: number): Float64Array {
  const result = new Float64Array(q * q);
  for (let i = 0; i < q; i++) {
    for (let a = 0; a < q; a++) for (let b = 0; b < q; b++) result[a * q + b] += x[i * q + a] * x[i * q + b];
  }
  return result;
}
