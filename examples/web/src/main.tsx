import "./page.css";
import "./cards.css";
import "./viewer.css";
import { ApolloProvider } from "@apollo/client/react";
import { createRoot } from "react-dom/client";
import { createClient } from "./client";
import { demoToken } from "./demo-token";
import { Gallery } from "./Gallery";
import { Session } from "./session";

const root = document.getElementById("gallery")!;
const { graphqlUrl = "graphql", tokenUrl = "", home = "" } = root.dataset;

const session = new Session();
session.supply(await demoToken(tokenUrl));

createRoot(root).render(
  <ApolloProvider client={createClient(graphqlUrl, session)}>
    <Gallery session={session} home={home} tokenUrl={tokenUrl} />
  </ApolloProvider>,
);
