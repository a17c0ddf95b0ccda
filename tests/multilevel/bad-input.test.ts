import { describe, expect, it } from "vitest";
import { type FitMixedOptions, fitMixed } from "../../src/multilevel/fit";
import type { SummariseOptions } from "../../src/multilevel/summarise";
import { errorOf } from "../helpers/reference";

const n = 24;
const wave = (k: number, i: number): number => 2 * Math.sin(12.9898 * (i + 1) * (k + 1));
const rows = Array.from({ length: n }, (_, i) => i);
/** Six schools of four pupils in three alliances. */
const base = {
  alliance: rows.map((i) => `a${Math.floor(i / 8)}`),
  school: rows.map((i) => `s${Math.floor(i / 4)}`),
  x: rows.map((i) => wave(0, i)),
  y: rows.map((i) => wave(2, i) + wave(3, Math.floor(i / 4)) + wave(4, Math.floor(i / 8))),
};
type Table = Record<string, unknown[]>;
const with_ = (column: string, value: (i: number) => unknown): Table => ({ ...base, [column]: rows.map(value) });

const RANDOM = {
  intercept: "(1 | school)",
  nested: "(1 | alliance/school)",
  slopes: "(1 + x | school)",
} as const;

/** What goes wrong, the rows, the code, and words that say where and what to do; by structure where these differ. */
const CASES: [string, Table, string, string[]][] = [
  ["all schools missing", with_("school", () => null), "missing-values", ['"school" is missing in every row']],
  [
    "one school",
    { ...base, school: rows.map(() => "s"), alliance: rows.map(() => "a") },
    "too-few-groups",
    ["All 24 rows belong to one", "at least two"],
  ],
  [
    "an outcome without remainder",
    with_("y", (i) => 2 * base.x[i] + Math.floor(i / 4)),
    "perfect-fit",
    ['explain "y" without remainder', "Check whether"],
  ],
  ["an outcome of schools", with_("y", (i) => Math.floor(i / 4)), "perfect-fit", ['"y"', "Check whether"]],
  ["a constant outcome", with_("y", () => 0.1), "constant", ['"y" is the same in every row']],
  [
    "an infinite covariate",
    with_("x", (i) => (i === 5 ? Infinity : base.x[i])),
    "non-finite",
    ['Column "x" is Infinity in row 6', "Correct it"],
  ],
  [
    "an infinite outcome",
    with_("y", (i) => (i === 5 ? -Infinity : base.y[i])),
    "non-finite",
    ['Column "y" is -Infinity in row 6'],
  ],
  [
    "an outcome too large to be squared",
    with_("y", (i) => 1e200 * base.y[i]),
    "non-finite",
    ['"y" is too large', "e+200 in row", "Divide it"],
  ],
  [
    "a covariate too large to be squared",
    with_("x", (i) => (i === 9 ? 1e170 : base.x[i])),
    "non-finite",
    ['"x" is too large', "1e+170 in row 10"],
  ],
  [
    "an outcome too small to be squared",
    with_("y", (i) => 1e-200 * base.y[i]),
    "non-finite",
    ['"y" is too small', "Multiply it"],
  ],
  ["a text outcome", with_("y", (i) => `grade ${i % 3}`), "wrong-type", ['"y" holds text']],
];

describe.each(Object.entries(RANDOM))("%s", (structure, random) => {
  const formula = `y ~ x + ${random}`;
  const modelOf = (data: Table, options: FitMixedOptions & SummariseOptions = {}, text = formula) =>
    fitMixed(text, data as Record<string, number[]>, options);

  it.each(CASES)("%s", (_, data, code, words) => {
    const error = errorOf(() => modelOf(data));
    expect(error.code).toBe(code);
    for (const word of words) expect(error.message).toContain(word);
  });

  it("missing groups are dropped with a count, or refused with their column and row", () => {
    const gap = with_("school", (i) => (i === 3 ? null : base.school[i]));
    const model = modelOf(gap);
    expect([model.nobs, model.diagnostics[0].code]).toEqual([n - 1, "rows-dropped"]);
    expect(model.diagnostics[0].message).toContain("1 of 24 rows were left out because of missing values: school 1");
    const error = errorOf(() => modelOf(gap, { missing: "error" }));
    expect([error.code, error.message.includes("school 1; first in row 4")]).toEqual(["missing-values", true]);
  });

  it("as many groups as rows", () => {
    const error = errorOf(() => modelOf(with_("school", (i) => `p${i}`)));
    expect(error.code).toBe(structure === "slopes" ? "too-rich" : "not-identified");
    expect(error.message).toMatch(
      structure === "slopes" ? /48 effects from 24 rows/ : /Every school(:alliance)? has one row/,
    );
  });

  it("columns that tell every school apart leave no variance between schools", () => {
    const error = errorOf(() => modelOf(base, {}, `y ~ x + school + ${random}`));
    expect(error.code).toBe("not-identified");
    expect(error.message).toMatch(/The fixed columns tell every school(:alliance)? from the others/);
    // One fewer leaves something.
    const five = with_("dummy", (i) => (i < 4 || i >= 20 ? "both" : base.school[i]));
    expect(modelOf(five, {}, `y ~ x + dummy + ${random.replace("1 + x", "1")}`).ngroups).toBeGreaterThan(2);
  });

  it("no random term, none of its effects, unknown options", () => {
    expect(errorOf(() => modelOf(base, {}, "y ~ x"))).toMatchObject({
      code: "not-mixed",
      message: '"y ~ x" has no random term, so this is not a mixed model. Add one, such as + (1 | school).',
    });
    expect(errorOf(() => modelOf(base, {}, "y ~ x + (0 | school)")).message).toContain(
      "(0 | school) has no random effects",
    );
    const typo = errorOf(() => modelOf(base, { metod: "ML" } as FitMixedOptions));
    expect(typo.message).toBe('fitMixed has no option "metod". Did you mean "method"?');
  });
});

describe("nested groups", () => {
  it("columns that tell every alliance apart leave no variance between alliances", () => {
    const error = errorOf(() => fitMixed("y ~ x + alliance + (1 | alliance/school)", base));
    expect(error.code).toBe("not-identified");
    expect(error.message).toContain("tell every alliance from the others");
    expect(fitMixed("y ~ x + (1 | alliance/school)", base).ngroups).toBe(3);
  });

  it("one school in every alliance", () => {
    const error = errorOf(() => fitMixed("y ~ x + (1 | school/alliance)", base));
    expect([error.code, error.message.includes("Leave one of them out")]).toEqual(["not-identified", true]);
  });
});
