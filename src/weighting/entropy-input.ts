import { requireFinite, valueAt } from "../data/column";
import { resolveWeights } from "../data/select";
import { readTreatment } from "../data/treatment";
import type { Column, Frame, NumericColumn } from "../data/types";
import { fail } from "../errors/error";
import { describeValue } from "../errors/words";
import { bindFormula } from "../formula/bind";
import { buildDesign } from "../formula/design";
import { requireTreatmentFormula } from "../formula/treatment-formula";
import type { BoundFormula, Design } from "../formula/types";
import { positiveNumber } from "./arguments";
import type { EntropyOptions, ResolvedEntropy, Weights } from "./types";

/** What entropy balancing works on: the complete rows. */
export interface EntropyInput {
  readonly bound: BoundFormula;
  readonly design: Design;
  readonly treatment: Weights["treatment"];
  readonly treated: Uint8Array;
  /** Base weights, 1 where none were given. */
  readonly base: Float64Array;
  /** Positions with a base weight above 0: of the controls, of the treated. */
  readonly rows: readonly [Int32Array, Int32Array];
  readonly settings: ResolvedEntropy;
}

/** Reads formula, treatment and base weights, and refuses what cannot be balanced. */
export function readInput(formula: string, table: Frame, options: EntropyOptions): EntropyInput {
  const bound = bindFormula(formula, table, { reference: options.reference });
  const settings = resolveOptions(options, bound);
  const given = options.baseWeights === undefined ? null : baseWeightsOf(table, options.baseWeights);
  const design = buildDesign(bound, table, { missing: options.missing, alsoComplete: given ? [given] : [] });
  const response = design.response as Column;
  const words = { name: `The treatment "${response.name}"`, option: "treated" };
  const { treated, level } = readTreatment(response, options.treated, words);
  refuseOneArm(treated, response);
  const base = new Float64Array(design.n);
  for (let i = 0; i < design.n; i++) base[i] = given ? given.values[design.rows ? design.rows[i] : i] : 1;
  const treatment = { name: response.name, level };
  const rows = [rowsOf(treated, base, 0), rowsOf(treated, base, 1)] as const;
  return { bound, design, treatment, treated, base, rows, settings };
}

function rowsOf(treated: Uint8Array, base: Float64Array, arm: number): Int32Array {
  const rows = new Int32Array(base.length);
  let n = 0;
  for (let i = 0; i < base.length; i++) if (treated[i] === arm && base[i] > 0) rows[n++] = i;
  if (n > 0) return rows.slice(0, n);
  const word = arm === 1 ? "treated" : "control";
  return fail("empty-group", `There is no ${word} unit with a base weight above 0.`, { arm: word });
}

function resolveOptions(options: EntropyOptions, bound: BoundFormula): ResolvedEntropy {
  requireTreatmentFormula(bound, "Entropy balancing");
  if (bound.terms.length === 0) {
    fail("formula-syntax", `The formula "${bound.formula}" names no covariate to balance.`);
  }
  const moments = options.moments ?? 1;
  if (![1, 2, 3].includes(moments)) {
    fail("invalid-argument", `The option "moments" must be 1, 2 or 3, not ${describeValue(moments)}.`);
  }
  const maxIterations = positiveNumber("maxIterations", options.maxIterations, 100);
  if (!Number.isInteger(maxIterations)) {
    fail("invalid-argument", `The option "maxIterations" must be a whole number, not ${maxIterations}.`);
  }
  return {
    method: "entropy",
    formula: bound.formula,
    moments,
    hasBaseWeights: options.baseWeights !== undefined,
    tolerance: positiveNumber("tolerance", options.tolerance, 1e-11),
    maxIterations,
  };
}

function baseWeightsOf(table: Frame, weights: string | ArrayLike<number>): NumericColumn {
  const values = resolveWeights(table, weights, "the base weights");
  const name = typeof weights === "string" ? weights : "base weights";
  requireFinite(values, name);
  const row = values.findIndex((value) => value < 0);
  if (row >= 0) {
    fail("invalid-argument", `The base weight in row ${row + 1} is ${values[row]}; base weights must be 0 or more.`, {
      row,
    });
  }
  return { kind: "numeric", name, values };
}

function refuseOneArm(treated: Uint8Array, column: Column): void {
  if (treated.some((value) => value !== treated[0])) return;
  fail(
    "constant",
    `The treatment "${column.name}" is ${valueAt(column, 0)} in every complete row, so there is no one to compare ` +
      `${treated[0] === 1 ? "the treated" : "the controls"} with. Check the data or the filter before.`,
    { column: column.name },
  );
}
