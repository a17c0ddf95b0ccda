import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: "likewise/node", replacement: source("./src/node/index.ts") },
      { find: "likewise/report", replacement: source("./src/report/index.ts") },
      { find: "likewise/plots", replacement: source("./src/plots/index.ts") },
      { find: "likewise", replacement: source("./src/index.ts") },
    ],
  },
  test: {
    include: ["tests/**/*.test.ts"],
    setupFiles: ["tests/setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The library keeps no state in its modules, so test files may share them.
    isolate: false,
    maxWorkers: 2,
    coverage: { include: ["src/**"] },
  },
});
