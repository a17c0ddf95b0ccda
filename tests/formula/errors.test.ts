import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { frame } from "../../src/data/frame";
import { isLikewiseError, type LikewiseError } from "../../src/errors/error";
import { bindFormula } from "../../src/formula/bind";
import { buildDesign } from "../../src/formula/design";
import { pointAt } from "../../src/formula/error";
import { parseFormula } from "../../src/formula/parse";

function errorOf(run: () => unknown): LikewiseError {
  try {
    run();
  } catch (error) {
    if (isLikewiseError(error)) return error;
    throw error;
  }
  throw new Error("nothing was raised");
}

const data = frame({
  mathach: [1, 2, 3, 4],
  ses: [1, -2, 0, 5],
  race: ["black", "white", "white", "hispan"],
  sector: ["Public", "Catholic", "Public", "Public"],
  school: ["a", "a", "b", "b"],
  one: ["k", "k", "k", "k"],
  none: [null, null, null, null],
  flag: [true, false, true, true],
  inf: [1, Infinity, 2, 3],
  "my var": [1, 2, 3, 4],
});

/**
 * The gallery of messages.txt: blocks of a code, a reason, the formula and a caret line. The formula is what stands
 * indented without the carets.
 */
const cases = readFileSync(new URL("./messages.txt", import.meta.url), "utf8")
  .trimEnd()
  .split("\n\n")
  .map((block) => {
    const [, code, message] = /^\[(.*?)\] ([\s\S]*)$/.exec(block)!;
    const lines = message.split("\n").slice(1);
    const formula = lines.filter((line) => !/^ *\^+$/.test(line)).map((line) => line.slice(2));
    return { formula: formula.join("\n"), code, message };
  });

describe("messages of bindFormula", () => {
  it.each(cases)("$formula", ({ formula, code, message }) => {
    const error = errorOf(() => bindFormula(formula, data));
    expect(error.message).toBe(message);
    expect(error.code).toBe(code);
    expect(error.details.formula).toBe(formula);
  });

  it("syntax errors need no data", () => {
    const error = errorOf(() => parseFormula("y ~ a +"));
    expect(error.code).toBe("formula-syntax");
    expect(error.details.position).toBe(6);
  });

  it.each(["", " \n "])("an empty formula (%j)", (formula) => {
    const error = errorOf(() => bindFormula(formula, data));
    expect([error.code, error.message]).toEqual([
      "formula-syntax",
      "The formula is empty. Write for instance y ~ a + b.",
    ]);
  });

  it("a basis is made from every row of its column, so all must be finite, and differ", () => {
    const table = { y: [1, null, 3, 4], x: [1, Infinity, 3, 4], same: [2, 2, 2, 2] };
    expect(errorOf(() => bindFormula("y ~ poly(x, 2)", table)).message).toBe(
      "poly(x, 2) meets the value Infinity in row 2. Correct it, or set it to missing.\n  y ~ poly(x, 2)\n      ^^^^^^^^^^",
    );
    expect(bindFormula("y ~ x", table).centres?.[1]).toBe(8 / 3);
    const constant = errorOf(() => bindFormula("y ~ scale(same)", table));
    expect([constant.code, constant.message.split("\n")[0]]).toEqual([
      "constant",
      "scale(same) needs more than one distinct value.",
    ]);
  });

  it("a formula must be text", () => {
    const error = errorOf(() => bindFormula(undefined as unknown as string, data));
    expect(error.code).toBe("invalid-argument");
    expect(error.message).toBe('A formula is text such as "y ~ a + b", not undefined.');
  });

  it("no row is complete", () => {
    const error = errorOf(() => bindFormula("y ~ x", { y: [1, null], x: [null, 2] }));
    expect(error.code).toBe("empty-data");
    expect(error.message).toBe(
      "No rows are left: each of the 2 rows has a missing value in a column of the formula (y 1, x 1).",
    );
  });
});

describe("carets", () => {
  it("stand under the right line, tabs counting as one", () => {
    expect(pointAt("y ~\n\ta +\n\tbb", { start: 10, end: 12 })).toBe("  y ~\n   a +\n   bb\n   ^^");
  });

  it("stop at the end of the line", () => {
    expect(pointAt("y ~ log(\na)", { start: 4, end: 11 })).toBe("  y ~ log(\n      ^^^^\n  a)");
  });
});

describe("reference levels", () => {
  it.each([
    [
      { race: "whit" },
      "unknown-level",
      'The reference of "race" is not among its levels: "whit". Did you mean "white"?',
    ],
    [
      { rase: "white" },
      "unknown-column",
      'A reference level is given for "rase", which the formula does not have. Did you mean "race"?',
    ],
    [
      { ses: "1" },
      "unknown-column",
      'A reference level is given for "ses", which is a number there; write factor() around it.',
    ],
    [
      { mathach: "1" },
      "unknown-column",
      'A reference level is given for "mathach", which the formula does not have. The factors are: race.',
    ],
  ])("%o", (reference, code, message) => {
    const error = errorOf(() =>
      bindFormula("~ race + ses", data, { reference: { ...reference } as Record<string, string> }),
    );
    expect([error.code, error.message]).toEqual([code, message]);
  });
});

describe("schemas", () => {
  const columns = { age: "number", race: { levels: ["black", "white"] }, school: "text" } as const;
  it.each([
    [
      "~ poly(age, 2)",
      "invalid-argument",
      "Data are needed to make poly(age, 2): a schema does not know its values; bind to data, or write raw = TRUE.",
    ],
    [
      "~ scale(age)",
      "invalid-argument",
      "Data are needed to make scale(age): a schema does not know its values; bind to data.",
    ],
    ["~ school", "invalid-argument", 'The schema must list the levels of "school": { levels: [...] }.'],
    ["~ factor(age)", "invalid-argument", 'The schema must list the levels of "age": { levels: [...] }.'],
    ["~ rac", "unknown-column", 'Unknown column "rac". Did you mean "race"?'],
    ["~ I(race == 'whit')", "unknown-level", 'Column "race" has no value "whit". Did you mean "white"?'],
    ["~ log(race)", "wrong-type", 'log() needs numbers, not column "race", which holds text.'],
  ])("%s", (formula, code, reason) => {
    const error = errorOf(() => bindFormula(formula, { columns }));
    expect([error.code, error.message.split("\n")[0]]).toEqual([code, reason]);
    expect(error.message.split("\n")[1]).toBe(`  ${formula}`);
  });

  it("must say what each column holds", () => {
    const wrong = { columns: { age: "numeric" } } as unknown as { columns: { age: "number" } };
    expect(errorOf(() => bindFormula("~ age", wrong)).message).toBe(
      'The schema must say of column "age" that it holds "number", "logical", "text" or { levels: [...] }.',
    );
    const twice = { columns: { race: { levels: ["a", "a"] } } };
    expect(errorOf(() => bindFormula("~ race", twice)).message).toBe('The schema names a level of "race" twice.');
  });
});

describe("messages of buildDesign", () => {
  const bound = bindFormula("mathach ~ ses + race + (1 | school)", data);
  const rows = { mathach: [1, 2, 3], ses: [1, 2, 3], race: ["black", "white", "black"], school: ["a", "b", "b"] };
  const shownFor = (table: Parameters<typeof buildDesign>[1], options = {}): [string, string] => {
    const error = errorOf(() => buildDesign(bound, table, options));
    return [error.code, error.message];
  };

  it("a level that was not there at binding", () => {
    expect(shownFor({ ...rows, race: ["black", "asian", "white"] })).toEqual([
      "unknown-level",
      'race has the value "asian" in row 2, which was not among the levels when the formula was bound: black, hispan, white. ' +
        "Leave those rows out; or, if they are a part of the data, bind the formula to all data, or to a frame with every level: " +
        'frame(data, { levels: { race: ["black", "hispan", "white", "asian"] } }).\n' +
        "  mathach ~ ses + race + (1 | school)\n" +
        "                  ^^^^",
    ]);
    const error = errorOf(() => buildDesign(bound, { ...rows, race: ["asian", "roma", "asian"] }));
    expect(error.message).toContain('race has the value "asian" in row 1 (3 rows in all with asian, roma), which');
    expect(error.details).toMatchObject({ column: "race", row: 0, values: ["asian", "roma"], count: 3 });
  });

  it("a new level in a row that is left out does no harm", () => {
    const design = buildDesign(bound, { ...rows, ses: [1, null, 3], race: ["black", "asian", "white"] });
    expect([...design.x[3]]).toEqual([0, 1]);
  });

  it("a column of another type than at binding", () => {
    expect(shownFor({ ...rows, race: [1, 2, 3] })).toEqual([
      "wrong-type",
      "race was text or a factor when the formula was bound and is numeric in these data. Give the column the same type.\n" +
        "  mathach ~ ses + race + (1 | school)\n" +
        "                  ^^^^",
    ]);
    expect(shownFor({ ...rows, ses: [true, false, true] })[1]).toContain(
      "ses was numeric when the formula was bound and is true or false",
    );
  });

  it("columns that are not there", () => {
    const { school: _, ...without } = rows;
    expect(shownFor({ ...without, schol: ["a", "a", "b"] })).toEqual([
      "unknown-column",
      'Unknown column "school". Did you mean "schol"?\n' +
        "  mathach ~ ses + race + (1 | school)\n" +
        "                              ^^^^^^",
    ]);
  });

  it("missing values refused", () => {
    expect(shownFor({ ...rows, ses: [1, null, 3], race: [null, null, "black"] }, { missing: "error" })).toEqual([
      "missing-values",
      '2 rows have missing values (ses 1, race 2; first in row 1). Complete them, or leave those rows out with missing: "drop".',
    ]);
    expect(shownFor({ ...rows, ses: [1, 2, null] }, { missing: "error" })[1]).toContain(
      "1 row has missing values (ses 1; first in row 3)",
    );
  });

  it("a column without any value, also a further one", () => {
    expect(shownFor({ ...rows, race: [null, null, null] })).toEqual([
      "missing-values",
      'Column "race" is missing in every row.\n  mathach ~ ses + race + (1 | school)\n                  ^^^^',
    ]);
    const weights = frame({ w: [null, null, null] }).columns[0];
    expect(shownFor(rows, { alsoComplete: [weights] })).toEqual([
      "missing-values",
      'Column "w" is missing in every row.',
    ]);
  });

  it("infinite numbers, in the data, in further columns, from expressions; not in rows left out", () => {
    expect(shownFor({ ...rows, ses: [1, -Infinity, Infinity] })[1]).toContain(
      'Column "ses" is -Infinity in row 2 and infinite or undefined in 1 more row. Correct it, or set it to missing.',
    );
    const weights = frame({ w: [1, 2, Infinity] }).columns[0];
    expect(shownFor(rows, { alsoComplete: [weights] })).toEqual([
      "non-finite",
      'Column "w" is Infinity in row 3. Correct it, or set it to missing.',
    ]);
    const logged = bindFormula("~ log(a) + b", { a: [1, 2, 3], b: [1, 2, 3] });
    const error = errorOf(() => buildDesign(logged, { a: [1, 0], b: [1, 2] }));
    expect(error.message).toBe(
      "log(a) is -Infinity in row 2 (a = 0). Change the expression, or leave those rows out.\n  ~ log(a) + b\n    ^^^^^^",
    );
    expect(error.details).toMatchObject({ expression: "log(a)", row: 1, count: 1 });
    expect(buildDesign(logged, { a: [1, 0], b: [1, null] }).n).toBe(1);
    expect(buildDesign(logged, { a: [1, Infinity], b: [1, null] }).n).toBe(1);
  });

  it("products beyond the range of doubles", () => {
    const product = bindFormula("~ a:b", { a: [1, 2], b: [1, 2] });
    const error = errorOf(() => buildDesign(product, { a: [null, 1e200], b: [1, 1e200] }));
    expect([error.code, error.message]).toEqual([
      "non-finite",
      "a:b is too large for a number in row 2. Rescale its columns.",
    ]);
  });

  it("something that is not a bound formula", () => {
    const error = errorOf(() => buildDesign("y ~ x" as unknown as typeof bound, rows));
    expect(error.message).toBe("buildDesign needs a bound formula: bindFormula(formula, data) makes one.");
  });
});
