const byId = (id) => document.getElementById(id);
const address = new URL("graphql", location.href).href;
const query = byId("query").textContent;
let token = "";
let endCursor = null;

byId("address").textContent = address;

/** Runs the query on show: the page with the first error beside it, or an Error that says what is wrong. */
async function ask(after) {
  let response;
  try {
    response = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-Auth-Token": token },
      body: JSON.stringify({ query, variables: { after } }),
    });
  } catch {
    throw new Error("The gateway did not answer. Is the demo still running?");
  }
  const answer = await response.json().catch(() => {
    throw new Error(`The gateway answered ${response.status}, and not in JSON.`);
  });
  const problem = answer.errors?.[0]?.message;
  if (!answer.data?.thumbnailTasks) throw new Error(problem ?? "The gateway answered without data.");
  return { ...answer.data.thumbnailTasks, problem };
}

function row(task) {
  const line = document.createElement("tr");
  for (const value of [task?.taskId, task?.parameters?.type, task?.thumbnailCount]) {
    line.append(Object.assign(document.createElement("td"), { textContent: value ?? "not told" }));
  }
  return line;
}

function say(text, bad = false) {
  byId("status").textContent = text;
  byId("status").classList.toggle("bad", bad);
}

async function show(after) {
  setBusy(true);
  const start = performance.now();
  try {
    const { nodes, pageInfo, totalCount, problem } = await ask(after);
    const took = Math.max(1, Math.round(performance.now() - start));
    endCursor = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    byId("tasks").tBodies[0].replaceChildren(...nodes.map(row));
    byId("tasks").hidden = nodes.length === 0;
    const all = totalCount === null ? "" : ` of ${totalCount}`;
    const end = endCursor ? "" : ", the last ones";
    say(`${nodes.length}${all} tasks in ${took} ms${end}. ${problem ?? ""}`, Boolean(problem));
  } catch (error) {
    say(error.message, true);
  }
  setBusy(false);
}

function setBusy(busy) {
  byId("run").disabled = busy;
  byId("next").disabled = busy || !endCursor;
}

function curl() {
  const body = '{"query": "{ thumbnailTasks(first: 3) { nodes { taskId thumbnailCount } totalCount } }"}';
  const headers = ["Content-Type: application/json", `X-Auth-Token: ${token}`];
  return [`curl ${address}`, ...headers.map((header) => `-H '${header}'`), `-d '${body}'`].join(" \\\n  ");
}

async function copy() {
  try {
    await navigator.clipboard.writeText(byId("curl").textContent);
    byId("copy").textContent = "Copied";
    byId("copied").textContent = "The command is in the clipboard.";
  } catch {
    // No clipboard without permission or away from https and loopback: select it for Ctrl-C instead.
    getSelection().selectAllChildren(byId("curl"));
    byId("copied").textContent = "The command is selected.";
  }
}

byId("run").addEventListener("click", () => show(null));
byId("next").addEventListener("click", () => show(endCursor));
byId("copy").addEventListener("click", copy);

say("Asking …");
const answer = await fetch("demo/token.json", { cache: "no-store" }).catch(() => null);
token = answer?.ok ? (await answer.json()).token : "";
byId("curl").textContent = curl();
byId("copy").disabled = false;
await show(null);
