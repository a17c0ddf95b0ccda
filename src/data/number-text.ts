const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^([+-]?)Inf(?:inity)?$/;

/**
 * The number a text spells, or `NaN` where it spells none: decimals (`12`, `-.5`, `1e5`) and the infinities of R and
 * JavaScript. Narrower than `Number()`, for which `0x1F` is 31 and a blank 0.
 */
export function numberOf(text: string): number {
  const trimmed = text.trim();
  if (DECIMAL.test(trimmed)) return Number(trimmed);
  const infinite = INFINITE.exec(trimmed);
  return infinite ? (infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY) : Number.NaN;
}
