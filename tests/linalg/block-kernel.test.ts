import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type BlockKernel, plainKernel, withBlockKernel } from "../../src/linalg/block-kernel";
import { BLOCK } from "../../src/linalg/gram";
import { simdModule } from "../../src/linalg/simd-module";

/** The tests below would say nothing if this platform had no SIMD. */
const isSimd = ({ block }: BlockKernel): boolean => block.byteLength < block.buffer.byteLength;

function fill(kernel: BlockKernel, next: () => number): void {
  for (const values of [kernel.block, kernel.sums, kernel.residuals, kernel.weights]) {
    for (let i = 0; i < values.length; i++) values[i] = next();
  }
}

/** Doubles of all sizes that do not overflow, zeros of both signs among them, the same for the same seed. */
function numbers(seed: number): () => number {
  let state = seed | 1;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
  return () => {
    const kind = next();
    if (kind < 0.05) return next() < 0.5 ? 0 : -0;
    return (next() - 0.5) * 2 ** Math.floor(kind * 200 - 100);
  };
}

/** Everything a kernel writes in one round, the rows beyond `rows` left aside. */
function round(kernel: BlockKernel, q: number, rows: number): number[] {
  const gram = new Float64Array(q * q);
  for (let k = 0; k < q; k++) kernel.standardise(k, rows, 0.3 * k - 1, 1.7, k === 0 ? 0 : 0.1 * k);
  const scores = Array.from({ length: q }, (_, k) => kernel.weigh(k, rows));
  kernel.addGram(rows, gram);
  kernel.addGram(rows, gram);
  const columns = Array.from({ length: q }, (_, k) => [...kernel.block.subarray(k * BLOCK, k * BLOCK + rows)]);
  return [...gram, ...scores, ...columns.flat(), ...kernel.sums.subarray(0, rows)];
}

describe("the kernel by WebAssembly and the plain one", () => {
  it("the module is valid and small enough to be compiled at once in a browser (4 KB)", () => {
    const bytes = simdModule();
    expect(bytes.length).toBeLessThan(4096);
    const { WebAssembly } = globalThis as unknown as { WebAssembly: { validate(bytes: Uint8Array): boolean } };
    expect(WebAssembly.validate(bytes)).toBe(true);
  });

  it("give the same bits for any number of columns and rows", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: BLOCK }), fc.constantFrom(BLOCK - 1, BLOCK)),
        fc.integer(),
        (q, rows, seed) => {
          const plain = plainKernel(q);
          fill(plain, numbers(seed));
          const expected = round(plain, q, rows);
          const found = withBlockKernel(q, (kernel) => {
            expect(isSimd(kernel)).toBe(true);
            fill(kernel, numbers(seed));
            return round(kernel, q, rows);
          });
          expect(found.findIndex((value, i) => !Object.is(value, expected[i]))).toBe(-1);
        },
      ),
    );
  });

  it("multiply right: cross-products of whole numbers are exact", () => {
    withBlockKernel(5, (kernel) => {
      for (let i = 0; i < kernel.block.length; i++) kernel.block[i] = ((i * 7919) % 101) - 50;
      const gram = new Float64Array(25).fill(1);
      kernel.addGram(301, gram);
      for (let j = 0; j < 5; j++) {
        for (let k = 0; k < 5; k++) {
          let sum = 1;
          for (let r = 0; k >= j && r < 301; r++) sum += kernel.block[j * BLOCK + r] * kernel.block[k * BLOCK + r];
          expect(gram[j * 5 + k]).toBe(sum);
        }
      }
    });
  });

  it("no rows add nothing", () => {
    withBlockKernel(2, (kernel) => {
      fill(kernel, () => 1);
      const gram = new Float64Array(4);
      kernel.addGram(0, gram);
      expect([...gram]).toEqual([0, 0, 0, 0]);
    });
  });

  it("a kernel within a kernel is the plain one, and an error gives the first one back", () => {
    withBlockKernel(3, (outer) => {
      expect(isSimd(outer)).toBe(true);
      expect(withBlockKernel(3, isSimd)).toBe(false);
    });
    expect(() =>
      withBlockKernel(3, () => {
        throw new Error("stop");
      }),
    ).toThrow("stop");
    expect(withBlockKernel(3, isSimd)).toBe(true);
    expect(withBlockKernel(300, isSimd)).toBe(false);
  });
});

describe("where WebAssembly's SIMD is missing", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  async function fits(): Promise<number[]> {
    vi.resetModules();
    const { fitMixed } = await import("../../src/multilevel/fit");
    const { fitPropensity } = await import("../../src/propensity/fit");
    const next = numbers(3);
    const n = 1301;
    const column = (): number[] => Array.from({ length: n }, () => Math.sin(next() * 1e3));
    const data = { a: column(), b: column(), y: column(), g: Array.from({ length: n }, (_, i) => `g${(i * 31) % 17}`) };
    const t = data.a.map((value, i) => (value + data.y[i] > 0.2 ? 1 : 0));
    const mixed = fitMixed("y ~ a + b + (1 | g)", data);
    const propensity = fitPropensity("t ~ a + b", { ...data, t });
    return [...mixed.coefficients, ...mixed.vcov, mixed.criterion, ...propensity.coefficients, ...propensity.scores];
  }

  it.each([
    ["no WebAssembly", undefined],
    [
      "a module that is refused",
      {
        Module: function Refused() {
          throw new Error("refused");
        },
      },
    ],
  ])("fits are the same bits: %s", async (_, platform) => {
    const expected = await fits();
    vi.stubGlobal("WebAssembly", platform);
    const found = await fits();
    expect(found).toEqual(expected);
    vi.resetModules();
    const fresh = await import("../../src/linalg/block-kernel");
    expect(fresh.withBlockKernel(3, isSimd)).toBe(false);
  });
});
