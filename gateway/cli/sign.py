"""`vod-gateway sign`: the exact upstream request for given arguments, and its signature where there is a key."""

import json
import shlex
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gateway.credentials.signing import SigningKey

_QUERY = """\
query Tasks($assetId: ID, $taskId: ID, $first: Int, $after: String) {
  thumbnailTasks(assetId: $assetId, taskId: $taskId, first: $first, after: $after) {
    nodes { taskId thumbnailCount } pageInfo { hasNextPage endCursor } totalCount
  }
}"""


@click.command()
@click.option("--url", help="Scheme and host of the REST API.  [default: GATEWAY_UPSTREAM_URL]")
@click.option("--project", help="The project.  [default: GATEWAY_PROJECT_ID]")
@click.option("--asset-id", help="The `assetId` of `thumbnailTasks`.")
@click.option("--task-id", help="The `taskId` of `thumbnailTasks`, or the task whose snapshots are read.")
@click.option("--first", type=click.IntRange(min=0), help="The `first`.  [default: 10; 20 with --snapshots]")
@click.option("--after", help="The `after`: a cursor of the same list.")
@click.option("--snapshots", is_flag=True, help="The call that reads a task's snapshots, to be made without a gateway.")
@click.option("--gateway", default="http://127.0.0.1:8000", show_default=True, help="Where the gateway is.")
def sign(
    *,
    url: str | None,
    project: str | None,
    asset_id: str | None,
    task_id: str | None,
    first: int | None,
    after: str | None,
    snapshots: bool,
    gateway: str,
) -> None:
    """Print the one upstream request that a pre-signed call of the gateway makes, and what of it is to be signed.

    It is signed where GATEWAY_ACCESS_KEY and GATEWAY_SECRET_KEY (with GATEWAY_SECURITY_TOKEN for a temporary
    pair) are set in the environment or in a .env file; nothing is sent. A signature is good for 15 minutes.
    """
    from gateway.errors import GatewayError
    from gateway.graph.arguments import identifier
    from gateway.settings import SettingsError, load, read

    found = read()
    url, project = url or found.get("upstream_url"), project or found.get("project_id")
    if not url or not project:
        raise click.UsageError("--url and --project have to be given, or GATEWAY_UPSTREAM_URL and GATEWAY_PROJECT_ID.")
    try:  # a gateway over the same upstream would have to start
        plain_http = found.get("upstream_plain_http")
        checked = load({}, env_file=None, upstream_url=url, project_id=project, upstream_plain_http=plain_http)
    except SettingsError as problem:
        raise click.ClickException(str(problem)) from problem
    if snapshots and (task_id is None or asset_id is not None):
        raise click.UsageError("--snapshots needs a --task-id, and takes no --asset-id.")
    size = (20 if snapshots else 10) if first is None else first
    try:
        ids = {
            name: identifier(argument, value)
            for name, argument, value in (("asset_id", "assetId", asset_id), ("task_id", "taskId", task_id))
            if value is not None
        }
        target = _target(project, ids, size, after, snapshots=snapshots)
    except GatewayError as problem:
        raise click.ClickException(problem.message) from problem
    arguments = {"assetId": asset_id, "taskId": task_id, "first": size, "after": after}
    variables = None if snapshots else {name: value for name, value in arguments.items() if value is not None}
    for line in _report(checked.upstream_url, project, target, _key(found), gateway.rstrip("/"), variables):
        click.echo(line)


def _target(project: str, ids: Mapping[str, str], first: int, after: str | None, *, snapshots: bool) -> str:
    from gateway.listing.signed import signed_target
    from gateway.upstream.endpoints import SNAPSHOTS, THUMBNAIL_TASKS

    if snapshots:
        return signed_target(SNAPSHOTS, project, ids, first=first, after=after)
    return signed_target(THUMBNAIL_TASKS, project, ids, first=first, after=after)


def _key(found: Mapping[str, str | None]) -> "SigningKey | None":
    from gateway.credentials.secret import Secret
    from gateway.credentials.signing import SigningKey

    access, secret, token = (found.get(name) for name in ("access_key", "secret_key", "security_token"))
    if bool(access) != bool(secret):
        raise click.UsageError("GATEWAY_ACCESS_KEY and GATEWAY_SECRET_KEY belong together.")
    return SigningKey(access, Secret(secret), Secret(token) if token else None) if access and secret else None


def _report(
    url: str, project: str, target: str, key: "SigningKey | None", gateway: str, variables: Mapping[str, Any] | None
) -> list[str]:
    import httpx

    from gateway.credentials.signing import authorization, canonical_request, headers_to_sign

    host = httpx.URL(url).netloc.decode("ascii")
    headers = headers_to_sign(key, host, project, time.time())
    lines = ["# The request to the upstream", f"GET {url}{target}", "", "# Headers to sign"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += ["", "# Canonical request", canonical_request("GET", target, headers), ""]
    if key is None:
        return [
            *lines,
            "# Not signed: GATEWAY_ACCESS_KEY and GATEWAY_SECRET_KEY are not set",
            "# A temporary pair signs and sends X-Security-Token as well",
        ]
    sent = {name: value for name, value in headers.items() if name != "Host"}
    sent["Authorization"] = authorization(key, "GET", target, headers)
    options = [part for name, value in sent.items() for part in ("-H", f"{name}: {value}")]
    lines += ["# Signed, straight to the upstream", shlex.join(["curl", *options, url + target])]
    if variables is None:
        return [*lines, "", "# Not through the gateway: it reads a task's row before its snapshots, which is two calls"]
    body = json.dumps({"query": _QUERY, "variables": variables})
    through = ["curl", *options, "-H", "Content-Type: application/json", "-d", body, f"{gateway}/graphql"]
    return [*lines, "", "# Signed, through the gateway", shlex.join(through)]
