import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LICENCE_FILE = /^(licen[cs]e|copying)([-.]\w+)*$/i;
const NOTICES_FILE = /^(notice|thirdpartynotices)(\.\w+)?$/i;

// Packages that leave their licence's text out, and the package of the same holder that has it.
const SAME_HOLDER = {
  "@graphiql/plugin-doc-explorer": "graphiql",
  "@graphiql/plugin-explorer": "graphiql",
  "@graphiql/plugin-history": "graphiql",
  "react-compiler-runtime": "react",
  "react-remove-scroll-bar": "react-remove-scroll",
};

/** Gathers the packages that end up in the page and in its workers, and prints their licences. */
export class LicenceCollector {
  #folders = new Set();

  /** The plugin that sees a bundle's modules; the page and each worker are bundles of their own. */
  watch() {
    return {
      name: "licences-watch",
      generateBundle: (_options, bundle) => {
        for (const chunk of Object.values(bundle)) {
          for (const id of chunk.moduleIds ?? []) this.#see(id);
        }
      },
    };
  }

  /** The plugin that writes the text, after all bundles are known. */
  write(fileName) {
    const print = () => this.#print();
    return {
      name: "licences-write",
      generateBundle: {
        order: "post",
        handler() {
          this.emitFile({ type: "asset", fileName, source: print() });
        },
      },
    };
  }

  #see(moduleId) {
    const folder = moduleId.match(/^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//)?.[1];
    if (folder && existsSync(join(folder, "package.json"))) this.#folders.add(folder);
  }

  #print() {
    const packages = [...this.#folders].map(readPackage);
    const texts = new Map(packages.filter(({ text }) => text).map(({ name, text }) => [name, text]));
    const sections = packages.map(({ name, version, licence, text, notices }) => {
      const terms = text ?? texts.get(SAME_HOLDER[name]);
      if (!terms) throw new Error(`${name} ${version} carries no licence text`);
      return [`${name} ${version} (${licence})`, terms, notices].filter(Boolean).join("\n\n") + "\n";
    });
    const rule = "=".repeat(80);
    const head =
      "GraphiQL, as vod-graphql-gateway serves it, contains these packages. The icon font of Monaco\n" +
      "(codicon) is by Microsoft, under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/).\n";
    return [head, ...[...new Set(sections)].sort()].join(`\n${rule}\n\n`);
  }
}

function readPackage(folder) {
  const { name, version, license: licence } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).sort();
  const read = (pattern) => {
    const file = files.find((candidate) => pattern.test(candidate));
    return file && readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim();
  };
  return { name, version, licence, text: read(LICENCE_FILE), notices: read(NOTICES_FILE) };
}
