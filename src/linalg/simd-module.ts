import { BLOCK } from "./gram";

/**
 * A WebAssembly module for the two inner loops that multiply numbers by the million, written out here instruction by
 * instruction: below 2 KB, so that browsers compile it at once, without a build step.
 *
 * Two rows at a time go through the lanes of a 128-bit register. Products are rounded before they are added, as in
 * JavaScript, so that plain code which sums even and odd rows apart gives the same bits.
 *
 * @see WebAssembly Core Specification 2.0, chapter 5 (binary format).
 */
export function simdModule(): Uint8Array<ArrayBuffer> {
  const gram = gramFunction();
  const weigh = weighFunction();
  const standardise = standardiseFunction();
  const functions = [gram, weigh, standardise];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(functions.map(({ parameters, results }) => [0x60, ...list(parameters), ...list(results)]))),
    ...section(3, list(functions.map((_, i) => [i]))),
    ...section(5, list([[0, 1]])),
    ...section(
      7,
      list([exported("memory", 2, 0), exported("gram", 0, 0), exported("weigh", 0, 1), exported("standardise", 0, 2)]),
    ),
    ...section(10, list(functions.map(({ locals, body }) => sized([...list(locals), ...body, END])))),
  ]);
}

/** Columns are this many bytes apart. */
export const COLUMN_BYTES = 8 * BLOCK;

type Code = number[];

interface WasmFunction {
  readonly parameters: readonly Code[];
  readonly results: readonly Code[];
  /** Runs of locals of one type. */
  readonly locals: readonly Code[];
  readonly body: Code;
}

/** An unsigned number in seven bits a byte. */
function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

/** A signed number, for constants: the last byte's bit 6 is the sign. */
function signed(value: number): Code {
  return value < 64 ? [value] : [(value & 127) | 128, ...signed(value >>> 7)];
}

const sized = (code: Code): Code => [...unsigned(code.length), ...code];
const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: Code): Code => [id, ...sized(content)];
const exported = (name: string, kind: number, index: number): Code => [
  ...sized(Array.from(name, (letter) => letter.charCodeAt(0))),
  kind,
  index,
];

const I32: Code = [0x7f];
const F64: Code = [0x7c];
const V128 = 0x7b;
const END = 0x0b;

const get = (local: number): Code => [0x20, ...unsigned(local)];
const set = (local: number): Code => [0x21, ...unsigned(local)];
const i32 = (value: number): Code => [0x41, ...signed(value)];
const ADD_I32: Code = [0x6a];
const LESS_I32: Code = [0x49];
const ADD_F64: Code = [0xa0];
/** Alignment 2³ bytes, then the offset from the address on the stack. */
const load = (offset: number): Code => [0xfd, 0x00, 3, ...unsigned(offset)];
const store = (offset: number): Code => [0xfd, 0x0b, 3, ...unsigned(offset)];
const storeF64 = (offset: number): Code => [0x39, 3, ...unsigned(offset)];
const ZEROS: Code = [0xfd, 0x0c, ...Array<number>(16).fill(0)];
const SPLAT: Code = [0xfd, 0x14];
const lane = (index: number): Code => [0xfd, 0x21, index];
const ADD: Code = [0xfd, 0xf0, 0x01];
const SUBTRACT: Code = [0xfd, 0xf1, 0x01];
const MULTIPLY: Code = [0xfd, 0xf2, 0x01];

/** local += bytes */
const advance = (local: number, bytes: number): Code => [...get(local), ...i32(bytes), ...ADD_I32, ...set(local)];
/** do { body } while (local < limit) */
const loopWhileLess = (local: number, limit: number, body: Code): Code => [
  ...[0x03, 0x40],
  ...body,
  ...get(local),
  ...get(limit),
  ...LESS_I32,
  ...[0x0d, 0],
  END,
];

/**
 * gram(block, end, bytes, out): cross-products of the columns from `block` to `end`, a multiple of three, over `bytes`
 * of rows, a multiple of two rows. Tiles of three by three columns, each nine sums in a row of `out`, as the two loops meet them.
 */
function gramFunction(): WasmFunction {
  const [block, end, bytes, out, other, left, right, stop, sums, x, y] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 17, 20];
  const three = [0, 1, 2];
  const nine = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const rows = loopWhileLess(left, stop, [
    ...three.flatMap((i) => [...get(left), ...load(i * COLUMN_BYTES), ...set(x + i)]),
    ...three.flatMap((i) => [...get(right), ...load(i * COLUMN_BYTES), ...set(y + i)]),
    ...nine.flatMap((i) => [
      ...get(sums + i),
      ...get(x + Math.floor(i / 3)),
      ...get(y + (i % 3)),
      ...MULTIPLY,
      ...ADD,
      ...set(sums + i),
    ]),
    ...advance(left, 16),
    ...advance(right, 16),
  ]);
  const tile = [
    ...nine.flatMap((i) => [...ZEROS, ...set(sums + i)]),
    ...[...get(block), ...set(left), ...get(other), ...set(right)],
    ...[...get(block), ...get(bytes), ...ADD_I32, ...set(stop)],
    ...rows,
    ...nine.flatMap((i) => [...get(out), ...sumOfLanes(sums + i), ...storeF64(8 * i)]),
    ...advance(out, 72),
    ...advance(other, 3 * COLUMN_BYTES),
  ];
  return {
    parameters: [I32, I32, I32, I32],
    results: [],
    locals: [
      [4, ...I32],
      [15, V128],
    ],
    body: loopWhileLess(block, end, [
      ...[...get(block), ...set(other)],
      ...loopWhileLess(other, end, tile),
      ...advance(block, 3 * COLUMN_BYTES),
    ]),
  };
}

const sumOfLanes = (local: number): Code => [...get(local), ...lane(0), ...get(local), ...lane(1), ...ADD_F64];

/** weigh(column, stop, residuals, weights): returns Σ x × residual, and leaves x × weight in place of x. */
function weighFunction(): WasmFunction {
  const [column, stop, residuals, weights, sum, x] = [0, 1, 2, 3, 4, 5];
  return {
    parameters: [I32, I32, I32, I32],
    results: [F64],
    locals: [[2, V128]],
    body: [
      ...loopWhileLess(column, stop, [
        ...[...get(column), ...load(0), ...set(x)],
        ...[...get(sum), ...get(x), ...get(residuals), ...load(0), ...MULTIPLY, ...ADD, ...set(sum)],
        ...[...get(column), ...get(x), ...get(weights), ...load(0), ...MULTIPLY, ...store(0)],
        ...advance(column, 16),
        ...advance(residuals, 16),
        ...advance(weights, 16),
      ]),
      ...sumOfLanes(sum),
    ],
  };
}

/** standardise(column, stop, sums, mean, inverse, slope): x becomes (x − mean) × inverse, and sums gain slope × that. */
function standardiseFunction(): WasmFunction {
  const [column, stop, sums, mean, inverse, slope, x] = [0, 1, 2, 3, 4, 5, 6];
  const splat = (local: number): Code => [...get(local), ...SPLAT];
  return {
    parameters: [I32, I32, I32, F64, F64, F64],
    results: [],
    locals: [[1, V128]],
    body: loopWhileLess(column, stop, [
      ...[...get(column), ...load(0), ...splat(mean), ...SUBTRACT, ...splat(inverse), ...MULTIPLY, ...set(x)],
      ...[...get(column), ...get(x), ...store(0)],
      ...[...get(sums), ...get(sums), ...load(0), ...splat(slope), ...get(x), ...MULTIPLY, ...ADD, ...store(0)],
      ...advance(column, 16),
      ...advance(sums, 16),
    ]),
  };
}
