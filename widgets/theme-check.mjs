// Runs Shopify's own linter over the theme app extension, offline, and fails on anything that it has to say.
import { fileURLToPath } from "node:url";
import { themeCheckRun } from "@shopify/theme-check-node";

const extension = fileURLToPath(new URL("extension", import.meta.url));
const settings = fileURLToPath(new URL("theme-check.yml", import.meta.url));
const { offenses } = await themeCheckRun(extension, settings);
for (const { check, message, severity, start, uri } of offenses) {
  const level = ["error", "warning", "info"][severity] ?? "info";
  console.error(`${uri.replace(/^.*\/extension\//, "")}:${start.line + 1} ${level} ${check}: ${message}`);
}
console.log(`theme-check: ${offenses.length} offenses`);
process.exitCode = offenses.length === 0 ? 0 : 1;
