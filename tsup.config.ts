import { defineConfig, type Options } from "tsup";

const entry = {
  index: "src/index.ts",
  "node/index": "src/node/index.ts",
  "plots/index": "src/plots/index.ts",
  "report/index": "src/report/index.ts",
};

const shared: Options = {
  entry,
  target: "es2022",
  platform: "neutral",
  sourcemap: true,
  treeshake: true,
};

// CommonJS stays unsplit: split chunks would turn a later `import()` of an optional peer into `require`. Worker threads and the
// command are programs, not modules to import: one format, no types. The types of both formats are bundled in one go.
export default defineConfig([
  {
    ...shared,
    entry: { ...entry, "node/study-worker": "src/node/study-worker.ts", "cli/main": "src/cli/main.ts" },
    format: "esm",
    splitting: true,
    clean: true,
  },
  { ...shared, format: "cjs", splitting: false, shims: true },
  { ...shared, dts: { only: true, compilerOptions: { ignoreDeprecations: "6.0" } }, format: ["esm", "cjs"] },
]);
