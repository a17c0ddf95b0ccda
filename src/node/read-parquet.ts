import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { RawColumn } from "../data/convert";
import { type FrameOptions, frameOfColumns } from "../data/frame";
import type { ColumnType, Frame } from "../data/types";
import { fail, isLikewiseError } from "../errors/error";
import { describeValue } from "../errors/words";
import { type ColumnChoice, chosenNames } from "./column-choice";
import { reason } from "./read-text";

type Hyparquet = typeof import("hyparquet");
type SchemaElement = import("hyparquet").SchemaElement;

export interface ReadParquetOptions extends FrameOptions {
  /** The columns to read, in this order, or a function that chooses from the names in the file (default all). */
  readonly columns?: ColumnChoice;
}

/**
 * A Parquet file as a {@link Frame}, read by hyparquet, which must be installed beside likewise (`npm install hyparquet`).
 *
 * Types are the file's: numbers (decimals too), text, true and false; nulls are missing. Dates and timestamps become text
 * (`2013-05-14`, `2013-05-14T09:30:00.000Z`; without the `Z` where the file keeps local times). 64-bit integers become
 * numbers, or text in a column where one has more digits than a number keeps. Lists and records within cells are refused:
 * leave their columns out by naming the others in `columns`. Snappy compression or none.
 *
 * @param path - the file, as a path or a `file:` URL.
 * @param options - `columns`, and `types` and `levels` as for `frame`.
 * @throws `missing-package` without hyparquet; `file` where it cannot be read; `unknown-column`; `wrong-type` for cells that are
 *   neither number, text nor logical; `empty-data` without rows.
 * @example
 * ```ts
 * import { readParquet } from "likewise/node";
 * const schools = await readParquet("tests/node/data/schools.parquet", { types: { urn: "text" } });
 * schools.rows; // 5
 * ```
 */
export async function readParquet(path: string | URL, options: ReadParquetOptions = {}): Promise<Frame> {
  const name = typeof path === "string" ? path : fileURLToPath(path);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) =>
    fail("file", `Cannot read "${name}": ${reason(error, name)}.`, { path: name }),
  );
  const hyparquet = await loadHyparquet();
  const { columns, types } = await readColumns(hyparquet, bytes, options, name);
  return frameOfColumns(columns, { types: { ...types, ...options.types }, levels: options.levels });
}

function loadHyparquet(): Promise<Hyparquet> {
  return import("hyparquet").catch((cause: unknown) =>
    fail(
      "missing-package",
      "Reading Parquet needs the package hyparquet, which is not installed: npm install hyparquet. Or save the table as CSV.",
      { cause: String(cause) },
    ),
  );
}

interface Columns {
  readonly columns: [name: string, values: RawColumn][];
  readonly types: Record<string, ColumnType>;
}

async function readColumns(
  { parquetMetadataAsync, parquetRead, parquetSchema }: Hyparquet,
  bytes: Buffer,
  options: ReadParquetOptions,
  name: string,
): Promise<Columns> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const chunks = new Map<string, [start: number, values: ArrayLike<unknown>][]>();
  try {
    const metadata = await parquetMetadataAsync(file);
    const elements = parquetSchema(metadata).children.map(({ element }) => element);
    const chosen = chosenColumns(elements, options.columns, name);
    await parquetRead({
      file,
      metadata,
      columns: chosen.map((element) => element.name),
      onChunk: ({ columnName, rowStart, columnData }) => {
        const list = chunks.get(columnName) ?? [];
        chunks.set(columnName, list);
        list.push([rowStart, columnData]);
      },
      parsers: TIMES,
    });
    const rows = Number(metadata.num_rows);
    const read = chosen.map((element) => columnOf(element, chunks.get(element.name) ?? [], rows, name));
    return {
      columns: read.map(({ values }, k) => [chosen[k].name, values]),
      types: Object.fromEntries(read.flatMap(({ type }, k) => (type === null ? [] : [[chosen[k].name, type]]))),
    };
  } catch (error) {
    if (isLikewiseError(error)) throw error;
    return fail(
      "file",
      `"${name}" could not be read as Parquet: ${(error as Error).message}. Files without compression or with Snappy can be read.`,
      { path: name },
    );
  }
}

function chosenColumns(
  elements: readonly SchemaElement[],
  choice: ColumnChoice | undefined,
  file: string,
): SchemaElement[] {
  const names = elements.map((element) => element.name);
  return chosenNames(choice, names, file).map((name) => elements[names.indexOf(name)]);
}

/** Timestamps as text, with all the digits that the file has; days without a time. */
const TIMES = {
  timestampFromMilliseconds: (millis: bigint): string => timeText(millis * 1000n, 3),
  timestampFromMicroseconds: (micros: bigint): string => timeText(micros, 6),
  timestampFromNanoseconds: (nanos: bigint): string => timeText(nanos / 1000n, 6),
  dateFromDays: (days: number): string => new Date(days * 86_400_000).toISOString().slice(0, 10),
};

function timeText(micros: bigint, digits: number): string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - fraction) / 1000n)).toISOString().slice(0, -"000Z".length);
  return `${seconds}${String(fraction).padStart(6, "0").slice(0, digits)}Z`;
}

/** A column's values in the order of the rows, in a type that a frame takes; the type null where the values tell it. */
function columnOf(
  element: SchemaElement,
  chunks: readonly [start: number, values: ArrayLike<unknown>][],
  rows: number,
  file: string,
): { readonly values: RawColumn; readonly type: ColumnType | null } {
  const values = new Array<unknown>(rows).fill(null);
  for (const [start, chunk] of chunks) {
    for (let i = 0; i < chunk.length; i++) values[start + i] = chunk[i] ?? null;
  }
  const stranger = values.findIndex((value) => typeof value === "object" && value !== null);
  if (stranger >= 0 || element.num_children !== undefined) {
    const what = element.num_children !== undefined ? "lists or records" : describeValue(values[stranger]);
    fail(
      "wrong-type",
      `The column "${element.name}" of "${file}" holds ${what}, where numbers, text or true and false are needed. Leave it out by naming the others in columns.`,
      { column: element.name },
    );
  }
  if (values.some((value) => typeof value === "bigint")) return wholeNumbers(values);
  const { logical_type: logical } = element;
  if (logical?.type === "TIMESTAMP" && !logical.isAdjustedToUTC) {
    return { values: values.map((value) => (value === null ? null : String(value).slice(0, -1))), type: "text" };
  }
  return { values, type: element.type === "BYTE_ARRAY" ? textUnlessDecimal(values) : null };
}

/** A decimal may be stored in bytes. */
function textUnlessDecimal(values: readonly unknown[]): ColumnType | null {
  return values.some((value) => typeof value === "number") ? null : "text";
}

/** Numbers where all keep their digits, as keys often do not. */
function wholeNumbers(values: readonly unknown[]): { values: RawColumn; type: ColumnType } {
  const isKept = values.every((value) => value === null || Number.isSafeInteger(Number(value)));
  if (isKept) return { values: values.map((value) => (value === null ? null : Number(value))), type: "number" };
  return { values: values.map((value) => (value === null ? null : String(value))), type: "text" };
}
