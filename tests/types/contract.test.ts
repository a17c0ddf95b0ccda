import { resolve } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** Snippets against the public types: what must compile, and what must not, with a word of the reason. */
const GOOD = [
  'fitMixed("y ~ x + (1 | g)", data, { method: "ML", df: "z" });',
  'fitMixed(summariseGroups("y ~ x + (1 | g)", data), { df: "none" });',
  'match(fitPropensity("t ~ x", data), { method: "nearest", caliper: { score: 0.2, age: { width: 2, units: "raw" } } });',
  'match({ treated: "t", score: new Float64Array(3), data }, { method: "nearest", order: "random", seed: 1 });',
  "frame({ a: [1, 2], b: new Float32Array(2) });",
  "frame([{ a: 1, b: null }]);",
  'const t: Table = summary(assessBalance(match({ treated: [1, 0], score: [1, 2] }, { method: "nearest" })));',
  'fitPropensity("t ~ x", data, { treated: "yes", link: "probit", penalty: "firth", weights: "w" });',
];
const BAD: [string, string][] = [
  ['fitMixed("y ~ x + (1 | g)", data, { method: "reml" });', '"reml"'],
  ['match({ treated: [1, 0], score: [1, 2] }, { method: "nearest", order: "biggest" });', '"biggest"'],
  ["match({ treated: [1, 0], score: [1, 2] }, {});", "method"],
  ['match({ treated: [1, 0], score: [1, 2] }, { method: "full", distance: "mahalanobis" });', '"mahalanobis"'],
  [
    'match({ treated: [1, 0], score: [1, 2] }, { method: "full", distance: (a: number, b: number) => b - a });',
    '"score" | "linear"',
  ],
  ['match({ treated: [1, 0], score: [1, 2] }, { method: "optimal", replace: true });', "replace"],
  ['match({ treated: [1, 0], score: [1, 2] }, { method: "nearest", calliper: 0.2 });', "calliper"],
  ['fitMixed("y ~ x + (1 | g)", data).coefficients = new Float64Array(1);', "read-only"],
  ['fitPropensity("t ~ x", data, { link: "cauchit" });', '"cauchit"'],
  ["join(frame(data), frame(data), {});", "on"],
  ['render(summary(5), "text");', "number"],
];

const HEADER = `
import { assessBalance, fitMixed, fitPropensity, frame, join, match, render, summariseGroups, summary, type Table } from "likewise";
declare const data: Record<string, number[]>;
void assessBalance; void fitMixed; void fitPropensity; void frame; void join; void match; void render; void summariseGroups; void summary;
`;

function errorsOf(snippets: readonly string[]): string[][] {
  const names = snippets.map((_, i) => `${root}/snippet-${i}.ts`);
  const text = new Map(names.map((name, i) => [name, `${HEADER}${snippets[i]}\nexport type Used = Table;`]));
  const { config } = ts.readConfigFile(`${root}/tsconfig.json`, ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (name) => text.get(name) ?? readFile(name);
  host.fileExists = (name) => text.has(name) || fileExists(name);
  host.getSourceFile = (name, language, ...rest) =>
    text.has(name) ? ts.createSourceFile(name, text.get(name)!, language) : getSourceFile(name, language, ...rest);
  const program = ts.createProgram(names, { ...options, noUnusedLocals: false }, host);
  return names.map((name) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(name))
      .map((entry) => ts.flattenDiagnosticMessageText(entry.messageText, " ")),
  );
}

describe("the public types", () => {
  const errors = errorsOf([...GOOD, ...BAD.map(([snippet]) => snippet)]);

  it.each(GOOD.map((snippet, i) => [snippet, i] as const))("compiles: %s", (_, i) => {
    expect(errors[i]).toEqual([]);
  });

  it.each(BAD.map(([snippet, reason], i) => [snippet, reason, i] as const))("does not compile: %s", (_, reason, i) => {
    const found = errors[GOOD.length + i];
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(reason);
  });
});
