import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { toRows } from "../../src/data/select";
import type { LikewiseError } from "../../src/errors/error";
import { readParquet } from "../../src/node/read-parquet";

const file = (name: string): string => `${import.meta.dirname}/data/${name}.parquet`;

const errorOf = (reading: Promise<unknown>): Promise<LikewiseError> =>
  reading.then(
    () => {
      throw new Error("It was read.");
    },
    (error) => error,
  );

describe("a Parquet file", () => {
  it("keeps types, digits and missing values over its row groups", async () => {
    const table = await readParquet(file("schools"));
    expect(table.columns.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      "school text",
      "urn numeric",
      "pupil_key text",
      "roll numeric",
      "intake numeric",
      "academy logical",
      "opened text",
      "inspected text",
      "bell text",
      "fee numeric",
    ]);
    expect(toRows(table)).toEqual([
      {
        school: "0012",
        urn: 100001,
        pupil_key: "9007199254740993",
        roll: 210,
        intake: 27.5,
        academy: true,
        opened: "1969-12-31",
        inspected: "2013-05-14T09:30:00.250Z",
        bell: "2013-05-14T09:30:00.000001",
        fee: 1.25,
      },
      {
        school: "St Mary",
        urn: 100002,
        pupil_key: "1",
        roll: null,
        intake: 28.25,
        academy: false,
        opened: "2011-09-01",
        inspected: null,
        bell: "1969-12-31T23:59:59.999999",
        fee: 0,
      },
      {
        school: null,
        urn: 100003,
        pupil_key: "2",
        roll: 420,
        intake: null,
        academy: null,
        opened: null,
        inspected: "1969-12-31T23:59:59.999Z",
        bell: null,
        fee: null,
      },
      {
        school: "0012",
        urn: null,
        pupil_key: "3",
        roll: 30,
        intake: 26,
        academy: true,
        opened: "2012-03-01",
        inspected: "2010-01-01T00:00:00.000Z",
        bell: "1970-01-01T00:00:00.000000",
        fee: -3.5,
      },
      {
        school: "0012",
        urn: 100005,
        pupil_key: null,
        roll: 45,
        intake: 24.125,
        academy: false,
        opened: "2013-02-28",
        inspected: "2014-01-01T00:00:00.000Z",
        bell: "1970-01-01T00:00:01.000000",
        fee: 10,
      },
    ]);
  });

  it("may keep strings in a dictionary", async () => {
    const { rows, columns } = await readParquet(file("regions"));
    expect(rows).toBe(60);
    expect(columns[0]).toMatchObject({ kind: "text", levels: ["London", "North East"] });
    const { codes } = columns[0] as unknown as { codes: Int32Array };
    expect([...codes.slice(0, 8)]).toEqual([0, 1, 0, 1, 0, 1, -1, 1]);
  });

  it("is read by columns, types and a file URL", async () => {
    const table = await readParquet(pathToFileURL(file("schools")), {
      columns: ["roll", "urn"],
      types: { urn: "text" },
    });
    expect(table.columns.map(({ name, kind }) => `${name} ${kind}`)).toEqual(["roll numeric", "urn text"]);
    expect(toRows(table)[0]).toEqual({ roll: 210, urn: "100001" });
  });
});

describe("what cannot be read", () => {
  it("a column that is not there", async () => {
    const { code, message } = await errorOf(readParquet(file("schools"), { columns: ["role"] }));
    expect([code, message]).toEqual([
      "unknown-column",
      expect.stringMatching(/has no column "role"\. Did you mean "roll"\?$/),
    ]);
  });

  it("records within cells; the rest of the file can", async () => {
    const { code, message } = await errorOf(readParquet(file("lists")));
    expect([code, message]).toEqual(["wrong-type", expect.stringMatching(/^The column "years" of .* holds an Object/)]);
    expect(toRows(await readParquet(file("lists"), { columns: ["school"] }))).toEqual([
      { school: "a" },
      { school: "b" },
    ]);
  });

  it("a file that is none", async () => {
    const folder = mkdtempSync(join(tmpdir(), "likewise-parquet-"));
    const path = join(folder, "x.parquet");
    writeFileSync(path, "school,size\n1,2\n");
    const { code, message } = await errorOf(readParquet(path));
    rmSync(folder, { recursive: true });
    expect([code, message]).toEqual(["file", expect.stringContaining(`"${path}" could not be read as Parquet:`)]);
  });

  it("a missing file", async () => {
    const { code, message } = await errorOf(readParquet("/nowhere/x.parquet"));
    expect([code, message]).toEqual(["file", 'Cannot read "/nowhere/x.parquet": it does not exist.']);
  });

  describe("without hyparquet", () => {
    afterEach(() => vi.doUnmock("hyparquet"));

    it("says what to install", async () => {
      vi.doMock("hyparquet", () => {
        throw new Error("Cannot find package");
      });
      const { code, message } = await errorOf(readParquet(file("schools")));
      expect([code, message]).toEqual(["missing-package", expect.stringContaining("npm install hyparquet")]);
    });
  });
});
