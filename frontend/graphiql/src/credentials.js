/**
 * The headers that every headers editor opens with. Only a demo names an address to ask for a
 * token; elsewhere the value is left to the user.
 */
export async function startingHeaders(tokenUrl) {
  return { "X-Auth-Token": tokenUrl ? await demoToken(tokenUrl) : "" };
}

async function demoToken(url) {
  const response = await fetch(url, { cache: "no-store" }).catch(() => null);
  return response?.ok ? (await response.json()).token : "";
}
