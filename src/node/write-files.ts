import type { FileHandle } from "node:fs/promises";
import { access, constants, mkdir, mkdtemp, open, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fail } from "../errors/error";
import { listSome } from "../errors/words";

/** A file to be: its name in the folder, and its text, whole or piece by piece. */
export interface FileToWrite {
  readonly name: string;
  readonly content: string | (() => AsyncIterable<string> | Iterable<string>);
}

export interface WriteFilesOptions {
  /** Whether files that exist may be replaced (default false). */
  readonly overwrite?: boolean;
  /** Looked at before every piece; an `AbortSignal` will do. */
  readonly signal?: { readonly aborted: boolean };
}

/**
 * Writes files into a folder, all of them whole or none at all. The folder is made where there is none.
 *
 * They are written under a temporary name in the same folder and moved to their own at the end; should anything fail
 * before or between, what was there stays as it was.
 *
 * @returns the paths, in the order given.
 * @throws `file` where a file exists and may not be replaced, or the folder cannot be written to; `stopped` where the signal aborts.
 */
export async function writeFiles(
  folder: string,
  files: readonly FileToWrite[],
  options: WriteFilesOptions = {},
): Promise<string[]> {
  const names = files.map(({ name }) => name);
  await requireRoom(folder, names, options.overwrite);
  const made: string[] = [];
  const temporary = await makeFolder(folder, made)
    .then(() => mkdtemp(join(folder, ".likewise-")))
    .catch(async (error) => {
      await removeEmpty(made);
      return failToWrite(folder, error);
    });
  try {
    for (const file of files) {
      await writeText(join(temporary, file.name), file.content, options.signal).catch((error) =>
        failToWrite(join(folder, file.name), error),
      );
    }
    requireRunning(options.signal);
    await moveAll(temporary, folder, names);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    await removeEmpty(made);
    throw error;
  }
  await rm(temporary, { recursive: true, force: true });
  return names.map((name) => join(folder, name));
}

/**
 * Refuses to go on where the folder cannot be written to, or one of the files exists and may not be replaced: to be asked
 * before long work.
 */
export async function requireRoom(folder: string, names: readonly string[], overwrite = false): Promise<void> {
  await requireWritable(folder).catch((error) => failToWrite(folder, error));
  const taken: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    // Replacing one would remove all that is in it.
    if (found?.isDirectory()) failToWrite(path, { code: "EISDIR" });
    if (found !== null) taken.push(`"${path}"`);
  }
  if (overwrite || taken.length === 0) return;
  const [verb, what] = taken.length === 1 ? ["exists", "it"] : ["exist", "them"];
  fail("file", `${listSome(taken)} ${verb} already. Choose another place, or allow ${what} to be replaced.`, {
    paths: taken,
    exists: true,
  });
}

/** Makes a folder and those above it that are missing, and notes them from the outer to the inner. */
async function makeFolder(folder: string, made: string[]): Promise<void> {
  const missing: string[] = [];
  for (let path = resolve(folder); !(await exists(path)); path = dirname(path)) missing.unshift(path);
  // One by one: mkdir's own recursion never ends where a folder cannot be made for a reason like that of /proc.
  for (const path of missing) {
    const isNew = await mkdir(path).then(
      () => true,
      (error) => {
        if (error.code === "EEXIST") return false;
        throw error;
      },
    );
    if (isNew) made.push(path);
  }
}

/** The folder, or the nearest one above it that exists. */
async function requireWritable(folder: string): Promise<void> {
  let nearest = resolve(folder);
  while (!(await exists(nearest)) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  if (!(await stat(nearest)).isDirectory()) {
    throw Object.assign(new Error(), { code: nearest === resolve(folder) ? "EEXIST" : "ENOTDIR" });
  }
  await access(nearest, constants.W_OK);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function writeText(
  path: string,
  content: FileToWrite["content"],
  signal: WriteFilesOptions["signal"],
): Promise<void> {
  const file = await open(path, "wx");
  try {
    for await (const piece of typeof content === "string" ? [content] : content()) {
      requireRunning(signal);
      await writePiece(file, piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** All of a piece: a write may stop short. */
async function writePiece(file: FileHandle, piece: string): Promise<void> {
  const bytes = new TextEncoder().encode(piece);
  for (let start = 0; start < bytes.length; ) start += (await file.write(bytes, start)).bytesWritten;
}

/** Moves files to their place; what stood there is kept until all have moved, and put back should one fail. */
async function moveAll(from: string, to: string, names: readonly string[]): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  try {
    for (const name of names) {
      const [target, kept] = [join(to, name), join(from, `${name}.before`)];
      if (await exists(target)) {
        await rename(target, kept);
        undo.unshift(() => rename(kept, target));
      }
      await rename(join(from, name), target);
      undo.unshift(() => rm(target, { force: true }));
    }
  } catch (error) {
    for (const step of undo) await step();
    failToWrite(to, error);
  }
}

/** Removes folders that were made for nothing; those that others have used since stay. */
async function removeEmpty(made: readonly string[]): Promise<void> {
  for (const path of [...made].reverse()) await rmdir(path).catch(() => {});
}

function requireRunning(signal: WriteFilesOptions["signal"]): void {
  if (signal?.aborted) fail("stopped", "Writing was stopped; nothing was written.");
}

/** An error of the file system in one sentence. */
export function failToWrite(path: string, error: unknown, reasons: Readonly<Record<string, string>> = {}): never {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error;
  return fail("file", `Cannot write "${path}": ${reasons[code] ?? REASONS[code] ?? message}.`, { path, code });
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "the folder is not writable; choose another or change its permissions",
  EPERM: "writing there is not permitted; choose another folder",
  EROFS: "the disk is read-only; choose another folder",
  ENOTDIR: "a part of the path is a file, not a folder",
  EEXIST: "it is a file, not a folder",
  EISDIR: "it is a folder, not a file",
  ENOENT: "the folder cannot be made",
  ENOSPC: "the disk is full",
  EDQUOT: "your share of the disk is full",
  ENAMETOOLONG: "the name is too long",
  EFBIG: "it would be larger than a file may be here",
};
