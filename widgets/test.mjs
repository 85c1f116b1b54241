// Bundles the TypeScript tests with esbuild (Node 20 reads no types) and runs them with Node's own test runner.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));
const sources = readdirSync(`${root}tests/widgets`).filter((name) => name.endsWith(".test.ts"));
const outdir = `${root}build/widgets`;
await build({
  entryPoints: sources.map((name) => `${root}tests/widgets/${name}`),
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  loader: { ".css": "text" },
  logLevel: "warning",
});
const bundles = sources.map((name) => `${outdir}/${name.replace(/\.ts$/, ".mjs")}`);
process.exitCode = spawnSync(process.execPath, ["--test", ...bundles], { stdio: "inherit" }).status ?? 1;
