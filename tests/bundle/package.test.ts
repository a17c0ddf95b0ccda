import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createContext, runInContext } from "node:vm";
import { build } from "tsup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const home = mkdtempSync(join(tmpdir(), "likewise-consumer-"));
const run = (command: string, args: readonly string[], cwd = home): string =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** The package as a user installs it: packed, unpacked, its dependencies beside it. */
beforeAll(() => {
  run("npx", ["tsup", "--silent"], root);
  run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", home], root);
  const tarball = readdirSync(home).find((file) => file.endsWith(".tgz"))!;
  mkdirSync(join(home, "node_modules"), { recursive: true });
  run("tar", ["-xzf", tarball]);
  run("mv", ["package", "node_modules/likewise"]);
  for (const dependency of Object.keys(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).dependencies)) {
    symlinkSync(join(root, "node_modules", dependency), join(home, "node_modules", dependency));
  }
  // Who reads files in TypeScript on Node has Node's types.
  mkdirSync(join(home, "node_modules/@types"));
  symlinkSync(join(root, "node_modules/@types/node"), join(home, "node_modules/@types/node"));
  symlinkSync(join(root, "node_modules/undici-types"), join(home, "node_modules/undici-types"));
  writeFileSync(join(home, "package.json"), '{ "type": "module" }');
  writeFileSync(join(home, "pupils.csv"), readFileSync(join(root, "examples/data/hsb-pupils.csv")));
}, 180_000);

afterAll(() => rmSync(home, { recursive: true, force: true }));

const SCRIPT = `
  const pupils = await readCsv("pupils.csv", { types: { school: "text" } });
  const model = fitMixed("mathach ~ ses + (1 | school)", pupils);
  let code = "";
  try { fitMixed("mathach ~ sess + (1 | school)", pupils); } catch (error) { code = isLikewiseError(error) && error.code; }
  let fileCode = "";
  try { await readCsv("none.csv"); } catch (error) { fileCode = isLikewiseError(error) && error.code; }
  console.log(model.coefficients[1].toFixed(6), model.ngroups, render(summary(model), "csv").split("\\r\\n").length, code, fileCode);
`;
const NAMES = "{ fitMixed, isLikewiseError, render, summary }";

describe("the packed package", () => {
  it("holds what it should and nothing else", () => {
    const files = readdirSync(join(home, "node_modules/likewise"), { recursive: true, encoding: "utf8" });
    const unexpected = files.filter(
      (file) =>
        !/^(dist(\/.*)?|src|src\/cli|src\/cli\/study\.schema\.json|package\.json|README\.md|LICENSE)$/.test(file),
    );
    expect(unexpected).toEqual([]);
    for (const file of [
      "index.js",
      "index.cjs",
      "index.d.ts",
      "index.d.cts",
      "node/index.js",
      "node/index.d.cts",
      "plots/index.js",
    ]) {
      expect(files).toContain(`dist/${file}`);
    }
  });

  it("reads with /node and fits with . as ESM and as CommonJS, to the same digits", () => {
    writeFileSync(
      join(home, "esm.mjs"),
      `import ${NAMES} from "likewise"; import { readCsv } from "likewise/node"; ${SCRIPT}`,
    );
    writeFileSync(
      join(home, "cjs.cjs"),
      `const ${NAMES} = require("likewise"); const { readCsv } = require("likewise/node"); (async () => {${SCRIPT}})();`,
    );
    const esm = run("node", ["esm.mjs"]);
    expect(esm.trim()).toBe("2.390196 160 4 unknown-column file");
    expect(run("node", ["cjs.cjs"])).toBe(esm);
  });

  it("draws in /plots what . fitted, as ESM and as CommonJS, and says what is missing without vega", () => {
    const script = `
      const model = fitMixed("y ~ 1 + (1 | g)", { y: [8, 10, 13, 15, 5, 6], g: ["a", "a", "b", "b", "c", "c"] });
      const spec = variancePlot([{ name: "M0", model }]);
      const svg = await toSvg(spec).catch((error) => (isLikewiseError(error) ? error.code : String(error)));
      console.log(svg.slice(0, 20));
    `;
    const modules = {
      "plots.mjs": `import { fitMixed, isLikewiseError } from "likewise"; import { toSvg, variancePlot } from "likewise/plots"; ${script}`,
      "plots.cjs": `const { fitMixed, isLikewiseError } = require("likewise"); const { toSvg, variancePlot } = require("likewise/plots"); (async () => {${script}})();`,
    };
    for (const [file, code] of Object.entries(modules)) {
      writeFileSync(join(home, file), code);
      expect(run("node", [file]).trim(), file).toBe("missing-package");
    }
    for (const peer of ["vega", "vega-lite"]) {
      symlinkSync(join(root, "node_modules", peer), join(home, "node_modules", peer));
    }
    for (const file of Object.keys(modules)) expect(run("node", [file]), file).toMatch(/^<svg /);
  });

  it("runs where there is no Node", async () => {
    writeFileSync(
      join(home, "entry.mjs"),
      'export { fitMixed, fitPropensity, match, assessBalance, createRng } from "likewise";',
    );
    await build({
      entry: { bundle: join(home, "entry.mjs") },
      format: "iife",
      globalName: "likewise",
      outDir: join(home, "browser"),
      platform: "browser",
      noExternal: [/.*/],
      config: false,
      silent: true,
      dts: false,
      // seedrandom asks for Node's crypto only where there is no seed; a browser bundler leaves it out.
      esbuildOptions: (options) => {
        options.external = ["crypto"];
      },
    });
    const code = readFileSync(join(home, "browser/bundle.global.js"), "utf8");
    const context = createContext({});
    const answer = runInContext(
      `${code}
      const rng = likewise.createRng(1);
      const school = Array.from({ length: 200 }, (_, i) => "s" + (i % 20));
      const treated = school.map((name) => (Number(name.slice(1)) < 7 ? 1 : 0));
      const x = school.map((_, i) => rng.normal() + treated[i]);
      const y = x.map((value, i) => value + (i % 20) / 5 + rng.normal());
      const model = likewise.fitPropensity("treated ~ x", { treated, x });
      const matched = likewise.match(model, { method: "nearest", caliper: 0.2 });
      const mixed = likewise.fitMixed("y ~ x + (1 | school)", { y, x, school });
      JSON.stringify([model.converged, matched.counts.matched.treated > 0, likewise.assessBalance(matched).rows.length, mixed.ngroups]);`,
      context,
    );
    expect(JSON.parse(answer)).toEqual([true, true, 2, 20]);
  }, 60_000);

  it("has types that TypeScript 5.6 reads under Node's resolution, ESM and CommonJS", () => {
    const consumer = `
      import { fitMixed, match, type MatchResult, type MixedModel, createRng } from "likewise";
      import { readCsv } from "likewise/node";
      export async function study(path: string): Promise<MixedModel> {
        const model: MixedModel = fitMixed("y ~ x + (1 | g)", await readCsv(path), { method: "ML" });
        const variance: number = model.variances.group + model.coefficients[0];
        const pairs: MatchResult = match({ treated: [1, 0], score: [0.5, 0.4] }, { method: "nearest", ratio: 1 });
        const rows: Int32Array = pairs.focal;
        createRng(1).shuffle(rows);
        return variance > 0 ? model : model;
      }
    `;
    writeFileSync(join(home, "consumer.mts"), consumer);
    writeFileSync(join(home, "consumer.cts"), consumer);
    const options = ["--noEmit", "--strict", "--module", "node16", "--target", "es2022", "--lib", "es2022"];
    const compiler = join(root, "node_modules/typescript-5.6/bin/tsc");
    expect(run("node", [compiler, ...options, "consumer.mts", "consumer.cts"])).toBe("");
  });
});
