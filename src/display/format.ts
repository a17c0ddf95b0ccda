import type { Cell, CellFormat, FormattedCell, Table } from "./table";

/** A minus sign as wide as a plus sign: columns of figures stay aligned. */
const MINUS = "\u2212";

/** A cell as people read it; a missing value is empty. */
export function formatCell(cell: Cell | FormattedCell, columnFormat: CellFormat): string {
  const isFormatted = typeof cell === "object" && cell !== null;
  const value = isFormatted ? cell.value : cell;
  return formatValue(value, isFormatted ? cell.format : columnFormat);
}

/** A value as people read it: missing values empty, infinities as ∞, no zero with a sign. */
export function formatValue(value: Cell, format: CellFormat): string {
  if (value === null || (typeof value === "number" && Number.isNaN(value))) return "";
  if (typeof value === "string") return value;
  if (!Number.isFinite(value)) return value > 0 ? "\u221e" : `${MINUS}\u221e`;
  switch (format.type) {
    case "text":
      return signed(String(value));
    case "count":
      return signed(value.toLocaleString("en-GB", { maximumFractionDigits: 1 }));
    case "percent":
      return `${signed(decimals(100 * value, format.digits))} %`;
    case "p":
      return value < 0.001 ? "<.001" : value.toFixed(3).replace(/^0/, "");
    case "fixed":
      return signed(value !== 0 && vanishes(value, format.digits) ? scientific(value) : decimals(value, format.digits));
  }
}

/** So many decimals and no more, for sentences: a value too small for them is 0, without a sign. */
export function roundedTo(value: number, digits: number): string {
  return signed(decimals(value, digits));
}

/** Whether a value would show nothing but zeros. */
function vanishes(value: number, digits: number): boolean {
  return Number(value.toFixed(digits)) === 0;
}

/** Fixed decimals, or scientific notation where there are more digits than are read. */
function decimals(value: number, digits: number): string {
  return Math.abs(value) >= 1e9 ? scientific(value) : value.toFixed(digits);
}

function scientific(value: number): string {
  return value.toExponential(2);
}

function signed(written: string): string {
  const isZero = !/[1-9]/.test(written);
  return (isZero ? written.replace("-", "") : written).replaceAll("-", MINUS);
}

/** All cells of a table as text, row by row. */
export function formatRows(table: Table): string[][] {
  return table.rows.map((row) => row.map((cell, k) => formatCell(cell, table.columns[k].format)));
}

/** Text columns read from the left, figures line up on the right. */
export function isLeftAligned(format: CellFormat): boolean {
  return format.type === "text";
}
