"""Answers: the vendor's success and error bodies.

Errors have two shapes. The service's own say `error_code` and `error_msg`; those of the API gateway in front of it
carry `request_id` in the body too (vendor's pages "Error Codes" and "Common Errors Related to IAM Authentication").
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer, ready to be sent or to be spoilt by a fault."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Sequence[tuple[str, str]] = ()


class RefusedError(Exception):
    """A call that the vendor refuses; the code's prefix decides the shape of the body."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message

    def answer(self, request_id: str) -> Answer:
        """The refusal as it goes out."""
        body = {"error_code": self.code, "error_msg": self.message}
        if self.code.startswith("APIG"):
            body["request_id"] = request_id
        return Answer(self.status, msgspec.json.encode(body))


def illegal_parameter(name: str) -> RefusedError:
    """The service's refusal of a parameter, naming the field."""
    return RefusedError(400, "VOD.10053", f"The request parameter is illegal, illegal field: {{{name}}}.")


def not_published() -> RefusedError:
    """The API gateway's answer to an unknown path or method."""
    return RefusedError(404, "APIGW.0101", "The API does not exist or has not been published in the environment.")


def unauthenticated(reason: str, code: str = "APIGW.0301", subject: str = "IAM") -> RefusedError:
    """The API gateway's refusal of a credential."""
    return RefusedError(401, code, f"Incorrect {subject} authentication information: {reason}")


def throttled(limit: int) -> RefusedError:
    """The API gateway's refusal of the call that is one too many; the wait is told in the message only."""
    message = f"The throttling threshold has been reached: policy user over ratelimit,limit:{limit},time:1 minute"
    return RefusedError(429, "APIGW.0308", message)


def default_error(status: int) -> RefusedError:
    """A plausible vendor error for a status, for faults that name only the status."""
    code, message = {
        400: ("VOD.10081", "The request parameters are illegal."),
        401: ("APIGW.0301", "Incorrect IAM authentication information: decrypt token fail"),
        403: ("VOD.10074", "You do not have the permission to perform this operation."),
        404: ("APIGW.0101", "The API does not exist or has not been published in the environment."),
        413: ("APIGW.0201", "Request entity too large"),
        429: ("APIGW.0308", throttled(100).message),
        500: ("VOD.10051", "Internal system error."),
        502: ("APIGW.0201", "Backend unavailable"),
        503: ("APIGW.0613", "The IAM service is temporarily unavailable."),
        504: ("APIGW.0201", "Backend timeout"),
    }.get(status, ("VOD.10051", "Internal system error."))
    return RefusedError(status, code, message)
