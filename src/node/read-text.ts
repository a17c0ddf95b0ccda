import { constants } from "node:buffer";
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { TextDecoder } from "node:util";
import { fail } from "../errors/error";
import { describeValue } from "../errors/words";

/** The text of a file, with the name that errors call it by. */
export async function readText(path: string | URL, encoding = "utf-8"): Promise<{ text: string; name: string }> {
  if (typeof path !== "string" && typeof path?.href !== "string") {
    fail("invalid-argument", `The path of a file must be a text or a URL, not ${describeValue(path)}.`);
  }
  const name = typeof path === "string" ? path : path.protocol === "file:" ? fileURLToPath(path) : path.href;
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) =>
    fail("file", `Cannot read "${name}": ${reason(error, name)}.`, { path: name }),
  );
  if (bytes.length > constants.MAX_STRING_LENGTH) {
    fail("file", `"${name}" is too large to be read in one piece (over 500 MB). Split it.`, { path: name });
  }
  return { text: decode(bytes, encoding, name), name };
}

export function reason(error: NodeJS.ErrnoException, name: string): string {
  if (error.code === "EISDIR") return "it is a directory";
  if (error.code === "EACCES") return "reading it is not permitted";
  if (error.code !== "ENOENT") return error.message;
  return isAbsolute(name) ? "it does not exist" : `it does not exist (looked in "${dirname(resolve(name))}")`;
}

/** Bytes that the encoding does not know are an error: replaced by �, names would change in silence. */
function decode(bytes: Buffer, encoding: string, name: string): string {
  const decoder = decoderFor(markedEncoding(bytes) ?? encoding);
  try {
    return decoder.decode(bytes);
  } catch {
    const isUtf8 = decoder.encoding === "utf-8";
    const where = isUtf8 ? ` (first in line ${firstBadLine(bytes, decoder)})` : "";
    return fail(
      "file",
      `"${name}" is not ${decoder.encoding.toUpperCase()}${where}. Save it as UTF-8, or name its encoding, ` +
        'such as encoding: "windows-1252" for a file from Excel in Western Europe.',
      { path: name },
    );
  }
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

function firstBadLine(bytes: Buffer, decoder: TextDecoder): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, start);
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
