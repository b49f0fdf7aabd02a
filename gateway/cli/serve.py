"""`vod-gateway serve`: the gateway, by its settings."""

import click


@click.command()
@click.option("--host", help="The address to listen on.  [default: GATEWAY_HOST]")
@click.option("--port", type=int, help="The port to listen on; 0 takes a free one.  [default: GATEWAY_PORT]")
def serve(host: str | None, port: int | None) -> None:
    """Serve the gateway. Everything else is set by GATEWAY_* in the environment or in a .env file."""
    from gateway.settings import SettingsError, load
    from gateway.web import server
    from gateway.web.app import create_app
    from gateway.web.parts import request_limits

    try:
        settings = load(host=host, port=port)
        app = create_app(settings)
    except SettingsError as problem:
        raise click.ClickException(str(problem)) from problem

    def announce(port: int) -> None:
        click.echo(f"Serving GraphQL at http://{settings.host}:{port}/graphql from {settings.upstream_url}")

    server.serve(app, limits=request_limits(settings), host=settings.host, port=settings.port, on_listening=announce)
