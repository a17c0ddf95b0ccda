import { type FormattedCell, fixed, type Table, text } from "../display/table";
import { fail } from "../errors/error";
import { requireKnownOptions } from "../errors/options";
import { count } from "../errors/words";
import { emptyModel } from "../multilevel/empty-model";
import type { InterceptModel, MixedModel } from "../multilevel/types";
import { treatedGroups, treatmentEffect } from "./arms";

/** A standardised effect with its 95 % interval. */
export interface StandardisedEffect {
  readonly estimate: number;
  readonly standardError: number;
  readonly lower: number;
  readonly upper: number;
}

/** An effect in standard deviations of pupils within groups, and of all pupils. */
export interface WithinAndTotal {
  readonly within: StandardisedEffect;
  readonly total: StandardisedEffect;
}

/** Hedges' g of a treatment that whole groups were given. */
export interface HedgesG {
  readonly kind: "hedges-g";
  readonly treatment: string;
  /** β, in the outcome's units. */
  readonly effect: number;
  /** By the variances and the ICC of the fitted model: what is left once covariates are taken into account. */
  readonly conditional: WithinAndTotal;
  /** By those of the empty model of the same rows: comparable between studies with other covariates. */
  readonly unconditional: WithinAndTotal;
  readonly arms: {
    readonly treated: { readonly groups: number; readonly pupils: number };
    readonly control: { readonly groups: number; readonly pupils: number };
  };
}

/**
 * Hedges' g with the correction for clusters: an effect assigned to schools in standard deviations, as trials report it.
 *
 * Within, g = β/σ_e; total, g = β/σ_T times a factor for groups of unequal sizes, σ_T² = σ_u² + σ_e². Standard errors
 * grow with the ICC and the sizes of groups; intervals are ± 1.96 of them, without a small-sample factor, as in the
 * analyses of the Education Endowment Foundation. β always comes from the model; the variances and the ICC from the model
 * (conditional) and from the empty model of the same rows, fitted here by the same method (unconditional).
 *
 * @param model - with one random intercept and the treatment among its terms; no weights but frequencies of pupils.
 * @param options - `treatment`: the term of a 0/1 column that is constant within groups.
 * @throws `unknown-column`; `not-binary` where the column is not 0/1 or varies within groups; `too-few-groups` with fewer
 *   than two groups in an arm; `invalid-argument` for weighted models, nested groups and random slopes.
 * @example
 * ```ts
 * import { fitMixed, hedgesG } from "likewise";
 * const model = fitMixed("score ~ treated + (1 | school)", {
 *   school: ["a", "a", "b", "b", "c", "c", "d", "d"],
 *   treated: [0, 0, 0, 0, 1, 1, 1, 1],
 *   score: [8, 10, 7, 11, 13, 15, 12, 13],
 * });
 * hedgesG(model, { treatment: "treated" }).conditional.total.estimate > 0; // true
 * ```
 * @see Hedges (2007), Journal of Educational and Behavioral Statistics 32:341-370.
 */
export function hedgesG(model: MixedModel, options: { readonly treatment: string }): HedgesG {
  requireKnownOptions(options, ["treatment"], "hedgesG");
  const { treatment } = options;
  const fitted = requireSingle(model);
  refuseWeights(fitted);
  const effect = treatmentEffect(fitted, treatment).estimate;
  const treated = treatedGroups(fitted.summary, treatment, "Hedges' g needs");
  const { sizes, group } = fitted.summary;
  const arms = { treated: sizes.filter((_, j) => treated[j]), control: sizes.filter((_, j) => !treated[j]) };
  for (const [arm, own] of Object.entries(arms)) {
    if (own.length >= 2) continue;
    fail(
      "too-few-groups",
      `Hedges' g needs at least two ${group} groups in each arm to tell the treatment from the groups; the ${arm} arm has ${count(own.length, "group")}.`,
      { arm, groups: own.length },
    );
  }
  const counted = (own: Float64Array) => ({ groups: own.length, pupils: powerSum(own, 1) });
  return {
    kind: "hedges-g",
    treatment,
    effect,
    conditional: standardiseEffect(effect, fitted.variances, arms),
    unconditional: standardiseEffect(effect, emptyModel(fitted, "Hedges' g").variances, arms),
    arms: { treated: counted(arms.treated), control: counted(arms.control) },
  };
}

function requireSingle(model: MixedModel): InterceptModel {
  if (model.structure === "intercept") return model;
  const why =
    model.structure === "nested"
      ? "with nested groups its standard errors need formulas of their own (Hedges 2011), which are not here"
      : "with random slopes two pupils of a school have no one correlation, on which its standard errors rest";
  return fail(
    "invalid-argument",
    `Hedges' g is of a model with a single random intercept; ${why}. Fit (1 | school) for it, or report effectSizes of "${model.formula}".`,
    { structure: model.structure },
  );
}

function refuseWeights({ summary }: InterceptModel): void {
  const kind = summary.pupilWeights;
  const weighted = kind === "precision" || kind === "sampling" ? kind : summary.groupWeights ? "school" : null;
  if (weighted === null) return;
  fail(
    "invalid-argument",
    `Hedges' g counts pupils and schools one by one, so it does not exist with ${weighted} weights. Fit the model without them, or report effectSizes.`,
  );
}

/**
 * g within and total of an effect with its variances and the sizes of the groups in two arms.
 *
 * N = N_T + N_C pupils in M groups, ρ the ICC; ñ, n_u, A and B are functions of the groups' sizes (Hedges 2007, equations
 * for unequal cluster sizes).
 */
export function standardiseEffect(
  effect: number,
  variances: { readonly group: number; readonly residual: number },
  arms: { readonly treated: Float64Array; readonly control: Float64Array },
): WithinAndTotal {
  const { treated, control } = arms;
  const total = variances.group + variances.residual;
  const icc = variances.group / total;
  const [nT, nC] = [powerSum(treated, 1), powerSum(control, 1)];
  const n = nT + nC;
  const nTilde = (nC * powerSum(treated, 2)) / (nT * n) + (nT * powerSum(control, 2)) / (nC * n);
  const sampling = (n / (nT * nC)) * (1 + (nTilde - 1) * icc);

  const within = effect / Math.sqrt(variances.residual);
  const withinVariance = sampling / (1 - icc) + within ** 2 / (2 * (n - treated.length - control.length));

  const [uT, uC] = [unequalSize(treated), unequalSize(control)];
  const excess = n - uT * treated.length - uC * control.length + uT + uC - 2;
  const whole = (effect / Math.sqrt(total)) * Math.sqrt(1 - (icc * excess) / (n - 2));
  const a = armTerm(treated) + armTerm(control);
  const b = uT * (treated.length - 1) + uC * (control.length - 1);
  const spread = (n - 2) * (1 - icc) ** 2 + a * icc ** 2 + 2 * b * icc * (1 - icc);
  const totalVariance = sampling + (whole ** 2 * spread) / (2 * (n - 2) * (n - 2 - icc * (n - 2 - b)));
  return { within: interval(within, withinVariance), total: interval(whole, totalVariance) };
}

/** Σ n^k over the groups of an arm. */
function powerSum(sizes: Float64Array, power: number): number {
  return sizes.reduce((sum, size) => sum + size ** power, 0);
}

/** n_u = (N² − Σn²)/(N(m − 1)): the size itself where all groups have one. */
function unequalSize(sizes: Float64Array): number {
  const n = powerSum(sizes, 1);
  return (n * n - powerSum(sizes, 2)) / (n * (sizes.length - 1));
}

/** [N²Σn² + (Σn²)² − 2NΣn³]/N² */
function armTerm(sizes: Float64Array): number {
  const n = powerSum(sizes, 1);
  const squares = powerSum(sizes, 2);
  return squares + (squares / n) ** 2 - (2 * powerSum(sizes, 3)) / n;
}

function interval(estimate: number, variance: number): StandardisedEffect {
  const standardError = Math.sqrt(variance);
  const half = 1.96 * standardError;
  return { estimate, standardError, lower: estimate - half, upper: estimate + half };
}

/** The four effect sizes, one a row, with the arms in the notes. */
export function hedgesTable({ treatment, conditional, unconditional, arms }: HedgesG): Table {
  const row = (
    name: string,
    { estimate, standardError, lower, upper }: StandardisedEffect,
  ): (string | FormattedCell)[] => [
    name,
    ...[estimate, standardError, lower, upper].map((value) => ({ value, format: fixed(3) })),
  ];
  const arm = ({ groups, pupils }: HedgesG["arms"]["treated"]): string =>
    `${count(pupils, "pupil")} in ${count(groups, "group")}`;
  return {
    kind: "table",
    title: `Hedges' g of ${treatment}`,
    columns: [
      { name: "", format: text },
      { name: "g", format: fixed(3) },
      { name: "Std. Error", format: fixed(3) },
      { name: "2.5 %", format: fixed(3) },
      { name: "97.5 %", format: fixed(3) },
    ],
    rows: [
      row("within groups, conditional", conditional.within),
      row("total, conditional", conditional.total),
      row("within groups, unconditional", unconditional.within),
      row("total, unconditional", unconditional.total),
    ],
    notes: [
      `Treated: ${arm(arms.treated)}; control: ${arm(arms.control)}.`,
      "Conditional: variances of the model; unconditional: of the empty model. Intervals are estimate ± 1.96 standard errors.",
    ],
  };
}
