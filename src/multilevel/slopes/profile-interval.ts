import { transposed } from "../../linalg/square";
import { sandwich, semidefiniteFactor } from "../../linalg/symmetric";
import { coefficientIntervals } from "../coefficient-intervals";
import { type ConfidenceInterval, inUnits } from "../profile-interval";
import type { SlopesModel } from "../types";
import {
  correlationInterval,
  deviationInterval,
  type RandomPart,
  residualDeviationInterval,
} from "../variance-interval";
import { hasConstant } from "./coordinates";
import { devianceAt, type SlopePoint } from "./deviance";
import { optimiseSlopes, optimiseSlopesNear, psiOf } from "./optimise";
import { randomParameters } from "./parameters";
import type { SlopeProblem } from "./problem";
import { withoutFixedColumn, withoutShifts, withRandomColumns } from "./recode";
import { randomBackTransform, randomTransform, slopesProblem } from "./scale";
import type { SlopesSummary } from "./types";

/**
 * Profile likelihood intervals of a model with random slopes: coefficients, standard deviations and correlations of the random
 * effects column by column (lme4's `.sig01`, `.sig02`, …), the residual's standard deviation.
 *
 * A standard deviation or correlation is held in coordinates in which its columns come first, so that it is the first entry of
 * Λ, or the direction of its second row.
 */
export function slopesProfileIntervals(model: SlopesModel, rise: number): ConfidenceInterval[] | null {
  const { summary } = model;
  const { given: problem, keep, scale } = slopesProblem(summary, false);
  const optimum = optimiseSlopes(problem);
  if (optimum === null) return null;
  const { best } = optimum;
  const coefficients = coefficientIntervals<SlopeProblem>(
    {
      problem,
      optimum: (changed) => optimiseSlopesNear(changed, best.theta)?.best ?? null,
      withoutColumn: withoutFixedColumn,
      unshifted: (own) =>
        withoutShifts(
          own,
          keep.map((from, i) => summary.shift[from] / scale[i]),
        ),
    },
    best,
    {
      terms: model.terms,
      hasIntercept: summary.bound.intercept,
      scale,
      outcomeShift: summary.shift[summary.shift.length - 1],
    },
    rise,
  );
  const unit = scale[problem.p];
  const random = randomParameters(summary).map(({ name, first, second, block }): ConfidenceInterval => {
    const { part, unit: own } = heldFirst(summary, problem, best, first, second);
    if (second !== null) {
      const spread = Math.hypot(part.factors[1], part.factors[block]);
      const estimate = part.factors[0] === 0 || spread === 0 ? Number.NaN : part.factors[1] / spread;
      return { name, estimate, ...correlationInterval(part, block, rise) };
    }
    return inUnits(name, part.factors[0], deviationInterval(part, 0, rise), own * unit);
  });
  const whole = randomPart(problem, best, best.lambda);
  return [
    ...coefficients,
    ...random,
    inUnits("sd(residual)", whole.sigma, residualDeviationInterval(whole, rise), unit),
  ];
}

/** @param lambda - Λ at the optimum in the problem's coordinates. */
function randomPart(problem: SlopeProblem, best: SlopePoint, lambda: Float64Array): RandomPart {
  const { q, entries, m } = problem;
  const sigma = Math.sqrt(best.sigma2);
  return {
    at(theta, sigma2) {
      const point = devianceAt(problem, theta, sigma2);
      return point && { ...point, r2: m * point.sigma2 };
    },
    m,
    factors: Float64Array.from(entries, ({ row, column }) => sigma * lambda[row * q + column]),
    sigma,
    criterion: best.criterion,
    diagonal: entries.map(({ row, column }) => row === column),
  };
}

/**
 * The problem in coordinates in which the given columns come first in their block, and the block first of all; the caller's
 * own, not shifted, where one of the columns is a constant that others were shifted about.
 *
 * @returns the random part there, and the unit of its first standard deviation.
 */
function heldFirst(
  summary: SlopesSummary,
  problem: SlopeProblem,
  best: SlopePoint,
  first: number,
  second: number | null,
): { part: RandomPart; unit: number } {
  const { q } = problem;
  const { order, blocks, constant } = orderFirst(summary, first, second);
  const shifted = first !== constant && second !== constant;
  const unshift = (matrix: Float64Array): Float64Array =>
    shifted ? matrix.map((value, i) => (i % (q + 1) === 0 ? value : 0)) : matrix;
  const [forward, backward] = [unshift(randomTransform(summary)), unshift(randomBackTransform(summary))];
  // Columns are scaled to a root mean square of one.
  const squares = sandwich(transposed(forward, q), summary.meanSquares, q, q);
  const units = order.map((k) => Math.sqrt(squares[k * q + k]));
  const s = new Float64Array(q * q);
  const inverse = new Float64Array(q * q);
  order.forEach((from, i) => {
    for (let l = 0; l < q; l++) {
      s[l * q + i] = forward[l * q + from] / units[i];
      inverse[i * q + l] = backward[from * q + l] * units[i];
    }
  });
  const recoded = withRandomColumns(problem, s, q, blocks);
  const psi = sandwich(inverse, psiOf(best.lambda, q), q, q);
  const upper = semidefiniteFactor(psi, q, 1e-12).r;
  return { part: randomPart(recoded, best, transposed(upper, q)), unit: 1 / units[0] };
}

/** All columns with the given ones first in their block and that block first, the sizes of the blocks, and the block's constant. */
function orderFirst(
  { random }: SlopesSummary,
  first: number,
  second: number | null,
): { order: number[]; blocks: number[]; constant: number } {
  let start = 0;
  const all = random.flatMap((term) => {
    const columns = term.columns.map((_, k) => start + k);
    start += columns.length;
    const own = term.correlated ? [columns] : columns.map((column) => [column]);
    return own.map((block) => ({ columns: block, constant: term.correlated && hasConstant(term) ? block[0] : -1 }));
  });
  const held = all.filter(({ columns }) => columns.includes(first))[0];
  const target = second === null ? [first] : [first, second];
  const ordered = [
    [...target, ...held.columns.filter((column) => !target.includes(column))],
    ...all.filter((block) => block !== held).map(({ columns }) => columns),
  ];
  return { order: ordered.flat(), blocks: ordered.map((block) => block.length), constant: held.constant };
}
