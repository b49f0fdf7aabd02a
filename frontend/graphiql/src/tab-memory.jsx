import { pick, useGraphiQL } from "@graphiql/react";
import { useEffect } from "react";

/**
 * Carries over, in memory only, what the user would otherwise copy from tab to tab: the headers
 * once typed, and the first page's cursor.
 */
export class TabMemory {
  #startingHeaders;
  #untouched = new Map(); // from the text a headers editor opens with to the headers of its example
  #typed;
  #endCursor;

  /** @param {object} startingHeaders what every headers editor opens with */
  constructor(startingHeaders) {
    this.#startingHeaders = startingHeaders;
  }

  /** The text a headers editor opens with, for an example that adds headers of its own. */
  openingText(exampleHeaders = {}) {
    const text = print({ ...this.#startingHeaders, ...exampleHeaders });
    this.#untouched.set(text, exampleHeaders);
    return text;
  }

  rememberHeaders = (text) => {
    if (this.#untouched.has(text)) return;
    try {
      this.#typed = JSON.parse(text);
    } catch {
      return; // half typed
    }
    // An example's own headers are for its tab only.
    for (const name of [...this.#untouched.values()].flatMap(Object.keys)) delete this.#typed[name];
  };

  rememberAnswer(operationName, answer) {
    if (operationName === "FirstPage") this.#endCursor = answer?.data?.thumbnailTasks?.pageInfo?.endCursor;
  }

  fill({ operationName, variableEditor, headerEditor }) {
    const exampleHeaders = this.#untouched.get(headerEditor?.getValue());
    if (this.#typed && exampleHeaders) headerEditor.setValue(print({ ...this.#typed, ...exampleHeaders }));
    if (this.#endCursor && operationName === "NextPage" && variableEditor) {
      variableEditor.setValue(print({ after: this.#endCursor }));
      this.#endCursor = undefined; // from here on the variables are the user's
    }
  }
}

const print = (value) => JSON.stringify(value, null, 2);

/** Fills a tab from the memory whenever it is opened; renders nothing. */
export function FillOpenedTab({ memory }) {
  const { tabs, activeTabIndex, variableEditor, headerEditor } = useGraphiQL(
    pick("tabs", "activeTabIndex", "variableEditor", "headerEditor"),
  );
  const { id, operationName } = tabs[activeTabIndex];
  useEffect(() => {
    memory.fill({ operationName, variableEditor, headerEditor });
    // Not on a change of the tab's text: that is the user typing.
  }, [id]);
  return null;
}
