"""Which media type an answer gets, by the request's `Accept` (RFC 9110, section 12.5.1)."""

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"


def choose_media_type(accept: str | None) -> str | None:
    """The media type to answer with; None where the client takes neither.

    GraphQL-over-HTTP asks for its own type where the client leaves the choice open.
    """
    ranges = _ranges(accept or "*/*")
    best = max((GRAPHQL_RESPONSE, JSON), key=lambda media_type: _quality(ranges, media_type))
    return best if _quality(ranges, best) > 0 else None


def prefers_html(accept: str | None) -> bool:
    """Whether a browser is asking for a page to look at: `text/html` by name, before any answer of ours."""
    ranges = _ranges(accept or "")
    return ranges.get("text/html", 0) > max(ranges.get(GRAPHQL_RESPONSE, 0), ranges.get(JSON, 0))


def _quality(ranges: dict[str, float], media_type: str) -> float:
    for pattern in (media_type, "application/*", "*/*"):
        if pattern in ranges:
            return ranges[pattern]
    return 0


def _ranges(accept: str) -> dict[str, float]:
    """The media ranges and their weights; a range whose weight or charset we cannot serve counts nothing."""
    found: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                quality = _weight(value.strip())
            elif key.strip() == "charset" and value.strip().strip('"') not in {"utf-8", "utf8"}:
                quality = 0
        if name:
            found[name] = max(quality, found.get(name, 0))
    return found


def _weight(text: str) -> float:
    digits = text.replace(".", "", 1)
    return min(float(text), 1.0) if digits.isascii() and digits.isdecimal() and len(text) <= 5 else 0
