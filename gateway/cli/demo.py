"""`vod-gateway demo`: gateway and emulator in one process, nothing else needed."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from gateway.emulator import Emulator
    from gateway.settings import Settings

_PROJECT = "0123456789abcdef0123456789abcdef"
_TOKEN = "demo-token"  # noqa: S105  made up, opens nothing but the demo's emulator
_TASKS = 1_234


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8000,
    show_default=True,
    help="The port to listen on; 0 takes a free one.",
)
@click.option("--size", default=_TASKS, show_default=True, help="How many snapshot tasks there are.")
def demo(host: str, port: int, size: int) -> None:
    """Serve the gateway over an emulator of the upstream: to look around, without an account."""
    from gateway.emulator import Emulator, Tenant
    from gateway.settings import load
    from gateway.web import server
    from gateway.web.parts import request_limits

    emulator = Emulator([Tenant(_PROJECT, tokens=[_TOKEN], size=size)])
    settings = load(
        {}, env_file=None, upstream_url="http://127.0.0.1", project_id=_PROJECT, host=host, port=port, explain=True
    )

    def announce(port: int) -> None:
        url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104  compared, not bound
        emulator.public_url = url
        click.echo(f"The demo is at {url}, its GraphQL at {url}/graphql, its token is {_TOKEN}. Try:\n")
        click.echo(
            f"curl {url}/graphql -H 'Content-Type: application/json' -H 'X-Auth-Token: {_TOKEN}' "
            """-d '{"query": "{ thumbnailTasks(first: 3) { totalCount nodes { taskId thumbnailCount } } }"}'"""
        )

    app = build_demo(settings, emulator, token=_TOKEN)
    server.serve(app, limits=request_limits(settings), host=host, port=port, on_listening=announce)


def build_demo(settings: "Settings", emulator: "Emulator", *, token: str) -> "Starlette":
    """The gateway over an emulator, with pages to look at and the emulator's pictures, as one application.

    Args:
        settings: The gateway's; their project is the emulator's.
        emulator: The upstream, with one project. Its `public_url`, where its pictures are, is the demo's address.
        token: One that the emulator accepts; the pages give it to everybody.
    """
    import httpx
    from starlette.routing import Route

    from gateway.observability.metrics import Metrics
    from gateway.web.app import create_app
    from gateway.web.demo_page import demo_routes
    from gateway.web.gallery import gallery_routes
    from gateway.web.graphiql import GraphiQL
    from gateway.web.metrics import metrics_route
    from gateway.web.parts import explain_example

    metrics = Metrics()
    return create_app(
        settings,
        transport=httpx.ASGITransport(emulator.app),
        graphiql=GraphiQL(token_url="demo/token.json", home="./", explain=explain_example(settings)),  # noqa: S106  an address, not a token
        metrics=metrics,
        routes=[
            metrics_route(metrics, None),
            *demo_routes(token=token, project_id=emulator.projects[0], gallery_url="gallery"),
            *gallery_routes(pictures_from=lambda: emulator.public_url),
            Route("/snapshot/{picture:path}", emulator.app),  # the pictures' urls point at the demo itself
        ],
    )
