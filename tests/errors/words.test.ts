import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { count, listSome, nearestName, suggest } from "../../src/errors/words";

describe("listSome", () => {
  it("lists up to five, then a count", () => {
    expect(listSome([])).toBe("");
    expect(listSome(["a", 2, null])).toBe("a, 2, null");
    expect(listSome([1, 2, 3, 4, 5])).toBe("1, 2, 3, 4, 5");
    expect(listSome([1, 2, 3, 4, 5, 6])).toBe("1, 2, 3, 4, 5 and 1 more");
    expect(listSome(Array.from({ length: 5006 }, (_, i) => i))).toBe("0, 1, 2, 3, 4 and 5,001 more");
    expect(listSome([1, 2, 3], 2)).toBe("1, 2 and 1 more");
  });
});

describe("count", () => {
  it("agrees in number and groups thousands", () => {
    expect(count(0, "row")).toBe("0 rows");
    expect(count(1, "row")).toBe("1 row");
    expect(count(12000, "school")).toBe("12,000 schools");
    expect(count(2, "entry", "entries")).toBe("2 entries");
  });
});

describe("nearestName", () => {
  const columns = ["school", "size", "meanses", "himinty", "x"];

  it("finds a misspelt name: a letter more, less, other, swapped, or in another case", () => {
    expect(nearestName("schools", columns)).toBe("school");
    expect(nearestName("shool", columns)).toBe("school");
    expect(nearestName("scjool", columns)).toBe("school");
    expect(nearestName("shcool", columns)).toBe("school");
    expect(nearestName("MeanSES", columns)).toBe("meanses");
    expect(nearestName("X", columns)).toBe("x");
  });

  it("offers nothing for a name that shares nothing", () => {
    expect(nearestName("pracad", columns)).toBeUndefined();
    expect(nearestName("", columns)).toBeUndefined();
    expect(nearestName("school", [])).toBeUndefined();
    // One letter for another is not a misspelling.
    expect(nearestName("y", columns)).toBeUndefined();
  });

  it("prefers the nearest, and the earlier among equals", () => {
    expect(nearestName("sizes", ["sizesq", "size"])).toBe("sizesq");
    expect(nearestName("score", ["scores", "score2"])).toBe("scores");
    expect(nearestName("SES", ["sex", "ses"])).toBe("ses");
  });

  it("finds every name again after one edit (property)", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c", "d"), minLength: 3, maxLength: 12 });
    fc.assert(
      fc.property(word, fc.nat(), (name, seed) => {
        const position = seed % name.length;
        expect(nearestName(name.slice(0, position) + name.slice(position + 1), [name])).toBe(name);
        expect(nearestName(`${name.slice(0, position)}z${name.slice(position)}`, [name])).toBe(name);
      }),
    );
  });
});

describe("suggest", () => {
  it("offers the nearest name, or lists what there is, or says nothing", () => {
    expect(suggest("sise", ["size", "ses"])).toBe(' Did you mean "size"?');
    expect(suggest("outcome", ["size", "ses"])).toBe(" The columns are: size, ses.");
    expect(suggest("outcome", ["size"], "levels")).toBe(" The levels are: size.");
    expect(suggest("outcome", [])).toBe("");
  });

  it("lists at most eight", () => {
    const many = Array.from({ length: 10 }, (_, i) => `column${i}`);
    expect(suggest("zzz", many)).toMatch(/column7 and 2 more\.$/);
  });
});
