import { Kind, parse } from "graphql";

/**
 * Sends an operation to this page's own address. What the page's address carries beyond its path
 * is ignored, and so is a header without a value: the headers editor opens with an empty token.
 *
 * @returns the answer, and the name of the operation that was run, if it has one
 */
export async function send({ query, variables, operationName }, { headers = {} } = {}) {
  const given = Object.entries(headers).filter(([, value]) => value !== "");
  const name = nameToRun(query, operationName);
  const response = await fetch(location.pathname, {
    method: "POST",
    headers: {
      Accept: "application/graphql-response+json, application/json;q=0.9",
      "Content-Type": "application/json",
      ...Object.fromEntries(given),
    },
    body: JSON.stringify({ query, variables, operationName: name }),
    cache: "no-store",
  });
  if (!/\bjson\b/.test(response.headers.get("Content-Type") ?? "")) {
    throw new Error(`The server answered ${response.status} ${response.statusText}, and not in JSON.`);
  }
  return { name, answer: await response.json() };
}

/** GraphiQL's name of the operation lags behind the text: for a moment a tab has the name of the one before. */
function nameToRun(query, operationName) {
  try {
    const operations = parse(query).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    const names = operations.map(({ name }) => name?.value);
    return names.includes(operationName) || names.length > 1 ? (operationName ?? undefined) : names[0];
  } catch {
    return undefined; // the server says what is wrong with the text
  }
}
