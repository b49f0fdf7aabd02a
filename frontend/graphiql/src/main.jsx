import "./workers.js";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-explorer/style.css";
import "graphiql/graphiql.css";
import "./page.css";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { useMonaco } from "@graphiql/react";
import { GraphiQL } from "graphiql";
import { useEffect } from "react";
import { createRoot } from "react-dom/client";
import { startingHeaders } from "./credentials.js";
import { examples } from "./examples.js";
import { send } from "./fetcher.js";
import { previewPictures } from "./pictures.js";
import { FillOpenedTab, TabMemory } from "./tab-memory.jsx";

const PLUGINS = [explorerPlugin({ showAttribution: false })];

function App({ memory, home, explain }) {
  const fetcher = async (operation, options) => {
    const { name, answer } = await send(operation, options);
    memory.rememberAnswer(name, answer);
    return answer;
  };
  return (
    <GraphiQL
      defaultEditorToolsVisibility="headers"
      defaultHeaders={memory.openingText()}
      defaultTabs={examples(explain).map((example) => ({ ...example, headers: memory.openingText(example.headers) }))}
      fetcher={fetcher}
      inputValueDeprecation
      onEditHeaders={memory.rememberHeaders}
      plugins={PLUGINS}
      shouldPersistHeaders={false}
      storage={null}
    >
      <GraphiQL.Logo>{home ? <a href={home}>vod-graphql-gateway</a> : "vod-graphql-gateway"}</GraphiQL.Logo>
      <FillOpenedTab memory={memory} />
      <PicturePreviews />
    </GraphiQL>
  );
}

function PicturePreviews() {
  const monaco = useMonaco((state) => state.monaco);
  useEffect(() => {
    const provider = monaco && previewPictures(monaco);
    return () => provider?.dispose();
  }, [monaco]);
  return null;
}

const root = document.getElementById("graphiql");
const { tokenUrl, home, explain } = root.dataset;
const memory = new TabMemory(await startingHeaders(tokenUrl));
createRoot(root).render(<App memory={memory} home={home} explain={explain} />);
