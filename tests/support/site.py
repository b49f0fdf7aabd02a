"""The demo on a socket, with its emulator in the test's hands."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gateway.cli.demo import build_demo
from gateway.emulator import Emulator, Tenant
from gateway.emulator.journal import Call
from gateway.settings import load
from tests.support.served import served

PROJECT = "0123456789abcdef0123456789abcdef"
TOKEN = "good-token"


@dataclass
class Site:
    """A demo that is served.

    Attributes:
        url: Its address, without a slash at the end.
        emulator: Its upstream.
    """

    url: str
    emulator: Emulator

    @property
    def graphql(self) -> str:
        """Where it answers GraphQL."""
        return f"{self.url}/graphql"

    def calls(self, path: str) -> list[Call]:
        """The upstream calls whose target contains a text."""
        return [call for call in self.emulator.journal if path in call.target]


@contextmanager
def open_site(
    *, size: int, clean: bool = True, gateway: Mapping[str, Any] | None = None, **tenant: Any
) -> Iterator[Site]:
    """Serves a demo on a free port of 127.0.0.1.

    Args:
        size: How many tasks there are.
        clean: Whether all of them are in order.
        gateway: Settings of the gateway, by field name.
        tenant: What else is told of the emulator's tenant.
    """
    emulator = Emulator([Tenant(PROJECT, tokens=[TOKEN], size=size, clean=clean, **tenant)])
    settings = load({}, env_file=None, upstream_url="http://127.0.0.1", project_id=PROJECT, **(gateway or {}))
    with served(build_demo(settings, emulator, token=TOKEN)) as url:
        emulator.public_url = url
        yield Site(url, emulator)
