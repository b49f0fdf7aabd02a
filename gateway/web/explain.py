"""Who is told what an answer took: the header `X-Explain`, and the secret that may be asked for with it."""

from gateway.credentials.headers import RequestHeaders, only
from gateway.credentials.secret import Secret
from gateway.errors import BadUserInput, Reason

HEADER = "X-Explain"


class ExplainHeader:
    """Reads the header, where the settings allow explanations.

    Args:
        secret: What it has to hold; None where `1` will do.
    """

    def __init__(self, secret: Secret | None = None) -> None:
        self._secret = secret

    def is_sent(self, headers: RequestHeaders) -> bool:
        """Whether a request asks for an explanation.

        Raises:
            BadUserInput: `EXPLAIN_REFUSED`, for a value that is not the right one.
        """
        sent = only(headers, HEADER, Reason.EXPLAIN_REFUSED)
        if sent is None:
            return False
        if Secret(sent) != (self._secret or Secret("1")):
            right = "1" if self._secret is None else "the secret in GATEWAY_EXPLAIN_SECRET"
            raise BadUserInput(f"`{HEADER}` has to be {right}; leave it out otherwise.", Reason.EXPLAIN_REFUSED)
        return True
