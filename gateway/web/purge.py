"""`POST /cache/purge`: what is remembered is not served any more, here at once and in all replicas within seconds."""

import re

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.cache.generations import EVERYTHING, Generations, of_project, of_scope
from gateway.credentials.secret import Secret
from gateway.web.admin import refusal

PATH = "/cache/purge"

_PROJECT = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SCOPE = re.compile(r"[0-9a-f]{12,32}")

EXPECTED = "Say what: all=true, or project=ID, or scope=DIGEST with the 12 digits that logs show."


def what_to_purge(secret: bytes, *, everything: bool, project: str | None, scope: str | None) -> str:
    """What the generations call it.

    Args:
        secret: Keys the digests of projects.
        everything: Whether everything is meant.
        project: The id of a project.
        scope: The digest of a scope, or its first 12 digits at least.

    Raises:
        ValueError: It is not exactly one of these, or malformed.
    """
    if sum((everything, project is not None, scope is not None)) != 1:
        raise ValueError(EXPECTED)
    if project is not None and _PROJECT.fullmatch(project):
        return of_project(secret, project)
    if scope is not None and _SCOPE.fullmatch(scope):
        return of_scope(scope)
    if not everything:
        raise ValueError(EXPECTED)
    return EVERYTHING


def purge_route(generations: Generations, secret: bytes, admin_token: Secret) -> Route:
    """The route.

    Args:
        generations: Are told what is purged.
        secret: Keys the digests of projects.
        admin_token: What has to be sent as `Authorization: Bearer TOKEN`.
    """

    async def purge(request: Request) -> Response:
        if refused := refusal(request, admin_token):
            return refused
        try:
            name = _asked_for(secret, request.query_params)
        except ValueError as problem:
            return _answer({"error": str(problem)}, 400)
        if await generations.purge(name):
            return _answer({"purged": True}, 200)
        note = "Purged in this process. The shared store does not answer; it is told as soon as it does."
        return _answer({"purged": True, "pending": note}, 202)

    return Route(PATH, purge, methods=["POST"])


def _asked_for(secret: bytes, query: QueryParams) -> str:
    if set(query) - {"all", "project", "scope"} or query.get("all", "true") != "true":
        raise ValueError(EXPECTED)
    return what_to_purge(secret, everything="all" in query, project=query.get("project"), scope=query.get("scope"))


def _answer(body: object, status: int) -> Response:
    return Response(msgspec.json.encode(body), status, {"Cache-Control": "no-store"}, "application/json")
