import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { diagnostic } from "../../src/errors/diagnostic";
import { fail, isLikewiseError } from "../../src/errors/error";

function caught(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("expected an error");
}

describe("fail", () => {
  it("raises an Error with a code, a message and details", () => {
    const error = caught(() => fail("unknown-column", 'There is no column "sess".', { column: "sess" }));
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: "LikewiseError",
      code: "unknown-column",
      message: 'There is no column "sess".',
      details: { column: "sess" },
    });
  });

  it("has empty details where none are given", () => {
    expect(caught(() => fail("file", "x"))).toMatchObject({ details: {} });
  });

  it("shows its name and message in the stack, as an uncaught error prints it", () => {
    const error = caught(() => fail("file", "Cannot read it.")) as Error;
    expect(error.stack?.split("\n")[0]).toBe("LikewiseError: Cannot read it.");
  });
});

describe("isLikewiseError", () => {
  it("knows its own errors", () => {
    expect(isLikewiseError(caught(() => fail("file", "x")))).toBe(true);
  });

  it("knows an error of another realm", () => {
    const foreign = runInNewContext(
      `Object.assign(new Error("x"), { name: "LikewiseError", code: "file", details: {} })`,
    );
    expect(foreign instanceof Error).toBe(false);
    expect(isLikewiseError(foreign)).toBe(true);
  });

  it("refuses everything else", () => {
    const withCode = Object.assign(new Error("x"), { code: "ENOENT" });
    const withName = Object.assign(new Error("x"), { name: "LikewiseError" });
    for (const other of [new Error("x"), withCode, withName, null, undefined, "LikewiseError", 1, {}, []]) {
      expect(isLikewiseError(other)).toBe(false);
    }
  });
});

describe("diagnostic", () => {
  it("is plain data that survives JSON", () => {
    const entry = diagnostic("few-groups", "warning", "Only 4 schools.", { groups: 4 });
    expect(JSON.parse(JSON.stringify(entry))).toEqual(entry);
    expect(diagnostic("few-groups", "info", "x").details).toEqual({});
  });
});
