import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFormula } from "../../src/formula/parse";
import { printExpression, printNumber } from "../../src/formula/print";
import { expandTerms } from "../../src/formula/terms";
import { tokenise } from "../../src/formula/tokens";
import type { Expression } from "../../src/formula/types";

/** The tree with every operation in brackets, to see how it was grouped. */
function grouped(tree: Expression): string {
  switch (tree.type) {
    case "unary":
      return `[${tree.operator}${grouped(tree.argument)}]`;
    case "binary":
      return `[${grouped(tree.left)} ${tree.operator} ${grouped(tree.right)}]`;
    case "parens":
      return grouped(tree.argument);
    case "call":
      return `${tree.name}(${tree.arguments.map(grouped).join(", ")})`;
    default:
      return printExpression(tree);
  }
}

const inside = (text: string): string => {
  const { fixed } = parseFormula(`~ I(${text})`);
  return grouped(fixed!).slice(2, -1);
};

function labelsOf(text: string): { intercept: boolean; terms: string[] } {
  const { fixed } = parseFormula(text);
  const list = expandTerms(fixed, text);
  const labels = list.terms.map((term) => term.map((index) => printExpression(list.variables[index])).join(":"));
  return { intercept: list.intercept, terms: labels };
}

describe("tokens", () => {
  it("are names, numbers, texts and symbols with their places", () => {
    const text = "y~log(.5e-3)  *`my var`\n- I(s != 'a b')**2";
    const tokens = tokenise(text);
    const written = tokens.map((token) => text.slice(token.span.start, token.span.end));
    expect(written).toEqual([
      ..."y ~ log ( .5e-3 ) *".split(" "),
      "`my var`",
      ..."- I ( s !=".split(" "),
      "'a b'",
      ")",
      "**",
      "2",
      "",
    ]);
    expect(tokens.map((token) => token.text)).toEqual(
      written.map((piece) => ({ "`my var`": "my var", "'a b'": "a b", "**": "^" })[piece] ?? piece),
    );
    expect(tokens.at(-1)).toMatchObject({ kind: "end", span: { start: text.length } });
  });
});

describe("precedence, as in R's ?Syntax", () => {
  it.each([
    ["-x^2", "[-[x ^ 2]]"],
    ["2^-x^2", "[2 ^ [-[x ^ 2]]]"],
    ["a^b^c", "[a ^ [b ^ c]]"],
    ["a - b - c", "[[a - b] - c]"],
    ["a / b * c", "[[a / b] * c]"],
    ["a + b * c^2", "[a + [b * [c ^ 2]]]"],
    ["-a + b", "[[-a] + b]"],
    ["-a * b", "[[-a] * b]"],
    ["a * -b", "[a * [-b]]"],
    ["!a == b", "[![a == b]]"],
    ["!a & b | c", "[[[!a] & b] | c]"],
    ["a | b & c", "[a | [b & c]]"],
    ["a + 1 > b * 2", "[[a + 1] > [b * 2]]"],
    ["a & !b > 1 & c", "[[a & [![b > 1]]] & c]"],
    ["a < -1", "[a < [-1]]"],
    ["a**2", "[a ^ 2]"],
    ["(a + b) / 2", "[[a + b] / 2]"],
    ["log(a + 1) * exp(-b)", "[log([a + 1]) * exp([-b])]"],
  ])("%s", (text, expected) => {
    expect(inside(text)).toBe(expected);
  });

  it("`:` binds tighter than `*` and weaker than unary minus", () => {
    expect(grouped(parseFormula("~ a*b:c + -d:e").fixed!)).toBe("[[a * [b : c]] + [[-d] : e]]");
  });
});

describe("labels, as R deparses them", () => {
  it.each([
    ["log( x+1 )", "log(x + 1)"],
    ["I(x /  2 ^z)", "I(x/2^z)"],
    ["I(s=='a\"b')", 'I(s == "a\\"b")'],
    ["poly(x,2,raw=TRUE)", "poly(x, 2, raw = TRUE)"],
    ["`x`", "x"],
    ["`my var`", "`my var`"],
    ["`in`", "`in`"],
    ["I(!a&b)", "I(!a & b)"],
    ["I((a+b)/2)", "I((a + b)/2)"],
    ["I(\n a +\n\t b)", "I(a + b)"],
    ["École.2_b", "École.2_b"],
  ])("%s", (text, expected) => {
    expect(printExpression(parseFormula(`~ ${text}`).fixed!)).toBe(expected);
  });

  // As R 4.2.2 deparses them.
  it.each([
    [100000, "1e+05"],
    [123456, "123456"],
    [0.0001, "1e-04"],
    [0.001, "0.001"],
    [0.00012, "0.00012"],
    [2.5, "2.5"],
    [0, "0"],
    [1e-15, "1e-15"],
    [1234567890123456, "1234567890123456"],
    [0.1 + 0.2, "0.3"],
    [1e100, "1e+100"],
    [3e5, "3e+05"],
    [120000, "120000"],
  ])("number %d", (value, expected) => {
    expect(printNumber(value)).toBe(expected);
  });
});

describe("parts of a formula", () => {
  it("response, fixed part, random terms", () => {
    const parsed = parseFormula("log(y) ~ 0 + a +\n (1 |  school) + b + ( x||g / h )");
    expect(printExpression(parsed.response!)).toBe("log(y)");
    expect(printExpression(parsed.fixed!)).toBe("0 + a + b");
    expect(parsed.randomTerms).toMatchObject([
      { effects: "1", groups: ["school"], uncorrelated: false, label: "(1 | school)" },
      { effects: "x", groups: ["g", "h"], uncorrelated: true, label: "( x||g / h )" },
    ]);
  });

  it("nothing but a random term leaves the intercept", () => {
    expect(parseFormula("y ~ (1 | g)").fixed).toBeNull();
    expect(labelsOf("y ~ (1 | g)")).toEqual({ intercept: true, terms: [] });
    expect(labelsOf("y ~ (1 | g) - 1")).toEqual({ intercept: false, terms: [] });
    expect(labelsOf("y ~ (a + (1 | g)) + b")).toEqual({ intercept: true, terms: ["a", "b"] });
  });

  it("has no response on one side", () => {
    expect(parseFormula("~ a").response).toBeNull();
  });
});

describe("terms, as R's terms.formula orders them", () => {
  it.each([
    ["a * b * c", ["a", "b", "c", "a:b", "a:c", "b:c", "a:b:c"]],
    ["(a + b + c)^2", ["a", "b", "c", "a:b", "a:c", "b:c"]],
    ["(a + b)^5", ["a", "b", "a:b"]],
    ["b:a + a", ["a", "b:a"]],
    ["a + b:a", ["a", "a:b"]],
    ["a * b - a", ["b", "a:b"]],
    ["a:b:a + b:a", ["a:b"]],
    ["a / b", ["a", "a:b"]],
    ["(a + b) / c", ["a", "b", "a:b:c"]],
    ["a / b / c", ["a", "a:b", "a:b:c"]],
    ["b %in% a", ["b:a"]],
    ["a + b - (b - c)", ["a"]],
    ["log(x + 1) + log(x+1)", ["log(x + 1)"]],
    ["a^1", ["a"]],
    ["(a * b)^2 - a:b", ["a", "b"]],
  ])("~ %s", (text, terms) => {
    expect(labelsOf(`~ ${text}`)).toEqual({ intercept: true, terms });
  });

  it.each([
    ["0 + a", false],
    ["a - 1", false],
    ["a + 0", false],
    ["a - 1 + 1", true],
    ["a - 0", true],
    ["-1 + a", false],
    ["a - (b - 1)", true],
    ["(a + b - 1)^2", false],
  ])("intercept of ~ %s", (text, intercept) => {
    expect(labelsOf(`~ ${text}`).intercept).toBe(intercept);
  });
});

const span = { start: 0, end: 0 };
const name: fc.Arbitrary<Expression> = fc
  .constantFrom("a", "b.1", "my var", "if", "x_y", ".z")
  .map((value) => ({ type: "name", name: value, span }));
const leaf: fc.Arbitrary<Expression> = fc.oneof(
  name,
  fc
    .double({ min: 0, max: 1e6, noNaN: true })
    .map((value): Expression => ({ type: "number", value: Number(value.toPrecision(6)), span })),
  fc.string().map((value): Expression => ({ type: "text", value, span })),
  fc.boolean().map((value): Expression => ({ type: "logical", value, span })),
);
const binaryOperators = ["+", "-", "*", "/", "^", ":", "<", ">=", "==", "!=", "&", "|", "||", "%in%"];

/** Trees as a parser makes them: operands of operators in brackets unless they are leaves. */
const { tree } = fc.letrec<{ tree: Expression; operand: Expression }>((tie) => ({
  operand: fc.oneof(
    leaf,
    tie("tree").map((argument): Expression => ({ type: "parens", argument, span })),
  ),
  tree: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc
      .record({ operator: fc.constantFrom("-", "+", "!"), argument: tie("operand") })
      .map((parts): Expression => ({ type: "unary", ...parts, span })),
    fc
      .record({ operator: fc.constantFrom(...binaryOperators), left: tie("operand"), right: tie("operand") })
      .map((parts): Expression => ({ type: "binary", ...parts, span })),
    fc
      .record({
        name: fc.constantFrom("log", "I", "my fun"),
        arguments: fc.array(tie("tree"), { minLength: 1, maxLength: 3 }),
      })
      .map((parts): Expression => ({ type: "call", ...parts, span })),
  ),
}));

const withoutSpans = (value: Expression): unknown =>
  JSON.parse(JSON.stringify(value, (key, part) => (key === "span" ? undefined : part)));

describe("printing", () => {
  it("parse(print(tree)) is the tree", () => {
    fc.assert(
      fc.property(tree, (original) => {
        const { response } = parseFormula(`${printExpression(original)} ~ a`);
        expect(withoutSpans(response!)).toEqual(withoutSpans(original));
      }),
      { numRuns: 1000 },
    );
  });

  it("spans point at what they name, and blanks do not matter", () => {
    fc.assert(
      fc.property(tree, (original) => {
        const text = `${printExpression(original)} ~ a`;
        const { response } = parseFormula(text);
        expect(text.slice(response!.span.start, response!.span.end)).toBe(printExpression(original));
      }),
    );
  });
});
