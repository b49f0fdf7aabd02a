import type { CodegenConfig } from "@graphql-codegen/cli";

// Types for the operations of this page, from the gateway's committed schema.
export default {
  schema: "../../schema.graphql",
  documents: "src/operations.graphql",
  generates: {
    "src/operations.ts": {
      plugins: ["typescript-operations", "typed-document-node"],
      config: { enumType: "string-literal", scalars: { ID: "string" }, useTypeImports: true },
    },
  },
} satisfies CodegenConfig;
