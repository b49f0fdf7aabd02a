"""The two calls of the service: listing tasks, and listing the snapshots of one."""

import re
from collections.abc import Mapping
from typing import Any

from gateway.emulator import snapshots
from gateway.emulator.answers import RefusedError, illegal_parameter, not_published
from gateway.emulator.auth import Gatekeeper
from gateway.emulator.catalogue import Catalogue
from gateway.emulator.parameters import Window
from gateway.emulator.request import Request
from gateway.emulator.scripts import Scripts
from gateway.emulator.throttle import Throttle

_PATH = re.compile(rb"/v1/([^/]+)/asset/(thumbnails|thumbnail/details)")
_MAX_LINE = 32 * 1024
_MAX_HEADERS = 128 * 1024


class Service:
    """Answers a call with a payload, or refuses it.

    The order is the vendor's as far as it is known: sizes, route, credential, limit (the API gateway), then project and
    parameters (the service).
    """

    def __init__(
        self, catalogues: Mapping[str, Catalogue], gatekeeper: Gatekeeper, throttle: Throttle, scripts: Scripts
    ) -> None:
        self._catalogues = catalogues
        self._gatekeeper = gatekeeper
        self._throttle = throttle
        self._scripts = scripts

    def answer(self, request: Request, base_url: str) -> dict[str, Any]:
        """The body of the 200.

        Raises:
            RefusedError: the vendor's refusal.
        """
        _check_sizes(request)
        match = _PATH.fullmatch(request.path)
        if match is None or request.method != "GET":
            raise not_published()
        project_id = self._gatekeeper.admit(request)
        self._throttle.admit(project_id)
        self._scripts.run(project_id)
        if match[1] != project_id.encode() or request.header("x-project-id") not in {None, project_id}:
            raise RefusedError(403, "VOD.10057", "The tenant ID check failed.")
        catalogue = self._catalogues[project_id]
        return _tasks(catalogue, request) if match[2] == b"thumbnails" else _details(catalogue, request, base_url)


def _check_sizes(request: Request) -> None:
    """Refuse what the API gateway would not carry."""
    if len(request.path) + len(request.query) > _MAX_LINE:
        raise RefusedError(414, "APIGW.0201", "Request URI too large")
    sizes = [len(name) + len(value) for name, value in request.headers]
    if max(sizes, default=0) > _MAX_LINE or sum(sizes) > _MAX_HEADERS:
        raise RefusedError(494, "APIGW.0201", "Request header too large")


def _tasks(catalogue: Catalogue, request: Request) -> dict[str, Any]:
    asked = Window.parse(request.query, max_offset=20_000, default_limit=10)
    total, rows = catalogue.page(asked.offset, asked.limit, asset_id=asked.asset_id, task_id=asked.task_id)
    return {"total": total, "thumbnails": rows}


def _details(catalogue: Catalogue, request: Request, base_url: str) -> dict[str, Any]:
    asked = Window.parse(request.query, max_offset=20_480, default_limit=20)
    if asked.task_id is None:
        raise illegal_parameter("task_id")
    row = catalogue.find(asked.task_id)
    total, results = (0, []) if row is None else snapshots.page(row, asked.offset, asked.limit, base_url)
    return {"total": total, "thumbnail_result": results}
