import { expect, test } from "vitest";
import { addRowProducts } from "../../src/linalg/block-kernel";
import { createRng } from "../../src/random/rng";

test.each([1, 2, 511, 512, 513, 1100])("products of %i rows are added to the upper triangle", (n) => {
  const q = 5;
  const rng = createRng(n);
  const rows = Float64Array.from({ length: n * q }, () => rng.normal());
  const sum = new Float64Array(q * q).fill(1);
  addRowProducts(rows, q, sum);
  for (let k = 0; k < q; k++) {
    for (let l = 0; l < q; l++) {
      let expected = 1;
      if (l >= k) for (let r = 0; r < n; r++) expected += rows[r * q + k] * rows[r * q + l];
      // Sums of some thousand products in another order.
      expect(Math.abs(sum[k * q + l] - expected)).toBeLessThan(1e-11);
    }
  }
});
