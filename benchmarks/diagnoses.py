"""What `vod-gateway doctor` says where something is wrong: `python -m benchmarks.diagnoses`."""

import asyncio
import socket
import time
from collections.abc import Mapping
from typing import Any

from gateway.cli.doctor import examine
from gateway.credentials.secret import Secret
from gateway.emulator import AccessKey, Emulator, Tenant, serve
from gateway.emulator.tenants import Token
from gateway.settings import load
from tests.support.house import PROJECT, TOKEN

KEY = AccessKey("AKOFTHEGATEWAY", "sk-of-the-gateway")
OWN_KEY: Mapping[str, Any] = {
    "credentials": "key",
    "access_key": KEY.access,
    "secret_key": KEY.secret,
    "admit_everyone": True,
}
MINUTES_OFF = 20


def show(name: str, token: str | None, *, minutes_off: float = 0, **settings: Any) -> None:
    """Prints what is found."""
    loaded = load({}, env_file=None, **settings)
    secret = Secret(token) if token else None
    print(f"{name}:")
    for finding in asyncio.run(examine(loaded, secret, clock=lambda: time.time() + 60 * minutes_off)):
        print(finding)
    print()


def main() -> None:
    """Prints all of it."""
    tokens: list[str | Token] = [TOKEN, Token("an-old-token", expires=time.time() - 60)]
    emulator = Emulator([Tenant(PROJECT, tokens, [KEY], size=30, clean=True)])
    with serve(emulator) as url:
        where: dict[str, Any] = {"upstream_url": url, "project_id": PROJECT}
        show("all well", TOKEN, **where)
        show("wrong project", TOKEN, upstream_url=url, project_id="f" * 32)
        show("expired token", "an-old-token", **where)
        show(f"clock {MINUTES_OFF} minutes off", None, minutes_off=MINUTES_OFF, **where, **OWN_KEY)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nobody = listener.getsockname()[1]
    show("no route", TOKEN, upstream_url=f"http://127.0.0.1:{nobody}", project_id=PROJECT)


if __name__ == "__main__":
    main()
