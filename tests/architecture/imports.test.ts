import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { describe, expect, it } from "vitest";

/** Folders by floor, lowest first; a folder may import lower floors only. */
const FLOORS = [
  ["errors"],
  ["random", "distributions", "linalg", "data", "display"],
  ["formula"],
  ["propensity", "multilevel"],
  ["matching", "weighting", "synthetic", "sql"],
  ["balance"],
  ["effects"],
  ["study", "plots"],
  ["report"],
  ["node"],
  ["cli"],
];

const root = new URL("../../src/", import.meta.url);
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts"))
  .sort();
const source = new Map(files.map((file) => [file, readFileSync(new URL(file, root), "utf8")]));

/** Files under src/ that a file imports or exports from. */
function importsOf(file: string): string[] {
  const found = [...source.get(file)!.matchAll(/(?:^|\n)\s*(?:import|export)\b[^"';]*?from\s+"(\.[^"]+)"/g)];
  return found.map(([, specifier]) => {
    const path = posix.normalize(posix.join(posix.dirname(file), specifier));
    return source.has(`${path}.ts`) ? `${path}.ts` : `${path}/index.ts`;
  });
}

const floorOf = (file: string): number => FLOORS.findIndex((floor) => floor.includes(file.split("/")[0]));

describe("the house", () => {
  it("every folder has a floor", () => {
    const folders = new Set(files.filter((file) => file.includes("/")).map((file) => file.split("/")[0]));
    expect([...folders].filter((folder) => floorOf(`${folder}/`) < 0)).toEqual([]);
  });

  it("imports go to lower floors or stay in the folder", () => {
    const against = files
      .filter((file) => file.includes("/"))
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => target.split("/")[0] !== file.split("/")[0] && floorOf(target) >= floorOf(file))
          .map((target) => `${file} → ${target}`),
      );
    expect(against).toEqual([]);
  });

  it("imports exist, and no two files import each other, however far around", () => {
    const state = new Map<string, "open" | "done">();
    const loops: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === "done") return;
      if (state.get(file) === "open") {
        loops.push([...path.slice(path.indexOf(file)), file].join(" → "));
        return;
      }
      expect(source.has(file), `${path.at(-1)} imports ${file}`).toBe(true);
      state.set(file, "open");
      for (const target of importsOf(file)) visit(target, [...path, file]);
      state.set(file, "done");
    };
    for (const file of files) visit(file, []);
    expect(loops).toEqual([]);
  });

  it("only node/, cli/ and sql/ touch Node", () => {
    const touching = files.filter((file) => /from "node:|\bprocess\.|\bBuffer\b/.test(source.get(file)!));
    expect(touching.filter((file) => !/^(node|cli|sql)\//.test(file))).toEqual([]);
  });

  it("the library neither prints, nor draws unseeded numbers, nor asks for classes", () => {
    const pattern = /Math\.random\(|console\.|\binstanceof [A-Z][a-z]+(?!Array)\b|^\s*(export )?class /m;
    const offenders = files.filter((file) => pattern.test(source.get(file)!.replaceAll(/^\s*(\*|\/\/).*$/gm, "")));
    expect(offenders).toEqual([]);
  });
});
