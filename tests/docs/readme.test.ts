import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { agreements } from "./agreement";
import { freshReadme } from "./readme";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const table = /<!-- agreement -->[\s\S]*<!-- \/agreement -->/;
const withoutAgreement = (text: string): string => text.replace(table, "");

describe("README", () => {
  it("prints what its first example prints (else: npm run docs)", () => {
    expect(withoutAgreement(freshReadme())).toBe(withoutAgreement(readme));
  }, 60_000);

  // Digits may differ by machine: a claim is kept where at least as many agree.
  it.each(agreements().map((line) => [line.what, line] as const))("claims no more than is true: %s", (what, line) => {
    const row = (table.exec(readme)?.[0] ?? "").split("\n").find((text) => text.startsWith(`| ${what} |`));
    const claimed = row?.split("|").at(-2)?.trim();
    expect(claimed, what).toBeDefined();
    expect(claimed === "every one" ? Number.POSITIVE_INFINITY : Number(claimed)).toBeLessThanOrEqual(line.digits);
  });
});
