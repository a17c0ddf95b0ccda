import { defineConfig, type Options } from "tsup";

const shared: Options = {
  entry: {
    index: "src/index.ts",
    "node/index": "src/node/index.ts",
    "plots/index": "src/plots/index.ts",
    "report/index": "src/report/index.ts",
  },
  target: "es2022",
  platform: "neutral",
  dts: { compilerOptions: { ignoreDeprecations: "6.0" } },
  sourcemap: true,
  treeshake: true,
};

// CommonJS stays unsplit: split chunks would turn a later `import()` of an optional peer into `require`.
export default defineConfig([
  { ...shared, format: "esm", splitting: true, clean: true },
  { ...shared, format: "cjs", splitting: false },
]);
