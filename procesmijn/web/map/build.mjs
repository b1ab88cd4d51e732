// Build ../static/map.js and ../static/bpmn.js, away from the sources, so that nothing of the tools
// stays in the package. With --bench: measure the layout of 40 activities and 200 edges instead.
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const here = import.meta.dirname;
const room = mkdtempSync(join(tmpdir(), "procesmijn-map-"));
const run = (name, ...given) =>
  execFileSync(join(room, "node_modules", ".bin", name), given, { cwd: room, stdio: "inherit" });
const bundle = (entry, out, ...more) =>
  run("esbuild", join("src", entry), "--bundle", "--minify", "--target=es2022", `--outfile=${out}`, ...more);

/** What the assets were made from: a test holds it against the sources. */
const digest = () => {
  const hash = createHash("sha256");
  for (const name of ["package.json", ...readdirSync(join(here, "src")).sort().map((each) => `src/${each}`)]) {
    hash.update(`${name}\0`).update(readFileSync(join(here, name))).update("\0");
  }
  return hash.digest("hex");
};

try {
  cpSync(here, room, { recursive: true });
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: room, stdio: "inherit" });
  if (process.argv.includes("--bench")) {
    bundle("bench.ts", "bench.mjs", "--format=esm", "--platform=node");
    execFileSync(process.execPath, ["bench.mjs"], { cwd: room, stdio: "inherit" });
  } else {
    run("tsc", "--noEmit");
    for (const [entry, made, of] of [
      ["map.ts", "map.js", "@dagrejs/dagre 3.1.3 (MIT): map-LICENSES.txt"],
      ["bpmn.ts", "bpmn.js", "bpmn-js 18.31.1 and what it needs: bpmn-LICENSES.txt"],
    ]) {
      const out = join(here, "..", "static", made);
      bundle(entry, out, "--format=esm", "--legal-comments=none");
      const banner = `/* procesmijn (AGPL-3.0-or-later) with ${of}. Sources ${digest()} */\n`;
      writeFileSync(out, banner + readFileSync(out, "utf8"));
    }
    writeFileSync(join(here, "..", "static", "map-LICENSES.txt"), licences(["@dagrejs/dagre"]));
    writeFileSync(join(here, "..", "static", "bpmn-LICENSES.txt"), licences(shipped()));
  }
} finally {
  rmSync(room, { recursive: true });
}

/** Packages that bpmn.js has parts of. */
function shipped() {
  const lock = JSON.parse(readFileSync(join(room, "package-lock.json"), "utf8"));
  return Object.entries(lock.packages)
    .filter(([path, each]) => path && !each.dev && !path.includes("dagre"))
    .map(([path]) => path.slice("node_modules/".length));
}

function licences(names) {
  return names
    .map((name) => {
      const folder = join(room, "node_modules", name);
      const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
      const text = file ? readFileSync(join(folder, file), "utf8").trim() : "";
      return `${name} ${version} (${license})\n\n${text}\n`;
    })
    .join(`\n${"-".repeat(72)}\n\n`);
}
