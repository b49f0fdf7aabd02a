"""`vod-gateway serve`: the gateway, by its settings."""

import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from gateway.observability.logs import AccessLog
    from gateway.settings import Settings

_BACKLOG = 2048
_FEW_AT_ONCE = 8  # connections that one of several processes takes in one turn, so that the others get some


@click.command()
@click.option("--host", help="The address to listen on.  [default: GATEWAY_HOST]")
@click.option(
    "--port", type=click.IntRange(0, 65_535), help="The port to listen on; 0 takes a free one.  [default: GATEWAY_PORT]"
)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="How many processes serve.")
def serve(host: str | None, port: int | None, workers: int) -> None:
    """Serve the gateway. Everything else is set by GATEWAY_* in the environment or in a .env file."""
    from gateway.observability.logs import configure_loggers
    from gateway.settings import SettingsError, load

    try:
        settings = load(host=host, port=port)
    except SettingsError as problem:
        raise click.ClickException(str(problem)) from problem
    configure_loggers(settings.log_format, settings.log_level)

    def announce(port: int) -> None:
        click.echo(f"Serving GraphQL at http://{settings.host}:{port}/graphql from {settings.upstream_url}")

    if workers == 1:
        _serve_alone(settings, announce)
    else:
        _serve_together(settings, workers, announce)


def _serve_alone(settings: "Settings", announce: Callable[[int], None]) -> None:
    from gateway.settings import SettingsError
    from gateway.web import server
    from gateway.web.app import create_app
    from gateway.web.parts import request_limits

    try:
        app = create_app(settings, log=_access_log(settings))
    except SettingsError as problem:
        raise click.ClickException(str(problem)) from problem
    server.serve(
        app,
        limits=request_limits(settings),
        host=settings.host,
        port=settings.port,
        on_listening=announce,
        drain_seconds=settings.drain_seconds,
    )


def _access_log(settings: "Settings") -> "AccessLog | None":
    """None at a level that leaves access lines out: then none is put together either."""
    from gateway.observability.logs import access_log

    return access_log(settings.log_format, settings.log_level) if settings.log_level in {"debug", "info"} else None


def _serve_together(settings: "Settings", workers: int, announce: Callable[[int], None]) -> None:
    from prometheus_client.multiprocess import mark_process_dead
    from pydantic import SecretStr

    from gateway.web.workers import Workers, WorkersError

    if settings.cache_secret is None:  # one for all, so that their log lines name a scope alike
        settings = settings.model_copy(update={"cache_secret": SecretStr(secrets.token_hex(32))})
    with TemporaryDirectory(prefix="vod-gateway-") as directory:
        # For the processes to come: prometheus-client reads it when it is imported.
        os.putenv("PROMETHEUS_MULTIPROC_DIR", directory)
        try:
            family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
            listener = socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
        except OSError as problem:
            raise click.ClickException(f"{settings.host}:{settings.port}: {problem.strerror}") from problem
        with listener:
            work = Worker(settings, directory)

            def forget(pid: int) -> None:
                mark_process_dead(pid, directory)  # type: ignore[no-untyped-call]

            try:
                Workers(work, count=workers, listener=listener, on_death=forget).run(announce)
            except WorkersError as problem:
                raise click.ClickException(str(problem)) from problem


@dataclass(frozen=True)
class Worker:
    """What each of several processes does.

    Args:
        settings: All settings.
        directory: Where the processes share what they count.
    """

    settings: "Settings"
    directory: str

    def __call__(self, listener: socket.socket, on_listening: Callable[[int], None]) -> None:
        """Serves on the socket until a signal to stop."""
        from gateway.observability.logs import configure_loggers
        from gateway.observability.metrics import Metrics
        from gateway.web import server
        from gateway.web.app import create_app
        from gateway.web.parts import request_limits

        settings = self.settings
        configure_loggers(settings.log_format, settings.log_level)
        server.serve_on(
            listener,
            create_app(
                settings,
                log=_access_log(settings),
                metrics=Metrics(self.directory),
            ),
            limits=request_limits(settings),
            on_listening=on_listening,
            drain_seconds=settings.drain_seconds,
            accepted_at_once=_FEW_AT_ONCE,
        )
