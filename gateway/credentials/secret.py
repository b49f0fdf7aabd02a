"""A text that must not be shown."""

import hmac
from typing import NoReturn

from typing_extensions import override


class Secret:
    """Holds a token, a key or a signature, and shows it only to who asks by name.

    Whatever turns objects into text by itself (`repr`, `str`, formatting, a log record, a traceback with
    values) gets the mask. It cannot be pickled or copied into one.

    Args:
        value: What is to be kept.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself, for the request that it is made for."""
        return self._value

    @override
    def __repr__(self) -> str:
        return "Secret('***')"

    @override
    def __str__(self) -> str:
        return "***"

    @override
    def __format__(self, format_spec: str) -> str:
        return format(str(self), format_spec)

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    @override
    def __hash__(self) -> int:
        return hash((Secret, self._value))

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled")
