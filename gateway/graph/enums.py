"""The upstream's words and numbers as GraphQL enums. A value it invents tomorrow is `UNKNOWN`, not an error."""

import logging
from enum import Enum
from typing import TypeVar

import strawberry

_logger = logging.getLogger(__name__)


@strawberry.enum(description="How the moments of the snapshots are chosen.")
class ThumbnailType(Enum):
    """The upstream's `type`."""

    TIME = strawberry.enum_value("time", description="One snapshot every `time` seconds.")
    DOTS = strawberry.enum_value("dots", description="One snapshot at each second of `dots`.")
    QUANTITY = strawberry.enum_value("quantity", description="`quantity` snapshots, spread over the video.")
    UNKNOWN = strawberry.enum_value("", description="A way this gateway does not know yet.")


@strawberry.enum(description="The file format of the snapshots.")
class ThumbnailFormat(Enum):
    """The upstream's `format`."""

    JPG = strawberry.enum_value(1, description="JPEG.")
    UNKNOWN = strawberry.enum_value(-1, description="A format this gateway does not know yet.")


@strawberry.enum(description="The shape of the snapshots.")
class AspectRatio(Enum):
    """The upstream's `aspect_ratio`."""

    ADAPTIVE = strawberry.enum_value(0, description="The video's own aspect ratio.")
    RATIO_16_9 = strawberry.enum_value(1, description="16:9.")
    UNKNOWN = strawberry.enum_value(-1, description="A shape this gateway does not know yet.")


EnumT = TypeVar("EnumT", ThumbnailType, ThumbnailFormat, AspectRatio)


class UnknownValues:
    """Turns upstream values into enums, and logs each new one once.

    Args:
        most: How many values are kept in mind; behind that, new ones are logged no more.
    """

    def __init__(self, most: int = 100) -> None:
        self._most = most
        self._seen: set[tuple[str, str]] = set()

    def read(self, enum: type[EnumT], value: str | int | None) -> EnumT | None:
        """The enum's member for a value: None where the upstream said nothing, `UNKNOWN` for news."""
        if value is None:
            return None
        try:
            return enum(value)
        except ValueError:
            self._log(enum.__name__, repr(value)[:100])
            return enum["UNKNOWN"]

    def _log(self, name: str, value: str) -> None:
        if (name, value) not in self._seen and len(self._seen) < self._most:
            self._seen.add((name, value))
            _logger.warning("upstream value unknown", extra={"enum": name, "value": value})
