import { describe, expect, it } from "vitest";
import { frame } from "../../src/data/frame";
import { remember, sourceOf } from "../../src/data/source";

describe("source", () => {
  it("is remembered, but neither listed, serialised nor cloned", () => {
    const data = frame({ x: [1] });
    const result = remember({ kind: "model", terms: ["x"] }, { data, extra: 1 });
    expect(sourceOf(result)).toEqual({ data, extra: 1 });
    expect(sourceOf(result)?.data).toBe(data);
    expect(Object.keys(result)).toEqual(["kind", "terms"]);
    expect(JSON.stringify(result)).toBe('{"kind":"model","terms":["x"]}');
    expect(sourceOf(structuredClone(result))).toBeUndefined();
    expect(sourceOf(JSON.parse(JSON.stringify(result)))).toBeUndefined();
  });

  it("is understood by another copy of the module, through the registered symbol", () => {
    const result = remember({}, {});
    expect(Object.getOwnPropertySymbols(result)).toEqual([Symbol.for("likewise.source")]);
  });
});
