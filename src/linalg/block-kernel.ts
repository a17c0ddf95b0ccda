import { addGram, BLOCK } from "./gram";
import { COLUMN_BYTES, simdModule } from "./simd-module";

/** Room for a block of rows of q columns, and the sums over it that take the time of a fit. */
export interface BlockKernel {
  /** Column k is `block[k * BLOCK .. k * BLOCK + rows)`, rows ≤ BLOCK. */
  readonly block: Float64Array;
  /** BLOCK numbers each, for `standardise` and `weigh`. */
  readonly sums: Float64Array;
  readonly residuals: Float64Array;
  readonly weights: Float64Array;
  /** Adds the cross-products of the columns to the upper triangle of a q × q row-major matrix. */
  addGram(rows: number, gram: Float64Array): void;
  /** Σ x × residual of column k, which is then multiplied by the weights. */
  weigh(k: number, rows: number): number;
  /** Column k becomes (x − mean) × inverse, and `sums` gain slope × that. */
  standardise(k: number, rows: number, mean: number, inverse: number, slope: number): void;
}

/**
 * Calls `use` with a kernel for q columns: two rows at a time by WebAssembly where the platform has it, else by plain code.
 * Both add up even and odd rows apart and then the two, so the results are the same bits. The kernel ends with the call.
 */
export function withBlockKernel<T>(q: number, use: (kernel: BlockKernel) => T): T {
  const machine = q <= MOST_COLUMNS ? idleMachine() : null;
  if (machine === null) return use(plainKernel(q));
  machine.busy = true;
  try {
    return use(simdKernel(machine, q));
  } finally {
    machine.busy = false;
  }
}

/** More columns take plain code: memory once grown is kept. */
const MOST_COLUMNS = 256;

/** What of WebAssembly is used here; the library is compiled without a browser's types. */
interface Platform {
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
    readonly Instance: new (module: object) => { readonly exports: Omit<Machine, "busy"> };
  };
}

interface Machine {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly gram: (block: number, end: number, bytes: number, out: number) => void;
  readonly weigh: (column: number, stop: number, residuals: number, weights: number) => number;
  readonly standardise: (
    column: number,
    stop: number,
    sums: number,
    mean: number,
    inverse: number,
    slope: number,
  ) => void;
  busy: boolean;
}

/**
 * The compiled kernels, made at first use and then kept: compiling costs more than a small fit, and every WebAssembly
 * memory reserves gigabytes of addresses. Null where WebAssembly, its SIMD, or the page's policy does not allow them. It
 * holds no result: a kernel's memory is written before it is read.
 */
let machine: Machine | null | undefined;

/** Null where there is none, or another kernel is in use, further up the stack. */
function idleMachine(): Machine | null {
  if (machine === undefined) machine = createMachine();
  return machine?.busy ? null : machine;
}

function createMachine(): Machine | null {
  try {
    const { Module, Instance } = (globalThis as unknown as Platform).WebAssembly;
    return { ...new Instance(new Module(simdModule())).exports, busy: false };
  } catch {
    return null;
  }
}

/** In memory: sums, residuals, weights, then the columns, in threes, then the tiles of cross-products. */
function simdKernel({ memory, gram, weigh, standardise }: Machine, q: number): BlockKernel {
  const threes = Math.ceil(q / 3);
  const [residualsAt, weightsAt, columnsAt] = [COLUMN_BYTES, 2 * COLUMN_BYTES, 3 * COLUMN_BYTES];
  const tilesAt = columnsAt + 3 * threes * COLUMN_BYTES;
  const tileNumbers = (9 * (threes * (threes + 1))) / 2;
  const missing = tilesAt + 8 * tileNumbers - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536));
  const view = (at: number, length: number): Float64Array => new Float64Array(memory.buffer, at, length);
  const columns = view(columnsAt, 3 * threes * BLOCK);
  const tiles = view(tilesAt, tileNumbers);
  const [sums, residuals, weights] = [view(0, BLOCK), view(residualsAt, BLOCK), view(weightsAt, BLOCK)];
  columns.fill(0, q * BLOCK);
  const end = tilesAt;
  /** Bytes of an even number of rows: an odd one gets a row of zeros, which leaves every sum as it is. */
  const even = (rows: number): number => 8 * (rows + (rows % 2));
  return {
    block: columns.subarray(0, q * BLOCK),
    sums,
    residuals,
    weights,
    addGram(rows, total) {
      if (rows === 0) return;
      if (rows % 2 === 1) for (let k = 0; k < q; k++) columns[k * BLOCK + rows] = 0;
      gram(columnsAt, end, even(rows), tilesAt);
      let at = 0;
      for (let j = 0; j < q; j += 3) {
        for (let k = j; k < q; k += 3, at += 9) {
          for (let a = 0; a < 3 && j + a < q; a++) {
            for (let b = k === j ? a : 0; b < 3 && k + b < q; b++) total[(j + a) * q + k + b] += tiles[at + 3 * a + b];
          }
        }
      }
    },
    weigh(k, rows) {
      if (rows % 2 === 1) {
        columns[k * BLOCK + rows] = 0;
        residuals[rows] = 0;
        weights[rows] = 0;
      }
      const column = columnsAt + k * COLUMN_BYTES;
      return weigh(column, column + even(rows), residualsAt, weightsAt);
    },
    standardise(k, rows, mean, inverse, slope) {
      const column = columnsAt + k * COLUMN_BYTES;
      standardise(column, column + even(rows), 0, mean, inverse, slope);
    },
  };
}

/** Adds Σ rr' of rows of q numbers to the upper triangle of a q × q matrix, both row-major. */
export function addRowProducts(rows: Float64Array, q: number, sum: Float64Array): void {
  const n = rows.length / q;
  withBlockKernel(q, ({ block, addGram: addBlock }) => {
    for (let from = 0; from < n; from += BLOCK) {
      const count = Math.min(BLOCK, n - from);
      for (let k = 0; k < q; k++) {
        for (let r = 0, at = from * q + k; r < count; r++, at += q) block[k * BLOCK + r] = rows[at];
      }
      addBlock(count, sum);
    }
  });
}

/** The same in plain code, for platforms without WebAssembly's SIMD. */
export function plainKernel(q: number): BlockKernel {
  const block = new Float64Array(q * BLOCK);
  const sums = new Float64Array(BLOCK);
  const residuals = new Float64Array(BLOCK);
  const weights = new Float64Array(BLOCK);
  return {
    block,
    sums,
    residuals,
    weights,
    addGram: (rows, gram) => addGram(block, rows, q, gram),
    weigh(k, rows) {
      const start = k * BLOCK;
      let even = 0;
      let odd = 0;
      for (let r = 0; r < rows; r += 2) even += block[start + r] * residuals[r];
      for (let r = 1; r < rows; r += 2) odd += block[start + r] * residuals[r];
      for (let r = 0; r < rows; r++) block[start + r] *= weights[r];
      return even + odd;
    },
    standardise(k, rows, mean, inverse, slope) {
      const start = k * BLOCK;
      for (let r = 0; r < rows; r++) {
        const z = (block[start + r] - mean) * inverse;
        block[start + r] = z;
        sums[r] += slope * z;
      }
    },
  };
}
