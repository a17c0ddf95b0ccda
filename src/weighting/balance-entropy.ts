import { frame } from "../data/frame";
import { remember } from "../data/source";
import type { DataLike } from "../data/types";
import { type Diagnostic, diagnostic } from "../errors/diagnostic";
import { count, listSome } from "../errors/words";
import { namesIn } from "../formula/print";
import type { BoundFormula } from "../formula/types";
import { requireEstimand, requireOptions } from "./arguments";
import { atTheEdge, concentration } from "./diagnose";
import { type BalancedArm, balanceArm } from "./entropy-arm";
import { type Constraints, constraintsOf } from "./entropy-constraints";
import { type EntropyInput, readInput } from "./entropy-input";
import { byArm, countByArm, tallyWeights } from "./tally";
import type { EntropyOptions, ResolvedEntropy, Weights } from "./types";

const OPTIONS: readonly (keyof EntropyOptions)[] = [
  "estimand",
  "moments",
  "baseWeights",
  "treated",
  "reference",
  "missing",
  "tolerance",
  "maxIterations",
];

/** Above this an implied column's mean is worth a word. */
const IMPLIED_EXACTLY = 1e-10;

/**
 * Entropy balancing: the weights closest to equal (or to prior weights) whose covariate means are exactly those asked for.
 *
 * For the ATT the controls' weights minimise Σ w log(w/q) subject to Σ w x = the mean of x among the treated for every
 * column x of the formula, for the ATC the other way around; for the ATE both groups are brought to the means of all.
 * No propensity model is needed, and no balance has to be checked for what was constrained. The dual is solved by Newton's
 * method with a line search in centred and scaled columns; remaining differences are below `tolerance` (default 1e-11)
 * standard deviations. `moments: 2` or `3` also balances the squares and cubes of numeric covariates.
 *
 * Weights have mean 1 in each group, over its units with a base weight above 0; the focal group keeps its base weights
 * (1 each where there are none), and the means asked for are weighted by them. Columns that follow from others within a
 * group are left out of its constraints with a diagnostic; they are balanced by implication.
 *
 * @param formula - `treated ~ age + race + log(income)`; its intercept is immaterial.
 * @param data - n rows; incomplete ones get weight 0 with a diagnostic.
 * @param options - `estimand` is required; see {@link EntropyOptions}.
 * @returns n weights ≥ 0 in the caller's rows; `solutions` holds multipliers, iterations and the imbalance left.
 * @throws `no-solution` where no weights reach the means, naming the covariate or
 *   covariates, or where the iterations end early; `invalid-argument`, `formula-syntax`, `unknown-column`, `wrong-type`,
 *   `not-binary`, `constant`, `empty-group`, `missing-values`, `non-finite`.
 * @example
 * ```ts
 * import { balanceEntropy } from "likewise";
 * const pupils = { helped: [1, 1, 0, 0, 0, 0], prior: [5, 6, 3, 4, 6, 7] };
 * const { weights } = balanceEntropy("helped ~ prior", pupils, { estimand: "ATT" });
 * const mean = pupils.prior.slice(2).reduce((sum, prior, i) => sum + (weights[2 + i] * prior) / 4, 0); // 5.5
 * ```
 * @see Hainmueller (2012), Political Analysis 20:25-46; Zhao & Percival (2017), J. Causal Inference 5(1) on its dual as a
 *   propensity model.
 */
export function balanceEntropy(formula: string, data: DataLike, options: EntropyOptions): Weights {
  requireOptions(options, OPTIONS, "balanceEntropy");
  const estimand = requireEstimand(options.estimand, ["ATE", "ATT", "ATC"] as const, "balanceEntropy");
  const table = frame(data);
  const input = readInput(formula, table, options);
  const { bound, design, treatment, settings } = input;
  const constraints = constraintsOf(bound, design, settings.moments);
  const arms = balanceArms(constraints, input, estimand, settings);
  const within = meanOnePerArm(arms, input);
  const weights = new Float64Array(table.rows);
  const treated = new Uint8Array(table.rows);
  const complete = new Uint8Array(table.rows);
  for (let i = 0; i < design.n; i++) {
    const row = design.rows ? design.rows[i] : i;
    weights[row] = within[i];
    treated[row] = input.treated[i];
    complete[row] = 1;
  }
  const tally = tallyWeights(weights, treated);
  const result: Weights = {
    kind: "weights",
    estimand,
    weights,
    treated,
    scores: null,
    complete,
    treatment,
    covariates: covariatesOf(bound),
    options: settings,
    counts: {
      all: countByArm(treated, complete),
      weighted: tally.weighted,
      effective: tally.effective,
      trimmed: byArm(() => 0),
      truncated: byArm(() => 0),
    },
    largestShare: tally.largestShare,
    topPercentShare: tally.topPercentShare,
    solutions: arms.map(({ solution }) => solution),
    diagnostics: [
      ...design.diagnostics,
      ...aliased(constraints, arms),
      ...loose(arms, settings.tolerance),
      ...arms.flatMap((arm) => atTheEdge(arm.solution.arm, arm.weights, arm.base)),
      ...concentration(tally),
    ],
  };
  return remember(result, { data: table });
}

/** The solved weights with mean 1 in each group; a group that sets the targets keeps its base weights. */
function meanOnePerArm(arms: readonly BalancedArm[], { base, rows }: EntropyInput): Float64Array {
  const weights = new Float64Array(base.length);
  for (const arm of [0, 1]) {
    let total = 0;
    for (const i of rows[arm]) total += base[i];
    const factor = rows[arm].length / total;
    for (const i of rows[arm]) weights[i] = base[i] * factor;
  }
  for (const { solution, weights: solved } of arms) {
    const own = rows[solution.arm === "treated" ? 1 : 0];
    for (let i = 0; i < own.length; i++) weights[own[i]] = solved[i] * own.length;
  }
  return weights;
}

/** Each group that the estimand reweights, brought to its targets. */
function balanceArms(
  constraints: Constraints,
  { rows, base }: EntropyInput,
  estimand: "ATE" | "ATT" | "ATC",
  settings: ResolvedEntropy,
): BalancedArm[] {
  const reweighted = estimand === "ATT" ? [0] : estimand === "ATC" ? [1] : [1, 0];
  const everyone = estimand === "ATE" ? joined(rows[0], rows[1]) : null;
  return reweighted.map((arm) =>
    balanceArm(constraints, base, settings, {
      arm: arm === 1 ? "treated" : "control",
      rows: rows[arm],
      target: everyone ?? rows[1 - arm],
      targetWords: everyone ? "all units" : arm === 1 ? "the controls" : "the treated",
    }),
  );
}

function joined(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function aliased({ constant }: Constraints, arms: readonly BalancedArm[]): Diagnostic[] {
  const columns = [...new Set([...constant, ...arms.flatMap(({ implied }) => implied)])];
  if (columns.length === 0) return [];
  return [
    diagnostic(
      "aliased-columns",
      "info",
      `Left ${count(columns.length, "column")} out of the constraints because others imply ${columns.length === 1 ? "it" : "them"} (or it is constant): ${listSome(columns)}.`,
      { columns },
    ),
  ];
}

/** Columns that others determine but for rounding in the data can be off by that rounding. */
function loose(arms: readonly BalancedArm[], tolerance: number): Diagnostic[] {
  return arms.flatMap(({ implied, solution: { arm, imbalance } }) => {
    if (implied.length === 0 || !(imbalance > Math.max(IMPLIED_EXACTLY, 10 * tolerance))) return [];
    const message =
      `Among the ${arm === "control" ? "controls" : "treated"}, ${listSome(implied)} ${implied.length === 1 ? "follows" : "follow"} from the other columns only nearly: ` +
      `means are up to ${imbalance.toExponential(1)} standard deviations off. Leave out one of the columns that say the same.`;
    return [diagnostic("aliased-columns", "warning", message, { arm, columns: implied, imbalance })];
  });
}

function covariatesOf(bound: BoundFormula): string[] {
  return [...new Set(bound.variables.flatMap(({ expression }) => namesIn(expression).map(({ name }) => name)))];
}
