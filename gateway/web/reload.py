"""A request's wish for news (RFC 9111, section 5.2.1)."""

_DIRECTIVES = frozenset({"no-cache", "no-store", "max-age=0"})


def wants_reload(cache_control: str | None) -> bool:
    """Whether an answer from memory will not do; browsers ask so when a page is loaded anew."""
    return cache_control is not None and any(
        directive.strip() in _DIRECTIVES for directive in cache_control.lower().split(",")
    )
