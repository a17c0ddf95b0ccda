import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { docSnippets, markdownSnippets, withClaims } from "./snippets";

const folder = new URL("./generated/", import.meta.url);
mkdirSync(folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const snippets = [...markdownSnippets("README.md"), ...docSnippets()];

describe("every example in README and the doc comments runs and says the truth", () => {
  it("there are many of them", () => {
    expect(snippets.length).toBeGreaterThan(20);
  });

  it.each(snippets.map((snippet, i) => ({ ...snippet, i })))("$where", async ({ where, code, i }) => {
    const file = new URL(`example-${i}.ts`, folder);
    writeFileSync(file, withClaims({ where, code }));
    const { __claims } = (await import(/* @vite-ignore */ file.pathname)) as { __claims: [unknown, unknown][] };
    for (const [actual, claimed] of __claims) expect(plain(actual)).toEqual(claimed);
  });
});

const plain = (value: unknown): unknown => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value);
