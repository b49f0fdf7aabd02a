import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { completeLicences } from "./build/licences.ts";
import { sourcesDigest } from "./build/sources.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// `npm run dev` shows the page beside a running demo.
const DEMO = "http://127.0.0.1:8000";

const LICENCES = "LICENSES.txt";

export default defineConfig({
  plugins: [completeLicences(LICENCES), sourcesDigest(here("."))],
  // The page stands at .../gallery, whatever prefix a proxy puts before it; its files one step below.
  experimental: {
    renderBuiltUrl: (file, { hostType }) => (hostType === "html" ? `gallery/${file}` : { relative: true }),
  },
  build: {
    outDir: process.env["GALLERY_OUT"] ?? here("../../gateway/web/static/gallery"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    license: { fileName: LICENCES },
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    proxy: Object.fromEntries(["/graphql", "/demo", "/snapshot"].map((path) => [path, DEMO])),
  },
});
