"""`vod-gateway emulate`: the upstream in a box."""

from contextlib import suppress

import click

_PROJECT = "0123456789abcdef0123456789abcdef"
_TOKEN = "emulator-token"  # noqa: S105  made up, opens nothing but an emulator


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8001,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option("--size", default=1000, show_default=True, help="Snapshot tasks in the list; a million is no problem.")
@click.option("--seed", default=1, show_default=True, help="What the tasks follow from.")
@click.option("--assets", type=int, help="Media assets the tasks are spread over.  [default: one for 8 tasks]")
@click.option("--clean", is_flag=True, help="No oddities: every row has an id and all its fields.")
@click.option("--project", default=_PROJECT, show_default=True, help="Project id.")
@click.option("--token", "tokens", multiple=True, default=[_TOKEN], show_default=True, help="A token; repeatable.")
@click.option("--access-key", help="AK for signed requests; needs --secret-key.")
@click.option("--secret-key", help="SK for signed requests.")
@click.option("--security-token", help="Makes the AK/SK a temporary pair that needs this X-Security-Token.")
@click.option("--public-url", help="Where picture urls point.  [default: the host that was asked]")
@click.option("--latency", default=0.0, show_default=True, help="Seconds before every answer.")
@click.option("--calls-per-minute", type=int, help="The vendor's limit for a project.  [default: none]")
@click.option("--control", is_flag=True, help="Open /_emulator: edits, faults, journal. It knows no credentials.")
def emulate(  # noqa: PLR0913  one argument for each option
    *,
    host: str,
    port: int,
    size: int,
    seed: int,
    assets: int | None,
    clean: bool,
    project: str,
    tokens: tuple[str, ...],
    access_key: str | None,
    secret_key: str | None,
    security_token: str | None,
    public_url: str | None,
    latency: float,
    calls_per_minute: int | None,
    control: bool,
) -> None:
    """Serve an imitation of the vendor's snapshot listing, to develop and test against."""
    from gateway.emulator import AccessKey, Emulator, Tenant
    from gateway.emulator.server import listen, run, url_of

    if (access_key is None) != (secret_key is None):
        raise click.UsageError("--access-key and --secret-key belong together.")
    keys = [AccessKey(access_key, secret_key, security_token)] if access_key and secret_key else []
    tenant = Tenant(project, tokens=tokens, keys=keys, size=size, seed=seed, assets=assets, clean=clean)
    emulator = Emulator(
        [tenant], control=control, public_url=public_url, latency=latency, calls_per_minute=calls_per_minute
    )
    try:
        listener = listen(host, port)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}:{port}: {error.strerror}") from error
    with listener:
        url = url_of(listener)
        click.echo(f"Emulator on {url}: {size} snapshot tasks in project {project}.")
        click.echo(f"Control route: {f'{url}/_emulator' if control else 'off (--control opens it)'}")
        click.echo(f"Try: curl -H 'X-Auth-Token: {_shown(tokens[0])}' '{url}/v1/{project}/asset/thumbnails?limit=2'")
        with suppress(KeyboardInterrupt):
            run(emulator, listener)


def _shown(token: str) -> str:
    """The made-up default is printed; a token of one's own is not."""
    return token if token == _TOKEN else "..."
