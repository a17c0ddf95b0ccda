import { expect, test } from "vitest";
import { accumulate, accumulateBlocks } from "../../src/multilevel/accumulate";
import { createRng } from "../../src/random/rng";

test.each([false, true])(
  "blocks are the same to the bit whether a group's rows stand together or not (weighted: %s)",
  (isWeighted) => {
    const rng = createRng(3);
    const [n, q, groups] = [1500, 6, 3];
    const columns = Array.from({ length: q }, () => Float64Array.from({ length: n }, () => 100 + rng.normal()));
    const weights = isWeighted ? Float64Array.from({ length: n }, () => 0.5 + rng.uniform()) : null;
    const shift = new Float64Array(q).fill(100);
    // Groups of 700, 200 and 600 rows: the first is longer than a block of rows.
    const together = Int32Array.from({ length: n }, (_, i) => (i < 700 ? 2 : i < 900 ? 0 : 1));
    // The same rows with the groups in turns, each group's own in their order.
    const turns = [...together.keys()].sort((a, b) => placeInGroup(together, a) - placeInGroup(together, b) || a - b);
    const taken = (values: Float64Array): Float64Array => Float64Array.from(turns, (row) => values[row]);
    const scattered = Int32Array.from(turns, (row) => together[row]);
    const whole = accumulateBlocks(columns, together, groups, weights, shift);
    expect(accumulateBlocks(columns.map(taken), scattered, groups, weights && taken(weights), shift)).toEqual(whole);
    const alone = accumulate(
      columns.map((column) => column.subarray(700, 900)),
      new Int32Array(200),
      1,
      weights?.subarray(700, 900) ?? null,
      shift,
    );
    expect(whole.blocks.subarray(0, q * q)).toEqual(alone.within);
    expect(whole.means.subarray(0, q)).toEqual(alone.means);
  },
);

function placeInGroup(codes: Int32Array, row: number): number {
  return row - codes.indexOf(codes[row]);
}
