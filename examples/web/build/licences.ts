import type { Plugin } from "vite";

// Packages that leave their licence's text out, and the package of the same holder that has it.
const SAME_HOLDER: Readonly<Record<string, string>> = { "@wry/context": "@wry/caches", "@wry/trie": "@wry/caches" };

/** Completes the licences that Vite gathers; a package without terms fails the build. */
export function completeLicences(fileName: string): Plugin {
  return {
    name: "complete-licences",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const asset = bundle[fileName];
        if (asset?.type !== "asset") throw new Error(`${fileName} was not written`);
        asset.source = complete(String(asset.source));
      },
    },
  };
}

function complete(text: string): string {
  const [head, ...sections] = text.split(/^(?=## )/m);
  const parts = sections.map((section) => {
    const [title = "", ...terms] = section.split("\n");
    return { title, name: title.slice(3).split(" - ")[0]!, terms: terms.join("\n").trim() };
  });
  const termsOf = (name: string | undefined) => parts.find((part) => part.name === name)?.terms;
  const completed = parts.map(({ title, name, terms }) => {
    const found = terms || termsOf(SAME_HOLDER[name]);
    if (!found) throw new Error(`${name} carries no licence text`);
    return `${title}\n\n${found}\n`;
  });
  return [head!.trim() + "\n", ...completed].join("\n");
}
