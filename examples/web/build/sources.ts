import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const TOP = ["codegen.ts", "index.html", "package-lock.json", "package.json", "tsconfig.json", "vite.config.ts"];

/** Writes `sources.sha256`, a digest over what the page was built from: the tests see a forgotten build. */
export function sourcesDigest(root: string): Plugin {
  return {
    name: "sources-digest",
    generateBundle() {
      const nested = ["build", "src"].flatMap((folder) => readdirSync(join(root, folder)).map((file) => `${folder}/${file}`));
      const digest = createHash("sha256");
      for (const file of [...TOP, ...nested].sort()) {
        const content = readFileSync(join(root, file));
        digest.update(`${file} ${content.length}\n`).update(content);
      }
      this.emitFile({ type: "asset", fileName: "sources.sha256", source: `${digest.digest("hex")}\n` });
    },
  };
}
