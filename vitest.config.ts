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
    testTimeout: 60_000,
    coverage: { include: ["src/**"] },
  },
});
