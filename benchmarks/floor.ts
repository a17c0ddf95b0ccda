import type { Frame } from "likewise";

const SIZE = 512;

/** Milliseconds of one plain pass (a sum) over all columns, the best of five. */
export function onePass(data: Frame): number {
  let best = Number.POSITIVE_INFINITY;
  for (let repetition = 0; repetition < 5; repetition++) {
    const start = performance.now();
    let total = 0;
    for (const column of data.columns) total += sum("codes" in column ? column.codes : column.values);
    const time = performance.now() - start;
    if (Number.isNaN(total)) throw new Error("The benchmark data hold a missing value.");
    best = Math.min(best, time);
  }
  return best;
}

function sum(values: Float64Array | Int32Array): number {
  let total = 0;
  for (let r = 0; r < values.length; r++) total += values[r];
  return total;
}

/** Multiply-adds per millisecond of plain code on numbers in the first-level cache: tiles of 2 × 2, the best of five. */
export function scalarRate(): number {
  const block = Float64Array.from({ length: 4 * SIZE }, (_, i) => i % 7);
  let best = 0;
  for (let repetition = 0; repetition < 6; repetition++) {
    const calls = 20_000;
    const start = performance.now();
    let total = 0;
    for (let call = 0; call < calls; call++) total += tile(block);
    const rate = (4 * SIZE * calls) / (performance.now() - start);
    if (repetition > 0 && total > 0) best = Math.max(best, rate);
  }
  return best;
}

function tile(block: Float64Array): number {
  let s00 = 0;
  let s01 = 0;
  let s10 = 0;
  let s11 = 0;
  for (let r = 0; r < SIZE; r++) {
    const x0 = block[r];
    const x1 = block[SIZE + r];
    const y0 = block[2 * SIZE + r];
    const y1 = block[3 * SIZE + r];
    s00 += x0 * y0;
    s01 += x0 * y1;
    s10 += x1 * y0;
    s11 += x1 * y1;
  }
  return s00 + s01 + s10 + s11;
}
