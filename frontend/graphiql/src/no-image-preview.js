// Stands in for a module of @graphiql/react: see vite.config.js.
export const ImagePreview = Object.assign(() => null, { shouldRender: () => false });
