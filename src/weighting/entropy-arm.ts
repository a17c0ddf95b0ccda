import { fail } from "../errors/error";
import { count, listSome, shortNumber } from "../errors/words";
import {
  type Centred,
  type Constraints,
  centreAtTargets,
  independentColumns,
  meanWith,
  outOfRange,
  rangeOf,
} from "./entropy-constraints";
import { type DualSolution, solveDual } from "./entropy-dual";
import type { EntropySolution, ResolvedEntropy } from "./types";

/** A group to reweight and the rows whose means it should have. */
export interface ArmTask {
  readonly arm: "treated" | "control";
  readonly rows: Int32Array;
  readonly target: Int32Array;
  /** How messages speak of the target: `the treated`. */
  readonly targetWords: string;
}

export interface BalancedArm {
  readonly solution: EntropySolution;
  /** One per row of the group, with sum 1, as are the base weights. */
  readonly weights: Float64Array;
  readonly base: Float64Array;
  /** Columns left out because the others imply them. */
  readonly implied: readonly string[];
}

/** Reweights one group; an error in words where no weights reach the targets. */
export function balanceArm(
  constraints: Constraints,
  base: Float64Array,
  settings: ResolvedEntropy,
  task: ArmTask,
): BalancedArm {
  const centred = centreAtTargets(constraints, task.rows, task.target, base);
  const own = sharesOf(base, task.rows);
  refuseOutOfRange(constraints, centred, task);
  const { independent, contradicted } = independentColumns(centred.z, own);
  if (contradicted !== null) refuseContradiction(constraints.names[contradicted], task);
  const terms = independent.map((k) => constraints.names[k]);
  const z = independent.map((k) => centred.z[k]);
  const solved = solveDual({ z, base: own }, settings.tolerance, settings.maxIterations);
  refuseUnsolved(solved, terms, settings, task);
  return {
    solution: {
      arm: task.arm,
      terms,
      multipliers: solved.multipliers,
      iterations: solved.iterations,
      imbalance: Math.max(0, ...centred.z.map((column) => Math.abs(meanWith(column, solved.weights)))),
      divergence: solved.divergence,
    },
    weights: solved.weights,
    base: own,
    implied: constraints.names.filter((_, k) => !independent.includes(k)),
  };
}

function sharesOf(base: Float64Array, rows: Int32Array): Float64Array {
  let total = 0;
  for (let i = 0; i < rows.length; i++) total += base[rows[i]];
  const shares = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) shares[i] = base[rows[i]] / total;
  return shares;
}

const groupWords = (arm: ArmTask["arm"]): string => (arm === "treated" ? "treated units" : "controls");

const REMEDY = "Leave out units without a counterpart, use fewer covariates or moments, or use overlap weights.";

function refuseOutOfRange({ names, x }: Constraints, { z, targets }: Centred, task: ArmTask): void {
  const column = outOfRange(z);
  if (column < 0) return;
  const name = names[column];
  const target = targets[column];
  const [low, high] = rangeOf(Float64Array.from(task.rows, (row) => x[column][row]));
  const group = groupWords(task.arm);
  const where =
    low === high
      ? `is not ${shortNumber(low)}, the value of all ${group}`
      : `is not strictly inside the range of the ${group} (${shortNumber(low)} to ${shortNumber(high)})`;
  fail(
    "no-solution",
    `No solution: the mean of "${name}" among ${task.targetWords}, ${shortNumber(target)}, ${where}, so no positive weights reach it. ${REMEDY}`,
    { arm: task.arm, covariates: [name], target, lowest: low, highest: high },
  );
}

function refuseContradiction(name: string, task: ArmTask): void {
  fail(
    "no-solution",
    `No solution: among the ${groupWords(task.arm)} the columns before "${name}" determine it, and their means among ` +
      `${task.targetWords} ask for another mean of it than it has there. Leave it out, or units with the combination that the ${groupWords(task.arm)} lack.`,
    { arm: task.arm, covariates: [name] },
  );
}

function refuseUnsolved(
  solved: DualSolution,
  terms: readonly string[],
  settings: ResolvedEntropy,
  task: ArmTask,
): void {
  if (solved.status === "balanced") return;
  const group = groupWords(task.arm);
  if (solved.status === "outside") {
    // Along λ every unit of the group lies on one side of the target: the columns that make up λ are to blame.
    const most = solved.multipliers.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const covariates = terms.filter((_, k) => Math.abs(solved.multipliers[k]) >= 0.01 * most);
    const means = covariates.length === 1 ? `the mean of ${covariates[0]}` : `the means of ${listSome(covariates)}`;
    fail(
      "no-solution",
      `No solution: ${means} among ${task.targetWords} ${covariates.length === 1 ? "lies" : "together lie"} outside what the ${group} can be weighted to ` +
        `(a weighted sum of them is beyond the target for every one of the ${group}). ${REMEDY}`,
      { arm: task.arm, covariates },
    );
  }
  const end = solved.status === "limit" ? `in ${count(solved.iterations, "iteration")}` : "to the tolerance asked for";
  fail(
    "no-convergence",
    `Entropy balancing of the ${group} did not converge ${end}: means are still up to ${solved.imbalance.toExponential(1)} standard deviations off, ` +
      `where ${settings.tolerance} is asked. The targets may lie at the edge of what the ${group} reach. ${REMEDY}`,
    { reason: solved.status, arm: task.arm, imbalance: solved.imbalance, iterations: solved.iterations },
  );
}
