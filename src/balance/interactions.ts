import type { CovariateColumn } from "./covariates";

/**
 * Squares of covariates that are not binary, then products of all pairs; of two levels of a factor the product is always
 * 0 and left out. Named as cobalt names them: `age²`, `age * racewhite`.
 *
 * The values of all of them share one array: those of one last until the next is asked for.
 */
export function interactionsOf(columns: readonly CovariateColumn[], n: number): CovariateColumn[] {
  const product = new Float64Array(n);
  const times = (a: CovariateColumn, b: CovariateColumn): CovariateColumn => {
    const name = a === b ? `${a.name}²` : `${a.name} * ${b.name}`;
    return { name, variable: name, level: null, values: () => multiply(a.values(), b.values(), product) };
  };
  const squares = columns.filter((column) => !isBinary(column)).map((column) => times(column, column));
  const products = columns.flatMap((a, i) =>
    columns.slice(i + 1).flatMap((b) => (a.variable === b.variable ? [] : [times(a, b)])),
  );
  return [...squares, ...products];
}

function multiply(a: Float64Array, b: Float64Array, product: Float64Array): Float64Array {
  for (let row = 0; row < product.length; row++) product[row] = a[row] * b[row];
  return product;
}

function isBinary({ level, values }: CovariateColumn): boolean {
  return level !== null || values().every((value) => value === 0 || value === 1 || Number.isNaN(value));
}
