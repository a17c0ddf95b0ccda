import { getColumn } from "../data/column";
import { frame } from "../data/frame";
import { selectColumns, takeRows } from "../data/select";
import type { CategoricalColumn, DataLike, Frame } from "../data/types";
import { kindOfVariable, requireColumn, type Scope, scopeOf } from "./check";
import { termColumnNames } from "./columns";
import { formulaError } from "./error";
import { dividesBySd, isCall, polynomialOf } from "./functions";
import { groupMeansOf } from "./group-means";
import { levelsOf, refuseSingleLevel, withReferences } from "./levels";
import { groupNamesOf, type ParsedFormula, parseFormula } from "./parse";
import { hasMoreValuesThan, meanAndSd, orthogonalBasis } from "./poly";
import { namesIn, printExpression } from "./print";
import { readData, refuseAllMissing, refuseEmpty } from "./reading";
import { type FormulaSchema, isSchema, scopeOfSchema } from "./schema";
import { allFinite, isCategorical, type Source } from "./sources";
import { codeTerms, expandTerms, refuseResponseAmongTerms, type TermList } from "./terms";
import type { BoundFormula, BoundTerm, BoundVariable, Expression, RandomTerm } from "./types";
import { centresOf } from "./values";

export interface BindOptions {
  /** The reference level of a factor, by its column's name or its label: `{ race: "white" }`. */
  readonly reference?: Readonly<Record<string, string>>;
}

/**
 * Fixes everything that the columns of a formula depend on (levels, contrasts, bases of `poly()`, centres), once for
 * every later chunk of data, every owner of data and every prediction.
 *
 * Terms, contrasts and names of columns are those of R's `model.matrix`. Factors keep their order of levels, text is
 * sorted by code units, `factor(number)` ascending. `poly()`, `scale()`, `centre()` and `factor()` use all rows in which their
 * column is there, all else the rows that are complete. The result is plain data and survives JSON.
 *
 * `centre(x)`, which is `scale(x, scale = FALSE)`, subtracts the mean. `between(x, school)` is the mean of x in the row's
 * school and `within(x, school)` is x less that mean; x may be an expression, a column of true and false, or a comparison
 * such as `race == "white"`, but not text. The means are taken here, over the rows complete for this formula, because
 * only in the rows of the model is within(x) uncorrelated with what is constant in schools, so that its coefficient is the
 * fixed-effects one (Mundlak 1978, Econometrica 46:69-85). They count rows and know no weights. Later data (chunks,
 * predictions) are centred by the same means, so bind to all data before summarising chunks of them; a school not seen
 * here is an error there. In `score ~ within(ses, school) +
 * between(ses, school) + (1 | school)` the contextual effect is the between coefficient less the within one, which is the
 * coefficient of `between(ses, school)` beside plain `ses`.
 *
 * @param formula - `y ~ a * b + log(c) + I(d > 0) + poly(e, 2) + (1 | school)`; `~ a + b` without a response.
 * @param data - a table, or a schema where no table is at hand: then centres are null, and `poly()`, `scale()`, `centre()`,
 *   `within()` and `between()` are errors.
 * @param options - `reference`: the level to compare with, by factor. Default: the first level.
 * @throws `formula-syntax`, `unknown-column`, `wrong-type`, `unknown-level` (also for a text in a comparison that no row
 *   has), `missing-values` for a column without any value, `empty-data` without a complete row, `non-finite`, `constant`
 *   for a factor with one level.
 * @example
 * ```ts
 * import { bindFormula } from "likewise";
 * const data = { treat: [1, 0, 1], age: [37, 22, 30], race: ["black", "white", "black"] };
 * bindFormula("treat ~ age * race", data).columns; // ["(Intercept)", "age", "racewhite", "age:racewhite"]
 * bindFormula("~ between(age, race)", data).variables[0].groupMeans?.means; // [33.5, 22]
 * bindFormula("~ race", { columns: { race: { levels: ["black", "white"] } } }).columns; // ["(Intercept)", "racewhite"]
 * ```
 * Source: Chambers & Hastie (1992), Statistical Models in S, chapter 2; R's `?formula`, `?terms`, `?model.matrix`.
 */
export function bindFormula(formula: string, data: DataLike | FormulaSchema, options: BindOptions = {}): BoundFormula {
  const parsed = parseFormula(formula);
  const list = expandTerms(parsed.fixed, formula);
  refuseResponseAmongTerms(list, parsed.response, formula);
  return isSchema(data) ? bindToSchema(parsed, list, data, options) : bindToData(parsed, list, frame(data), options);
}

function bindToData(parsed: ParsedFormula, list: TermList, data: Frame, options: BindOptions): BoundFormula {
  const { formula } = parsed;
  const scope = scopeOf(formula, data, true);
  const kinds = checkNames(parsed, list, scope);
  const effectNames = [
    ...new Set(parsed.randomTerms.flatMap((term) => namesIn(term.effectsTree)).map(({ name }) => name)),
  ];
  const request = {
    formula,
    variables: list.variables,
    response: parsed.response,
    groups: groupNamesOf(parsed),
    alsoComplete: effectNames.map((name) => getColumn(data, name)),
  };
  refuseAllMissing(request, data);
  const reading = readData(request, data);
  refuseEmpty(reading, data);
  const variables = list.variables.map((variable, index) =>
    bindVariable(variable, kinds[index], reading.sources[index], reading.meanGroups[index], reading.rows, formula),
  );
  const response =
    parsed.response &&
    bindVariable(
      parsed.response,
      kindOfResponse(parsed.response, scope),
      reading.response!,
      null,
      reading.rows,
      formula,
    );
  const bound = assemble(parsed, list, variables, response, options);
  // Group means of within() are those of the rows used, as in the fixed part.
  const used =
    reading.rows === null || effectNames.length === 0 ? data : takeRows(selectColumns(data, effectNames), reading.rows);
  return { ...withRandomEffects(bound, used), centres: centresOf(bound, reading) };
}

function bindToSchema(
  parsed: ParsedFormula,
  list: TermList,
  schema: FormulaSchema,
  options: BindOptions,
): BoundFormula {
  const scope = scopeOfSchema(parsed.formula, schema);
  const kinds = checkNames(parsed, list, scope);
  const variables = list.variables.map((variable, index) => bindUnseen(variable, kinds[index], scope, true));
  const response = parsed.response && bindUnseen(parsed.response, kindOfResponse(parsed.response, scope), scope, false);
  return withRandomEffects(assemble(parsed, list, variables, response, options), schema);
}

/** The random terms' effects bound as well, so that chunks of the data have the same random columns. */
function withRandomEffects(bound: BoundFormula, data: Frame | FormulaSchema): BoundFormula {
  const randomTerms = bound.randomTerms.map((term) =>
    term.effects === "1" ? term : { ...term, bound: bindEffects(term, bound, data) },
  );
  return { ...bound, randomTerms };
}

/** The effects as a formula of their own; factors keep the reference that they have in the fixed part, centres theirs. */
function bindEffects(term: RandomTerm, bound: BoundFormula, data: Frame | FormulaSchema): BoundFormula {
  const formula = `~ ${term.effects}`;
  const first = bindFormula(formula, data);
  const twins = first.variables.flatMap((variable) => {
    const twin = bound.variables.find((other) => other.label === variable.label && other.kind === "factor");
    return twin === undefined ? [] : [[variable.label, twin.levels[0]] as const];
  });
  const random = twins.length === 0 ? first : bindFormula(formula, data, { reference: Object.fromEntries(twins) });
  const variables = random.variables.map((variable) => {
    const twin = bound.variables.find((other) => other.label === variable.label && other.kind === variable.kind);
    return twin && variable.kind !== "factor" ? twin : variable;
  });
  return { ...random, variables };
}

/** Checks every name and type of a formula. */
function checkNames(parsed: ParsedFormula, list: TermList, scope: Scope): BoundVariable["kind"][] {
  if (parsed.response) kindOfResponse(parsed.response, scope);
  const kinds = list.variables.map((variable) => kindOfVariable(variable, scope));
  for (const term of parsed.randomTerms) {
    for (const { name, span } of [...namesIn(term.effectsTree), ...term.groupNames]) requireColumn(name, span, scope);
  }
  return kinds;
}

function kindOfResponse(response: Expression, scope: Scope): BoundVariable["kind"] {
  const kind = kindOfVariable(response, scope);
  if (kind !== "matrix" && !isCall(response, "within", "between")) return kind;
  const { name } = response as Extract<Expression, { type: "call" }>;
  return formulaError("formula-syntax", `${name}() cannot be a response.`, scope.formula, response.span);
}

function bindVariable(
  expression: Expression,
  kind: BoundVariable["kind"],
  source: Source,
  meanGroup: CategoricalColumn | null,
  rows: Int32Array | null,
  formula: string,
): BoundVariable {
  const variable = unbound(expression, kind);
  if (isCategorical(source)) return { ...variable, levels: levelsOf(expression, source, rows) };
  if (isCall(expression, "poly")) return { ...variable, basis: basisOf(expression, source, formula) };
  if (isCall(expression, "scale", "centre")) return { ...variable, scaling: scalingOf(expression, source, formula) };
  if (meanGroup) return { ...variable, groupMeans: groupMeansOf(source, meanGroup, rows) };
  return variable;
}

function unbound(expression: Expression, kind: BoundVariable["kind"]): BoundVariable {
  const levels = kind === "logical" ? ["FALSE", "TRUE"] : [];
  return { label: printExpression(expression), kind, expression, levels, basis: null, scaling: null, groupMeans: null };
}

function basisOf(
  call: Extract<Expression, { type: "call" }>,
  x: Float64Array,
  formula: string,
): BoundVariable["basis"] {
  const { degree, raw } = polynomialOf(call, formula);
  if (raw) return null;
  refuseInfinite(call, x, formula);
  if (!hasMoreValuesThan(x, degree)) {
    const message = `${printExpression(call)} needs more than ${degree} distinct values.`;
    formulaError("constant", message, formula, call.span);
  }
  return orthogonalBasis(x, degree);
}

function scalingOf(
  call: Extract<Expression, { type: "call" }>,
  x: Float64Array,
  formula: string,
): BoundVariable["scaling"] {
  refuseInfinite(call, x, formula);
  const divides = dividesBySd(call, formula);
  if (!divides) return { mean: meanAndSd(x).mean, sd: 1 };
  if (hasMoreValuesThan(x, 1)) return meanAndSd(x);
  return formulaError("constant", `${printExpression(call)} needs more than one distinct value.`, formula, call.span);
}

/** A row that another column makes incomplete still counts for a basis, so it must be finite too. */
function refuseInfinite(call: Expression, x: Float64Array, formula: string): void {
  if (allFinite(x)) return;
  const row = x.findIndex((value) => Math.abs(value) === Infinity);
  if (row < 0) return;
  const message = `${printExpression(call)} meets the value ${x[row]} in row ${row + 1}. Correct it, or set it to missing.`;
  formulaError("non-finite", message, formula, call.span, { row });
}

/** A variable of a schema: levels are those listed. */
function bindUnseen(
  expression: Expression,
  kind: BoundVariable["kind"],
  scope: Scope,
  needLevels: boolean,
): BoundVariable {
  const variable = unbound(expression, kind);
  const orthogonal = isCall(expression, "poly") && !polynomialOf(expression, scope.formula).raw;
  if (orthogonal || isCall(expression, "scale", "centre", "within", "between")) {
    const alternative = orthogonal ? "; bind to data, or write raw = TRUE" : "; bind to data";
    const message = `Data are needed to make ${variable.label}: a schema does not know its values${alternative}.`;
    formulaError("invalid-argument", message, scope.formula, expression.span);
  }
  if (kind !== "factor") return variable;
  const [name] = namesIn(expression);
  const facts = requireColumn(name.name, name.span, scope);
  const levels = facts.levels ?? (facts.kind === "logical" ? ["FALSE", "TRUE"] : null);
  if (levels) return { ...variable, levels: [...levels] };
  if (!needLevels) return variable;
  const message = `The schema must list the levels of "${name.name}": { levels: [...] }.`;
  return formulaError("invalid-argument", message, scope.formula, name.span, { column: name.name });
}

function assemble(
  parsed: ParsedFormula,
  list: TermList,
  unordered: readonly BoundVariable[],
  response: BoundVariable | null,
  options: BindOptions,
): BoundFormula {
  for (const variable of unordered) refuseSingleLevel(variable, parsed.formula);
  const variables = withReferences(unordered, options.reference ?? {});
  const categorical = variables.map((variable) => variable.kind === "factor" || variable.kind === "logical");
  const codings = codeTerms(list, categorical);
  const terms = list.terms.map((indices, index): BoundTerm => {
    const parts = indices.map((variable) => variables[variable]);
    return {
      label: parts.map((variable) => variable.label).join(":"),
      variables: indices,
      coding: codings[index],
      columns: termColumnNames(parts, codings[index]),
    };
  });
  return {
    kind: "bound-formula",
    formula: parsed.formula,
    response,
    intercept: list.intercept,
    variables,
    terms,
    randomTerms: parsed.randomTerms.map(
      ({ effects, groups, uncorrelated, label }): RandomTerm => ({ effects, groups, uncorrelated, label }),
    ),
    columns: [...(list.intercept ? ["(Intercept)"] : []), ...terms.flatMap((term) => term.columns)],
    centres: null,
  };
}
