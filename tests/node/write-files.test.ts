import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { frame } from "../../src/data/frame";
import { toRows } from "../../src/data/select";
import type { LikewiseError } from "../../src/errors/error";
import { parseCsv } from "../../src/node/read-csv";
import { csvPieces, writeCsv } from "../../src/node/write-csv";
import { failToWrite, writeFiles } from "../../src/node/write-files";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "likewise-write-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = (name: string): string => readFileSync(join(folder, name), "utf8");

describe("files are written whole or not at all", () => {
  it("all of them, into a folder that is made", async () => {
    const paths = await writeFiles(join(folder, "a", "b"), [
      { name: "1.txt", content: "one" },
      { name: "2.txt", content: () => ["t", "wö"] },
    ]);
    expect(paths).toEqual([join(folder, "a/b/1.txt"), join(folder, "a/b/2.txt")]);
    expect([text("a/b/1.txt"), text("a/b/2.txt")]).toEqual(["one", "twö"]);
    expect(readdirSync(join(folder, "a/b"))).toHaveLength(2);
  });

  it("none of them where one fails on the way, and no folder either", async () => {
    const broken = function* (): Generator<string> {
      yield "half";
      throw new TypeError("no more");
    };
    const files = [
      { name: "1.txt", content: "one" },
      { name: "2.txt", content: broken },
    ];
    await expect(writeFiles(join(folder, "a", "b"), files)).rejects.toThrow("no more");
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(join(folder, "1.txt"), "before");
    await expect(writeFiles(folder, files, { overwrite: true })).rejects.toThrow("no more");
    expect(readdirSync(folder)).toEqual(["1.txt"]);
    expect(text("1.txt")).toBe("before");
  });

  it("no folder where the one in it cannot be made", async () => {
    const long = join(folder, "a", "b".repeat(300));
    await expect(writeFiles(long, [{ name: "1.txt", content: "one" }])).rejects.toMatchObject({
      code: "file",
      message: `Cannot write "${long}": the name is too long.`,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("none of them where one cannot be moved to its place; what was there is put back", async () => {
    writeFileSync(join(folder, "1.txt"), "before");
    // The second file vanishes while the third is made: the first has moved by then.
    const spoil = function* (): Generator<string> {
      const temporary = readdirSync(folder).find((entry) => entry.startsWith(".likewise-"))!;
      rmSync(join(folder, temporary, "2.txt"));
      yield "three";
    };
    const files = [
      { name: "1.txt", content: "after" },
      { name: "2.txt", content: "two" },
      { name: "3.txt", content: spoil },
    ];
    await expect(writeFiles(folder, files, { overwrite: true })).rejects.toMatchObject({ code: "file" });
    expect(readdirSync(folder)).toEqual(["1.txt"]);
    expect(text("1.txt")).toBe("before");
  });

  it("not over a file that exists, unless asked to", async () => {
    writeFileSync(join(folder, "1.txt"), "before");
    const files = [{ name: "1.txt", content: "after" }];
    await expect(writeFiles(folder, files)).rejects.toMatchObject({ code: "file", details: { exists: true } });
    expect(text("1.txt")).toBe("before");
    await writeFiles(folder, files, { overwrite: true });
    expect(text("1.txt")).toBe("after");
    expect(readdirSync(folder)).toEqual(["1.txt"]);
  });

  it("not over a folder, even when asked to replace what is there", async () => {
    mkdirSync(join(folder, "england"));
    writeFileSync(join(folder, "england", "schools.csv"), "before");
    const files = [{ name: "england", content: "after" }];
    for (const overwrite of [false, true]) {
      await expect(writeFiles(folder, files, { overwrite })).rejects.toMatchObject({
        code: "file",
        message: `Cannot write "${join(folder, "england")}": it is a folder, not a file.`,
      });
    }
    expect(text("england/schools.csv")).toBe("before");
    expect(readdirSync(folder)).toEqual(["england"]);
  });

  it("not after a stop", async () => {
    const signal = { aborted: false };
    const content = function* (): Generator<string> {
      yield "a";
      signal.aborted = true;
      yield "b";
    };
    await expect(writeFiles(folder, [{ name: "1.txt", content }], { signal })).rejects.toMatchObject({
      code: "stopped",
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ["EACCES", "the folder is not writable"],
    ["EROFS", "the disk is read-only"],
    ["ENOSPC", "the disk is full"],
    ["EMFILE", "too many open files"],
  ])("%s in a sentence", (code, words) => {
    const error = Object.assign(new Error("EMFILE: too many open files"), { code });
    let found: unknown;
    try {
      failToWrite("out", error);
    } catch (caught) {
      found = caught;
    }
    expect(found).toMatchObject({ name: "LikewiseError", code: "file", details: { path: "out", code } });
    expect((found as LikewiseError).message).toContain(words);
  });
});

describe("CSV", () => {
  it("as parseCsv reads it back, whatever is in the cells", () => {
    const cell = fc.oneof(fc.constantFrom("a", 'b "c"', "d,e", "f\ng", "ü\r\nx", "-", "x y"), fc.constant(null));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.oneof(fc.double(), fc.constant(null)), cell, fc.oneof(fc.boolean(), fc.constant(null))), {
          minLength: 1,
          maxLength: 8,
        }),
        (rows) => {
          const table = frame(
            { number: rows.map(([a]) => a), words: rows.map(([, b]) => b), truth: rows.map(([, , c]) => c) },
            { types: { number: "number", words: "text", truth: "logical" } },
          );
          const written = [...csvPieces([table])].join("");
          const read = parseCsv(written, { types: { number: "number", words: "text", truth: "logical" } });
          // −0 comes back as 0, the one value whose text says less than it.
          const plain = (value: object): unknown =>
            JSON.parse(
              JSON.stringify(toRows(value as typeof table), (_, x) =>
                x === Infinity ? "∞" : x === -Infinity ? "−∞" : x,
              ),
            );
          expect(plain(read)).toEqual(plain(table));
        },
      ),
    );
  });

  it("of one column keeps its missing cells", () => {
    const written = [...csvPieces([frame({ a: [1, null, 3] })])].join("");
    expect(written).toBe('a\r\n1\r\n""\r\n3\r\n');
    expect(parseCsv(written).rows).toBe(3);
  });

  it("of a stream is one file with one header; columns must not change on the way", async () => {
    const path = join(folder, "x.csv");
    await writeCsv(path, [frame({ a: [1], b: ["x"] }), frame({ a: [2], b: ["y"] })][Symbol.iterator]());
    expect(text("x.csv")).toBe("a,b\r\n1,x\r\n2,y\r\n");
    const stream = [frame({ a: [1] }), frame({ c: [2] })][Symbol.iterator]();
    await expect(writeCsv(path, stream, { overwrite: true })).rejects.toMatchObject({ code: "column-conflict" });
    expect(text("x.csv")).toBe("a,b\r\n1,x\r\n2,y\r\n");
  });

  it("of more rows than a piece holds", async () => {
    const n = 25_001;
    const pieces = [...csvPieces([frame({ a: Float64Array.from({ length: n }, (_, i) => i) })])];
    expect(pieces).toHaveLength(4);
    expect(pieces.join("").split("\r\n")).toHaveLength(n + 2);
  });
});
