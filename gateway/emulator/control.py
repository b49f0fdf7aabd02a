"""The control route: what a Python test does with the object, done over HTTP.

Bodies are JSON objects whose members are the arguments of the method of the same name. The route is off unless the
emulator was asked for it, and it knows no credentials: never let it listen beyond the machine.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from gateway.emulator.emulator import Emulator


def routes(emulator: "Emulator") -> list[Route]:
    """`/_emulator/...` for one emulator."""
    control = _Control(emulator)
    edits: dict[str, Callable[..., object]] = {
        "insert": emulator.insert,
        "remove": emulator.remove,
        "move": emulator.move,
        "script": emulator.script,
        "fault": emulator.fault,
        "settings": control.settings,
        "clear": emulator.clear,
    }
    return [
        Route("/_emulator", control.show, methods=["GET"]),
        Route("/_emulator/journal", control.journal, methods=["GET", "DELETE"]),
        *(Route(f"/_emulator/{name}", _posted(method), methods=["POST"]) for name, method in edits.items()),
    ]


class _Control:
    def __init__(self, emulator: "Emulator") -> None:
        self._emulator = emulator

    async def show(self, _: Request) -> Response:
        return _json(self._state())

    async def journal(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._emulator.journal.clear()
        return _json(list(self._emulator.journal))

    def settings(self, **changes: Any) -> object:
        for name, value in changes.items():
            match name, value:
                case "latency", int() | float() if value >= 0:
                    self._emulator.latency = value
                case "calls_per_minute", int() | None:
                    self._emulator.calls_per_minute = value
                case _:
                    raise ValueError(f"{name}: no such setting, or not a value for it")
        return self._state()

    def _state(self) -> dict[str, object]:
        emulator = self._emulator
        return {
            "projects": {project: len(emulator.catalogue(project)) for project in emulator.projects},
            "latency": emulator.latency,
            "calls_per_minute": emulator.calls_per_minute,
            "faults": emulator.faults.waiting(),
            "calls": len(emulator.journal),
        }


def _posted(method: Callable[..., object]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        try:
            arguments = msgspec.json.decode(await request.body() or b"{}", type=dict[str, Any])
            return _json({"result": method(**arguments)})
        except (msgspec.MsgspecError, TypeError, ValueError, KeyError) as error:
            return _json({"error": str(error)}, status=400)

    return endpoint


def _json(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value) + b"\n", status, media_type="application/json")
