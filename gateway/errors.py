"""The errors a caller may meet, as one tree; every leaf has a stable code.

    GatewayError
    ├── RequestError               the request is refused as a whole; the answer has no `data`
    │   ├── ParseFailed            GRAPHQL_PARSE_FAILED
    │   ├── ValidationFailed       GRAPHQL_VALIDATION_FAILED
    │   ├── OperationUnresolved    OPERATION_RESOLUTION_FAILURE
    │   ├── PersistedQueryNotFound PERSISTED_QUERY_NOT_FOUND
    │   └── QueryTooComplex        QUERY_TOO_COMPLEX
    ├── BadUserInput               BAD_USER_INPUT, with a `reason`
    ├── Unauthenticated            UNAUTHENTICATED
    ├── Forbidden                  FORBIDDEN
    ├── NotFound                   NOT_FOUND
    ├── StaleCursor                STALE_CURSOR
    ├── Unavailable                for now: the same question may be answered later
    │   ├── RateLimited            RATE_LIMITED, with `retryAfterSeconds`
    │   ├── UpstreamTimeout        UPSTREAM_TIMEOUT
    │   └── UpstreamUnavailable    UPSTREAM_UNAVAILABLE
    ├── UpstreamRejected           UPSTREAM_REJECTED: it refused our request, a fault of ours
    ├── UpstreamInvalidResponse    UPSTREAM_INVALID_RESPONSE
    └── InternalServerError        INTERNAL_SERVER_ERROR

Nothing in a message or in the details may hold a token, a key or a signature.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, ClassVar


class Reason(StrEnum):
    """Why an input is bad: `extensions.reason` beside `BAD_USER_INPUT`."""

    FIRST_OUT_OF_RANGE = "FIRST_OUT_OF_RANGE"
    INVALID_ID = "INVALID_ID"
    INVALID_REPRESENTATION = "INVALID_REPRESENTATION"
    NOT_REFETCHABLE = "NOT_REFETCHABLE"
    INVALID_CURSOR = "INVALID_CURSOR"
    FOREIGN_CURSOR = "FOREIGN_CURSOR"
    INVALID_PROJECT = "INVALID_PROJECT"
    INVALID_CREDENTIAL = "INVALID_CREDENTIAL"
    SIGNED_FOR_ONE_CALL = "SIGNED_FOR_ONE_CALL"
    MALFORMED_REQUEST = "MALFORMED_REQUEST"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    BODY_TOO_LARGE = "BODY_TOO_LARGE"
    JSON_TOO_DEEP = "JSON_TOO_DEEP"
    PREFLIGHT_REQUIRED = "PREFLIGHT_REQUIRED"
    DOCUMENT_NOT_TRUSTED = "DOCUMENT_NOT_TRUSTED"
    MALFORMED_HTTP = "MALFORMED_HTTP"
    URL_TOO_LONG = "URL_TOO_LONG"
    HEADERS_TOO_LARGE = "HEADERS_TOO_LARGE"
    REQUEST_TOO_SLOW = "REQUEST_TOO_SLOW"
    EXPLAIN_REFUSED = "EXPLAIN_REFUSED"


class GatewayError(Exception):
    """An error with a message for people and a code for programs.

    Args:
        message: One or more whole sentences.
        details: What `extensions` holds beside the code, by its GraphQL name.
    """

    code: ClassVar[str]

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = {name: value for name, value in details.items() if value is not None}

    @property
    def extensions(self) -> dict[str, Any]:
        """What an answer says under `extensions`: the code and the details."""
        return {"code": self.code, **self.details}


class RequestError(GatewayError):
    """The request is refused before anything is executed."""


class ParseFailed(RequestError):
    """The document is not GraphQL."""

    code = "GRAPHQL_PARSE_FAILED"


class ValidationFailed(RequestError):
    """The document does not fit the schema, or the variables do not fit the document."""

    code = "GRAPHQL_VALIDATION_FAILED"


class OperationUnresolved(RequestError):
    """It cannot be told which operation of the document to run."""

    code = "OPERATION_RESOLUTION_FAILURE"


class PersistedQueryNotFound(RequestError):
    """The digest names no document known here; send it once in full."""

    code = "PERSISTED_QUERY_NOT_FOUND"


class QueryTooComplex(RequestError):
    """The document asks for more than one request may cost."""

    code = "QUERY_TOO_COMPLEX"


class BadUserInput(GatewayError):
    """Something the caller sent is out of its range or malformed; `reason` says what."""

    code = "BAD_USER_INPUT"

    def __init__(self, message: str, reason: Reason, **details: Any) -> None:
        super().__init__(message, reason=reason.value, **details)
        self.reason = reason


class Unauthenticated(GatewayError):
    """There is no credential, or the upstream does not accept it."""

    code = "UNAUTHENTICATED"


class Forbidden(GatewayError):
    """The credential is known and may not do this."""

    code = "FORBIDDEN"


class NotFound(GatewayError):
    """The upstream has no such asset or task to show."""

    code = "NOT_FOUND"


class StaleCursor(GatewayError):
    """The list changed so much that the cursor's place cannot be found again."""

    code = "STALE_CURSOR"


class Unavailable(GatewayError):
    """The upstream cannot answer now; a copy that has gone stale may stand in for it."""


class RateLimited(Unavailable):
    """The tenant's quota upstream is used up; `retryAfterSeconds` says for how long."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, retry_after: float, **details: Any) -> None:
        super().__init__(message, retryAfterSeconds=retry_after, **details)
        self.retry_after = retry_after


class UpstreamTimeout(Unavailable):
    """The upstream did not answer in time."""

    code = "UPSTREAM_TIMEOUT"


class UpstreamUnavailable(Unavailable):
    """The upstream cannot be reached, or says that it is broken."""

    code = "UPSTREAM_UNAVAILABLE"


class UpstreamRejected(GatewayError):
    """The upstream refused a request that this gateway built."""

    code = "UPSTREAM_REJECTED"


class UpstreamInvalidResponse(GatewayError):
    """The upstream answered something that is not the documented answer."""

    code = "UPSTREAM_INVALID_RESPONSE"


class InternalServerError(GatewayError):
    """A defect of the gateway; its log has the whole of it."""

    code = "INTERNAL_SERVER_ERROR"


def leaves(kind: type[GatewayError] = GatewayError) -> Iterator[type[GatewayError]]:
    """Every error class that has a code, in the order of the tree."""
    for child in kind.__subclasses__():
        if "code" in vars(child):
            yield child
        yield from leaves(child)
