import { basename, dirname, extname } from "node:path";
import { frame } from "../data/frame";
import type { Frame } from "../data/types";
import { type ReadCsvOptions, readCsv } from "../node/read-csv";
import { readParquet } from "../node/read-parquet";
import { csvPieces } from "../node/write-csv";
import { type FileToWrite, requireRoom, writeFiles } from "../node/write-files";
import { type CommandIo, type Given, stoppable } from "./command";
import { progressBar } from "./progress";

/** A table from a CSV or, by its ending, a Parquet file. */
export function readTable(path: string, options: TableOptions = {}): Promise<Frame> {
  const isParquet = [".parquet", ".pq"].includes(extname(path).toLowerCase());
  return isParquet ? readParquet(path, options) : readCsv(path, options);
}

/** What both kinds of files take. */
export type TableOptions = Pick<ReadCsvOptions, "types" | "columns" | "missing" | "encoding" | "signal" | "onProgress">;

/** The same, with progress on a terminal. */
export function readWithProgress(path: string, io: CommandIo, isQuiet: boolean, options: TableOptions): Promise<Frame> {
  const progress = progressBar(io, isQuiet);
  const onProgress = (done: number, total: number): void => progress.update(done, total, `reading ${basename(path)}`);
  return readTable(path, { ...options, onProgress }).finally(progress.end);
}

/** The table with the columns of that name as text, where it has them: keys that look like numbers in one file only. */
export function withTextKeys(table: Frame, keys: readonly string[]): Frame {
  const found = keys.filter((key) => table.columns.some(({ name }) => name === key));
  return found.length === 0 ? table : frame(table, { types: Object.fromEntries(found.map((key) => [key, "text"])) });
}

/** Refuses before the work what `writeOut` would refuse after it. */
export async function requireRoomFor(given: Given, options: readonly string[]): Promise<void> {
  for (const name of options) {
    const path = given[name] as string | undefined;
    if (path !== undefined) await requireRoom(dirname(path), [basename(path)], given.force === true);
  }
}

/** Writes single files that options name, each whole or not at all; gives their paths. */
export async function writeOut(
  given: Given,
  io: CommandIo,
  files: Readonly<Record<string, () => Frame>>,
): Promise<string[]> {
  const written: string[] = [];
  for (const [option, table] of Object.entries(files)) {
    const path = given[option] as string | undefined;
    if (path === undefined) continue;
    const file: FileToWrite = { name: basename(path), content: () => csvPieces([table()]) };
    written.push(
      ...(await stoppable(io, (signal) =>
        writeFiles(dirname(path), [file], { overwrite: given.force === true, signal }),
      )),
    );
  }
  return written;
}
