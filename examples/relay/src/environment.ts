import { Environment, Network, RecordSource, Store, type GraphQLResponse } from "relay-runtime";

/** Relay's environment over the gateway at `url`, such as `https://gateway.example/graphql`. */
export function createEnvironment(url: string, token: () => string): Environment {
  const network = Network.create(async ({ text }, variables): Promise<GraphQLResponse> => {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        Accept: "application/graphql-response+json, application/json;q=0.9",
        "Content-Type": "application/json",
        "X-Auth-Token": token(),
      },
      body: JSON.stringify({ query: text, variables }),
    });
    return response.json();
  });
  return new Environment({ network, store: new Store(new RecordSource()) });
}
