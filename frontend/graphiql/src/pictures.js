const ADDRESS = /https?:\/\/[^"\s]+/g;

/** Shows the picture whose address is under the pointer, where it comes from this page's origin. */
export function previewPictures(monaco) {
  return monaco.languages.registerHoverProvider("json", {
    provideHover(model, { lineNumber, column }) {
      for (const { 0: address, index } of model.getLineContent(lineNumber).matchAll(ADDRESS)) {
        const [start, end] = [index + 1, index + 1 + address.length];
        if (column < start || column > end || !isOwnPicture(address)) continue;
        return {
          range: new monaco.Range(lineNumber, start, lineNumber, end),
          contents: [{ value: `![snapshot](${new URL(address).href}|width=320)` }],
        };
      }
      return null;
    },
  });
}

function isOwnPicture(address) {
  if (!URL.canParse(address)) return false;
  const { origin, pathname } = new URL(address);
  return origin === location.origin && /\.(jpe?g|png|svg)$/.test(pathname);
}
