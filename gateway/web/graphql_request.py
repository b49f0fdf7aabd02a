"""A GraphQL request, decoded from HTTP. Specification: GraphQL over HTTP, sections 5.2 and 5.3."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.datastructures import Headers, QueryParams

from gateway.errors import BadUserInput, Reason


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
    operation_name: str | None
    variables: dict[str, Any]
    extensions: dict[str, Any]


def from_query(parameters: QueryParams) -> GraphQLRequest:
    """The request in a URL's query; `variables` and `extensions` are JSON there.

    Raises:
        HttpError: 400 for bad JSON, 422 for members of the wrong kind.
    """
    members: dict[str, Any] = dict(parameters)
    for name in ("variables", "extensions"):
        if members.get(name):
            members[name] = _json(members[name].encode(), f"`{name}` in the URL")
    return _request(members)


async def from_body(headers: Headers, chunks: AsyncIterator[bytes], *, max_octets: int) -> GraphQLRequest:
    """The request in a body.

    Raises:
        HttpError: 415 for another media type than JSON in UTF-8, 413 for a body over the limit,
            400 for bad JSON, 422 for JSON that is no GraphQL request.
    """
    _check_content_type(headers)
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > max_octets:
            message = f"The body may have {max_octets} octets at most."
            raise HttpError(413, BadUserInput(message, Reason.BODY_TOO_LARGE))
    members = _json(bytes(body), "The body")
    if not isinstance(members, dict):
        raise _malformed("The body has to be a JSON object; batches of operations are not served.")
    return _request(members)


def _check_content_type(headers: Headers) -> None:
    media_type, *parameters = (part.strip().lower() for part in headers.get("content-type", "").split(";"))
    charsets = [
        value.strip('"') for name, _, value in (part.partition("=") for part in parameters) if name == "charset"
    ]
    if media_type != "application/json" or any(charset not in {"utf-8", "utf8"} for charset in charsets):
        message = "The body has to be `application/json` in UTF-8."
        raise HttpError(415, BadUserInput(message, Reason.UNSUPPORTED_MEDIA_TYPE), {"Accept": "application/json"})
    if headers.get("content-encoding", "identity").lower() != "identity":
        message = "The body must not be compressed."
        raise HttpError(415, BadUserInput(message, Reason.UNSUPPORTED_MEDIA_TYPE), {"Accept-Encoding": "identity"})


def _json(octets: bytes, what: str) -> Any:
    try:
        return msgspec.json.decode(octets)
    except (msgspec.MsgspecError, RecursionError) as problem:
        raise HttpError(400, BadUserInput(f"{what} is not JSON in UTF-8.", Reason.MALFORMED_REQUEST)) from problem


def _request(members: dict[str, Any]) -> GraphQLRequest:
    return GraphQLRequest(
        query=_text(members, "query"),
        operation_name=_text(members, "operationName"),
        variables=_object(members, "variables"),
        extensions=_object(members, "extensions"),
    )


def _text(members: dict[str, Any], name: str) -> str | None:
    value = members.get(name) or None
    if value is None or isinstance(value, str):
        return value
    raise _malformed(f"`{name}` has to be a string.")


def _object(members: dict[str, Any], name: str) -> dict[str, Any]:
    value = members.get(name)
    if value is None or value == "":
        return {}
    if isinstance(value, dict):
        return value
    raise _malformed(f"`{name}` has to be an object.")


def _malformed(message: str) -> HttpError:
    return HttpError(422, BadUserInput(message, Reason.MALFORMED_REQUEST))
