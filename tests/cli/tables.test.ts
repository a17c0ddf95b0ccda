import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { numericColumn } from "../../src/data/column";
import { join as joinTables } from "../../src/data/join";
import { fromJson } from "../../src/json";
import { match } from "../../src/matching/match";
import { matchedData } from "../../src/matching/matched-data";
import { fitMixed } from "../../src/multilevel/fit";
import type { MixedModel } from "../../src/multilevel/types";
import { readCsv } from "../../src/node/read-csv";
import { fitPropensity } from "../../src/propensity/fit";
import { inFolder, likewise } from "./run";

const data = (name: string): string => `${import.meta.dirname}/../../examples/data/hsb-${name}.csv`;
const FORMULA = "catholic ~ size + himinty + meanses";
const MATCH = ["match", FORMULA, "--data", data("schools"), "--distance", "linear", "--caliper", "0.2"];

const hsbMatch = async () =>
  match(fitPropensity(FORMULA, await readCsv(data("schools"))), {
    method: "nearest",
    distance: "linear",
    caliper: 0.2,
  });

describe("match, balance and fit follow each other through CSV files", () => {
  it("as the library does in memory: 37 Catholic schools, and the effect on their pupils", () =>
    inFolder(async (folder) => {
      const file = (name: string): string => join(folder, name);
      const matched = await likewise([...MATCH, "--out", file("matched.csv"), "--pairs", file("pairs.csv")]);
      expect([matched.code, matched.err]).toEqual([0, ""]);
      expect(matched.out).toContain("Matched: 37 treated with 37 control");
      expect(matched.out).toContain(`Written: ${file("matched.csv")}\nWritten: ${file("pairs.csv")}`);
      const result = await hsbMatch();
      const table = await readCsv(file("matched.csv"));
      const wanted = matchedData(result);
      expect(table.columns.map(({ name }) => name)).toEqual(wanted.columns.map(({ name }) => name));
      for (const name of ["size", "distance", "weights", "subclass"]) {
        expect(numericColumn(table, name)).toEqual(numericColumn(wanted, name));
      }
      expect((await readCsv(file("pairs.csv"))).rows).toBe(74);

      const model = [
        "fit",
        "mathach ~ catholic + ses + (1 | school)",
        "--data",
        data("pupils"),
        "--schools",
        file("matched.csv"),
      ];
      const fitted = await likewise([...model, "--out", file("fixed.csv"), "--random", file("random.csv"), "--json"]);
      expect([fitted.code, fitted.err]).toEqual([0, ""]);
      const json = fromJson(fitted.out) as MixedModel;
      const direct = fitMixed(
        "mathach ~ catholic + ses + (1 | school)",
        joinTables(
          await readCsv(data("pupils"), { types: { school: "text" } }),
          await readCsv(file("matched.csv"), { types: { school: "text" } }),
          { on: "school", unmatched: "drop" },
        ),
      );
      expect(json.fixed).toEqual(direct.fixed);
      const fixed = await readCsv(file("fixed.csv"));
      expect([...numericColumn(fixed, "estimate")]).toEqual(direct.fixed.map(({ estimate }) => estimate));
      expect((await readCsv(file("random.csv"))).rows).toBe(74);
    }));

  it("balance of the weights that match --all wrote", () =>
    inFolder(async (folder) => {
      const [all, out] = [join(folder, "all.csv"), join(folder, "balance.csv")];
      expect(await likewise([...MATCH, "--all", "--out", all, "--quiet"])).toEqual({ code: 0, out: "", err: "" });
      expect((await readCsv(all)).rows).toBe(160);
      const { code, out: printed } = await likewise([
        "balance",
        FORMULA,
        "--data",
        all,
        "--weights",
        "weights",
        "--subclass",
        "subclass",
        "--threshold",
        "0.3",
        "--out",
        out,
      ]);
      expect(code).toBe(0);
      expect(printed).toContain("|std. mean diff.| of at most 0.3: 1 before and 3 after of 3 covariates");
      const rows = await readCsv(out);
      expect(rows.rows).toBe(3);
      // The value of the account of this study in the README.
      expect(Math.max(...numericColumn(rows, "smdAfter"))).toBeCloseTo(0.25, 2);
    }));

  it("other methods, and treated schools by another word", () =>
    inFolder(async (folder) => {
      const schools = join(folder, "schools.csv");
      const text = readFileSync(data("schools"), "utf8");
      const lines = text
        .trim()
        .split(/\r?\n/)
        .map((line, i) => `${line},${i === 0 ? "sector" : line.split(",")[2] === "1" ? "catholic" : "public"}`);
      writeFileSync(schools, lines.join("\n"));
      const words = (formula: string, ...more: string[]): string[] => [
        "match",
        formula,
        "--data",
        schools,
        "--json",
        ...more,
      ];
      const byWord = await likewise(words("sector ~ size + meanses", "--treated", "catholic", "--method", "full"));
      const byNumber = await likewise(words("catholic ~ size + meanses", "--treated", "1", "--method", "full"));
      expect(byNumber.err).toBe("");
      const weights = (outcome: { out: string }): unknown => JSON.parse(outcome.out).weights;
      expect(weights(byWord)).toEqual(weights(byNumber));
      const cem = await likewise(words("catholic ~ size + himinty", "--method", "cem"));
      expect(JSON.parse(cem.out).counts.matched.treated).toBeGreaterThan(0);
      const without = await likewise(words("sector ~ size"));
      expect(without.code).toBe(1);
      expect(without.err).toMatch(/treated/);
      const wrong = await likewise(words("catholic ~ size", "--method", "full", "--replace"));
      expect([wrong.code, wrong.err.split("\n")[0]]).toEqual([
        1,
        expect.stringContaining('Full matching has no option "replace".'),
      ]);
    }));

  it.each([
    ["catholic", "yes", '--treated must be a number, as "catholic" has it, not "yes".'],
    ["urban", "yes", '--treated must be TRUE or FALSE, as "urban" has it, not "yes".'],
  ])("a treated level that %s cannot have is refused, not taken for the other", (name, level, sentence) =>
    inFolder(async (folder) => {
      const schools = join(folder, "schools.csv");
      const lines = readFileSync(data("schools"), "utf8").trim().split(/\r?\n/);
      writeFileSync(schools, lines.map((line, i) => `${line},${i === 0 ? "urban" : i % 3 === 0}`).join("\n"));
      const words = (treated: string): string[] => ["match", `${name} ~ size`, "--data", schools, "--treated", treated];
      const { code, err } = await likewise(words(level));
      expect([code, err]).toEqual([2, `${sentence} Try likewise match --help.\n`]);
      expect((await likewise(words(name === "urban" ? "True" : "1"))).code).toBe(0);
    }),
  );

  it("--all without --out is refused", async () => {
    expect((await likewise([...MATCH, "--all"])).err).toMatch(/^--all is of --out, which is not given\./);
  });

  it("fit calls a school's column _school where the pupils have another of that name", () =>
    inFolder(async (folder) => {
      const file = join(folder, "schools.csv");
      writeFileSync(file, readFileSync(data("schools"), "utf8").replace("meanses", "ses"));
      const words = ["fit", "mathach ~ ses + ses_school + (1 | school)", "--data", data("pupils"), "--schools", file];
      const { code, out, err } = await likewise([...words, "--json"]);
      expect([code, err]).toEqual([0, ""]);
      expect(JSON.parse(out).terms).toEqual(["(Intercept)", "ses", "ses_school"]);
    }));

  it("never over a file that is there, and tells so before the work", () =>
    inFolder(async (folder) => {
      const file = join(folder, "matched.csv");
      copyFileSync(data("schools"), file);
      const words = ["match", "no ~ such", "--data", "/nowhere.csv", "--out", file];
      const { code, err } = await likewise(words);
      expect([code, err]).toEqual([
        1,
        `"${file}" exists already. Choose another place, or allow it to be replaced with --force.\n`,
      ]);
      expect(readFileSync(file, "utf8")).toBe(readFileSync(data("schools"), "utf8"));
      expect((await likewise([...MATCH, "--out", file, "--force"])).code).toBe(0);
      expect((await readCsv(file)).rows).toBe(74);
    }));

  it("reads CSV in another encoding", () =>
    inFolder(async (folder) => {
      const file = join(folder, "schools.csv");
      const rows = Array.from({ length: 12 }, (_, i) => `${i % 3 === 0 ? "Zürich" : "Genève"},${i % 2},${(i * 5) % 7}`);
      writeFileSync(file, Buffer.from(`kanton,treated,size\n${rows.join("\n")}\n`, "latin1"));
      const words = ["balance", "treated ~ kanton + size", "--data", file];
      expect((await likewise(words)).err).toMatch(/is not UTF-8 \(first in line 2\)\. .*encoding: "windows-1252"/);
      const { code, out } = await likewise([...words, "--encoding", "windows-1252"]);
      expect(code).toBe(0);
      expect(out).toContain("kantonZürich");
    }));

  it("reads Parquet by its ending", async () => {
    const file = `${import.meta.dirname}/../node/data/regions.parquet`;
    const { code, out } = await likewise(["fit", "size ~ 1 + (1 | region)", "--data", file, "--json"]);
    expect(code).toBe(0);
    const { nobs } = JSON.parse(out);
    expect(nobs).toBe(52);
  });
});
