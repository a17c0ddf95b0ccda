import { exactSum, type PreciseArray, SPLITTER, setAt } from "./double-double";
import { BLOCK } from "./gram";

/** The upper parts of a block's values, whose products with one another are exact; `lower` takes what is left. */
function split(block: Float64Array, upper: Float64Array, lower: Float64Array): void {
  for (let i = 0; i < block.length; i++) {
    const scaled = SPLITTER * block[i];
    upper[i] = scaled - (scaled - block[i]);
    lower[i] = block[i] - upper[i];
  }
}

/**
 * {@link addGram} in twice the digits, of columns that have twice the digits themselves: some ten times as slow.
 *
 * @param block - q columns of BLOCK numbers; the low parts may be 0.
 * @param gram - q × q, row-major; the upper triangle is added to.
 */
export function addPreciseGram(block: PreciseArray, rows: number, q: number, gram: PreciseArray): void {
  const { high, low } = block;
  const upper = new Float64Array(high.length);
  const lower = new Float64Array(high.length);
  split(high, upper, lower);
  for (let j = 0; j < q; j++) {
    for (let k = j; k < q; k += 2) {
      // Two columns at a time (at the end the last one twice): their sums do not wait for each other.
      const other = Math.min(k + 1, q - 1);
      const [at, to] = [j * q + k, j * q + other];
      const [a, b, c] = [j * BLOCK, k * BLOCK, other * BLOCK];
      let [sum, rest, sum2, rest2] = [gram.high[at], gram.low[at], gram.high[to], gram.low[to]];
      for (let r = 0; r < rows; r++) {
        const x = high[a + r];
        const xUpper = upper[a + r];
        const xLower = lower[a + r];
        const xLow = low[a + r];
        // What rounding took from the product, the cross terms of the low parts, and what the next sum loses.
        const y = high[b + r];
        const product = x * y;
        const error =
          xUpper * upper[b + r] - product + xUpper * lower[b + r] + xLower * upper[b + r] + xLower * lower[b + r];
        const next = sum + product;
        const added = next - sum;
        rest += error + (x * low[b + r] + xLow * y) + (sum - (next - added) + (product - added));
        sum = next;
        const y2 = high[c + r];
        const product2 = x * y2;
        const error2 =
          xUpper * upper[c + r] - product2 + xUpper * lower[c + r] + xLower * upper[c + r] + xLower * lower[c + r];
        const next2 = sum2 + product2;
        const added2 = next2 - sum2;
        rest2 += error2 + (x * low[c + r] + xLow * y2) + (sum2 - (next2 - added2) + (product2 - added2));
        sum2 = next2;
      }
      setAt(gram, to, exactSum(sum2, rest2));
      setAt(gram, at, exactSum(sum, rest));
    }
  }
}

/** Copies the upper triangle of a row-major q × q matrix below the diagonal. */
export function mirrorPrecise({ high, low }: PreciseArray, q: number): void {
  for (let j = 1; j < q; j++) {
    for (let k = 0; k < j; k++) {
      high[j * q + k] = high[k * q + j];
      low[j * q + k] = low[k * q + j];
    }
  }
}
