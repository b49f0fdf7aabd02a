"""A GraphQL request, decoded from HTTP. Specification: GraphQL over HTTP, sections 5.2 and 5.3, and appendix A."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.datastructures import Headers
from starlette.requests import Request

from gateway.errors import BadUserInput, Reason

_PARAMETERS = ("query", "documentId", "operationName", "variables", "extensions")


class HttpError(Exception):
    """The request is refused by HTTP's own rules.

    Args:
        status: The status of the answer.
        problem: What is wrong.
        headers: Further headers of the answer.
    """

    def __init__(self, status: int, problem: BadUserInput, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(problem.message)
        self.status = status
        self.problem = problem
        self.headers = headers or {}


@dataclass(frozen=True)
class GraphQLRequest:
    """What a client asks to be run. Null and the empty text count as absent."""

    query: str | None
    document_id: str | None
    operation_name: str | None
    variables: dict[str, Any]
    extensions: dict[str, Any]


class RequestReader:
    """Decodes requests.

    Args:
        max_octets: The largest body.
        max_depth: How deep its JSON may be nested.
    """

    def __init__(self, *, max_octets: int, max_depth: int) -> None:
        self._max_octets = max_octets
        self._max_depth = max_depth

    async def read(self, request: Request) -> GraphQLRequest:
        """The request of an HTTP request, from the body of a POST or the URL of a GET.

        Raises:
            HttpError: 415 for another media type than JSON in UTF-8, 413 for a body over the limit, 400 for bad
                JSON, 422 for JSON that is no GraphQL request.
        """
        if request.method == "POST":
            return await self._from_body(request.headers, request.stream())
        return self._from_query(request.scope["query_string"])

    async def _from_body(self, headers: Headers, chunks: AsyncIterator[bytes]) -> GraphQLRequest:
        _check_content_type(headers)
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > self._max_octets:
            raise self._too_large()
        body = bytearray()
        async for chunk in chunks:
            body += chunk
            if len(body) > self._max_octets:
                raise self._too_large()
        members = self._json(bytes(body), "The body")
        if not isinstance(members, dict):
            raise malformed("The body has to be a JSON object; batches of operations are not served.")
        return _request(members)

    def _from_query(self, query: bytes) -> GraphQLRequest:
        try:
            pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=100)
        except ValueError as problem:
            message = "The URL's query is not `application/x-www-form-urlencoded` in UTF-8, with 100 fields at most."
            raise HttpError(400, BadUserInput(message, Reason.MALFORMED_REQUEST)) from problem
        members: dict[str, Any] = {}
        for name, value in pairs:
            if name in members and name in _PARAMETERS:
                raise malformed(f"`{name}` stands in the URL more than once.")
            members[name] = value
        for name in ("variables", "extensions"):
            if members.get(name):
                members[name] = self._json(members[name].encode(), f"`{name}` in the URL")
        return _request(members)

    def _too_large(self) -> HttpError:
        message = f"The limit `max_body_kilobytes` is {self._max_octets // 1024}; this body is larger."
        details = {"limit": "max_body_kilobytes", "maximum": self._max_octets // 1024}
        return HttpError(413, BadUserInput(message, Reason.BODY_TOO_LARGE, **details))

    def _json(self, octets: bytes, what: str) -> Any:
        try:
            value = msgspec.json.decode(octets)
        except RecursionError as problem:
            raise self._too_deep() from problem
        except (msgspec.MsgspecError, UnicodeError) as problem:
            raise HttpError(400, BadUserInput(f"{what} is not JSON in UTF-8.", Reason.MALFORMED_REQUEST)) from problem
        if _deeper_than(value, self._max_depth):
            raise self._too_deep()
        return value

    def _too_deep(self) -> HttpError:
        message = f"The limit `max_json_depth` is {self._max_depth}; this JSON is nested deeper."
        details = {"limit": "max_json_depth", "maximum": self._max_depth}
        return HttpError(422, BadUserInput(message, Reason.JSON_TOO_DEEP, **details))


def malformed(message: str) -> HttpError:
    """The refusal of a request that is none of GraphQL's: 422."""
    return HttpError(422, BadUserInput(message, Reason.MALFORMED_REQUEST))


def _check_content_type(headers: Headers) -> None:
    media_type, *parameters = (part.strip().lower() for part in headers.get("content-type", "").split(";"))
    charsets = [
        value.strip().strip('"')
        for name, _, value in (part.partition("=") for part in parameters)
        if name.strip() == "charset"
    ]
    if media_type != "application/json" or any(charset not in {"utf-8", "utf8"} for charset in charsets):
        message = "The body has to be `application/json` in UTF-8."
        raise HttpError(415, BadUserInput(message, Reason.UNSUPPORTED_MEDIA_TYPE), {"Accept": "application/json"})
    if headers.get("content-encoding", "identity").lower() != "identity":
        message = "The body must not be compressed."
        raise HttpError(415, BadUserInput(message, Reason.UNSUPPORTED_MEDIA_TYPE), {"Accept-Encoding": "identity"})


def _deeper_than(value: Any, most: int) -> bool:
    level = [value]
    for _ in range(most + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def _request(members: dict[str, Any]) -> GraphQLRequest:
    return GraphQLRequest(
        query=_text(members, "query"),
        document_id=_text(members, "documentId"),
        operation_name=_text(members, "operationName"),
        variables=_object(members, "variables"),
        extensions=_object(members, "extensions"),
    )


def _text(members: dict[str, Any], name: str) -> str | None:
    value = members.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    raise malformed(f"`{name}` has to be a string.")


def _object(members: dict[str, Any], name: str) -> dict[str, Any]:
    value = members.get(name)
    if value is None or value == "":
        return {}
    if isinstance(value, dict):
        return value
    raise malformed(f"`{name}` has to be an object.")
