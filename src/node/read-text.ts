import { type FileHandle, open } from "node:fs/promises";
import { dirname, isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { TextDecoder } from "node:util";
import { fail } from "../errors/error";
import { describeValue } from "../errors/words";

/** How to read a file. */
export interface ReadingOptions {
  /** The file's encoding, such as `"windows-1252"`. Default `"utf-8"`; a byte order mark of UTF-16 is heeded. */
  readonly encoding?: string;
  /** Looked at before every megabyte; an `AbortSignal` will do. */
  readonly signal?: { readonly aborted: boolean };
  /** Called after every megabyte with the bytes that are read, and how many the file has. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A file's text in pieces, as often as it is wanted, with the name that errors call it by. */
export interface TextFile {
  readonly name: string;
  readonly pieces: () => AsyncIterable<string> | Iterable<string>;
}

export async function textFile(path: string | URL, options: ReadingOptions = {}): Promise<TextFile> {
  if (typeof path !== "string" && typeof path?.href !== "string") {
    fail("invalid-argument", `The path of a file must be a text or a URL, not ${describeValue(path)}.`);
  }
  const name = typeof path === "string" ? path : path.protocol === "file:" ? fileURLToPath(path) : path.href;
  const pieces = (): AsyncGenerator<string> => piecesOf(path, name, options);
  if (await isRegular(path, name)) return { name, pieces };
  // A pipe gives its bytes only once.
  const all: string[] = [];
  for await (const piece of pieces()) all.push(piece);
  return { name, pieces: () => all };
}

/** The whole text of a small file. */
export async function readText(path: string | URL): Promise<string> {
  let text = "";
  for await (const piece of (await textFile(path)).pieces()) text += piece;
  return text;
}

function openFile(path: string | URL, name: string): Promise<FileHandle> {
  return open(path).catch((error) => failToRead(error, name));
}

async function isRegular(path: string | URL, name: string): Promise<boolean> {
  const file = await openFile(path, name);
  try {
    return (await file.stat()).isFile();
  } finally {
    await file.close();
  }
}

const PIECE = 1 << 20;
const LF = 0x0a;

async function* piecesOf(
  path: string | URL,
  name: string,
  { encoding = "utf-8", signal, onProgress }: ReadingOptions,
): AsyncGenerator<string> {
  const file = await openFile(path, name);
  try {
    const { size } = await file.stat();
    const decode = lineDecoder(encoding, name);
    const buffer = Buffer.allocUnsafe(PIECE);
    for (let done = 0; ; ) {
      if (signal?.aborted) fail("stopped", `Reading "${name}" was stopped.`, { path: name });
      const { bytesRead } = await file.read(buffer, 0, PIECE, null).catch((error) => failToRead(error, name));
      if (bytesRead === 0) break;
      done += bytesRead;
      yield decode(buffer.subarray(0, bytesRead));
      onProgress?.(done, size);
    }
    yield decode(null);
  } finally {
    await file.close();
  }
}

/**
 * Decodes bytes that come in pieces up to their last line end, null being the end. Bytes that the encoding does not know are an
 * error: replaced by �, names would change in silence.
 */
function lineDecoder(asked: string, name: string): (bytes: Buffer | null) => string {
  let decoder: TextDecoder | null = null;
  let line = 1;
  let held = Buffer.alloc(0);
  return (bytes) => {
    const all = bytes === null ? held : Buffer.concat([held, bytes]);
    const end = bytes === null ? all.length : all.lastIndexOf(LF) + 1 || all.length;
    const ready = all.subarray(0, end);
    held = all.subarray(end);
    decoder ??= decoderFor(markedEncoding(ready) ?? asked);
    try {
      const text = decoder.decode(ready, { stream: bytes !== null });
      line += linesIn(ready);
      return text;
    } catch {
      return failToDecode(name, decoder.encoding, line, ready);
    }
  };
}

function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (let i = bytes.indexOf(LF); i >= 0; i = bytes.indexOf(LF, i + 1)) lines++;
  return lines;
}

function failToDecode(name: string, encoding: string, line: number, bytes: Buffer): never {
  const where = encoding === "utf-8" ? ` (first in line ${line + firstBadLine(bytes)})` : "";
  return fail(
    "file",
    `"${name}" is not ${encoding.toUpperCase()}${where}. Save it as UTF-8, or name its encoding, ` +
      'such as encoding: "windows-1252" for a file from Excel in Western Europe.',
    { path: name },
  );
}

function decoderFor(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch {
    return fail("invalid-argument", `There is no encoding "${encoding}". Usual ones are "utf-8" and "windows-1252".`);
  }
}

/** UTF-16 announces itself by its first two bytes. */
function markedEncoding(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return undefined;
}

/** The line, from 0, of bytes that begin with one. */
function firstBadLine(bytes: Buffer): number {
  const decoder = decoderFor("utf-8");
  let line = 0;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(LF, start);
    try {
      decoder.decode(bytes.subarray(start, end < 0 ? bytes.length : end));
    } catch {
      return line;
    }
    if (end < 0) break;
    start = end + 1;
  }
  return line;
}

function failToRead(error: NodeJS.ErrnoException, name: string): never {
  return fail("file", `Cannot read "${name}": ${reason(error, name)}.`, { path: name });
}

export function reason(error: NodeJS.ErrnoException, name: string): string {
  if (error.code === "EISDIR") return "it is a directory";
  if (error.code === "EACCES") return "reading it is not permitted";
  if (error.code !== "ENOENT") return error.message;
  return isAbsolute(name) ? "it does not exist" : `it does not exist (looked in "${dirname(resolve(name))}")`;
}
