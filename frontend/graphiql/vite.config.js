import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { LicenceCollector } from "./build/licences.js";
import { sourcesDigest } from "./build/sources.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const licences = new LicenceCollector();

// GraphiQL fetches any picture address under the pointer, from any host, which the content policy
// refuses. Ours shows pictures of this origin only: see src/pictures.js.
const withoutImagePreview = {
  name: "without-image-preview",
  enforce: "pre",
  resolveId: (source) => (source.endsWith("/image-preview.js") ? here("src/no-image-preview.js") : null),
};

export default defineConfig({
  plugins: [withoutImagePreview, licences.watch(), licences.write("LICENSES.txt"), sourcesDigest(here("."))],
  // A worker as one classic script imports nothing, so its content policy can forbid everything.
  worker: {
    format: "iife",
    plugins: () => [licences.watch()],
    rolldownOptions: { output: { comments: { legal: true } } },
  },
  // The page stands at .../graphql, whatever prefix a proxy puts before it; its files one step below.
  experimental: {
    renderBuiltUrl: (file, { hostType }) => (hostType === "html" ? `graphql/${file}` : { relative: true }),
  },
  build: {
    outDir: here("../../gateway/web/static/graphiql"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 3000,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { checks: { moduleLevelDirective: false }, output: { comments: { legal: true } } },
  },
});
