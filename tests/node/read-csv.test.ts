import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { LikewiseError } from "../../src/errors/error";
import { parseCsv, type ReadCsvOptions, readCsv } from "../../src/node/read-csv";
import { valuesOf } from "../data/helpers";

const folder = mkdtempSync(join(tmpdir(), "likewise-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function failure(path: string, options?: ReadCsvOptions): Promise<LikewiseError> {
  return readCsv(path, options).then(
    () => {
      throw new Error("expected an error");
    },
    (error: LikewiseError) => error,
  );
}

describe("readCsv", () => {
  it("reads a file, by path or by URL, as its text is parsed", async () => {
    const text = "school_id,name,size\n0012,Gŵyr,842\n0013,São João,NA\n";
    const path = file("schools.csv", text);
    expect(await readCsv(path)).toEqual(parseCsv(text));
    expect(await readCsv(pathToFileURL(path))).toEqual(parseCsv(text));
    expect(await readCsv(path, { types: { size: "text" } })).toEqual(parseCsv(text, { types: { size: "text" } }));
  });

  it("skips a byte order mark and reads UTF-16, as Excel writes them", async () => {
    const text = "name\tsize\r\nGŵyr\t842\r\n";
    const marked = `\ufeff${text}`;
    expect(await readCsv(file("utf8.csv", marked))).toEqual(parseCsv(text));
    expect(await readCsv(file("utf16.csv", Buffer.from(marked, "utf16le")))).toEqual(parseCsv(text));
    expect(await readCsv(file("utf16be.csv", Buffer.from(marked, "utf16le").swap16()))).toEqual(parseCsv(text));
  });

  it("refuses bytes that are not UTF-8 instead of garbling names, and reads them with their encoding", async () => {
    const path = file("latin.csv", Buffer.from("name,size\nSaint-André,842\n", "latin1"));
    const error = await failure(path);
    expect(error.code).toBe("file");
    expect(error.message).toMatch(/latin\.csv" is not UTF-8 \(first in line 2\).*encoding: "windows-1252"/);
    expect(valuesOf(await readCsv(path, { encoding: "windows-1252" }), "name")).toEqual(["Saint-André"]);
    const unknown = await failure(path, { encoding: "klingon" });
    expect(unknown.code).toBe("invalid-argument");
    expect(unknown.message).toMatch(/encoding "klingon"/);
  });

  it("says why a file cannot be read, and where it looked", async () => {
    const missing = await failure("no-such-file.csv");
    expect(missing.code).toBe("file");
    expect(missing.message).toMatch(/Cannot read "no-such-file\.csv": it does not exist \(looked in ".*"\)/);
    expect(missing.message).toContain(process.cwd());
    const directory = await failure(folder);
    expect(directory.code).toBe("file");
    expect(directory.message).toMatch(/it is a directory/);
    expect((await failure(undefined as never)).code).toBe("invalid-argument");
  });

  it("names the file in errors of its content", async () => {
    expect((await failure(file("empty.csv", ""))).message).toMatch(/empty\.csv" is empty/);
    const ragged = await failure(file("ragged.csv", "a,b\n1,2\n3\n"));
    expect(ragged.message).toMatch(/ragged\.csv", line 3 has 1 cell/);
    expect(ragged.details).toMatchObject({ path: join(folder, "ragged.csv"), line: 3 });
  });
});
