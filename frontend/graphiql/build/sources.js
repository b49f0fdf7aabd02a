import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const TOP = ["index.html", "package-lock.json", "package.json", "vite.config.js"];

/**
 * The plugin that writes `sources.sha256`: a digest over what the files were built from. The
 * project's tests compute it again, so that nobody forgets to build after a change.
 */
export function sourcesDigest(root) {
  return {
    name: "sources-digest",
    generateBundle() {
      const folders = ["build", "src"].flatMap((folder) => readdirSync(join(root, folder)).map((file) => `${folder}/${file}`));
      const digest = createHash("sha256");
      for (const file of [...TOP, ...folders].sort()) {
        const content = readFileSync(join(root, file));
        digest.update(`${file} ${content.length}\n`).update(content);
      }
      this.emitFile({ type: "asset", fileName: "sources.sha256", source: digest.digest("hex") + "\n" });
    },
  };
}
