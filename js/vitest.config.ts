import { defineConfig } from "vitest/config";
import { forVite } from "./scripts/catalogue.mjs";

export default defineConfig({
  plugins: [forVite],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    environment: "jsdom",
    globals: false,
    setupFiles: ["tests/setup.ts"],
    include: ["tests/**/*.test.{ts,tsx}"],
    css: false,
    testTimeout: 20_000,
  },
});
