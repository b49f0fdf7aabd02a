"""Settings that the files of deploy/ use already, and the gateway does not know yet."""

from collections.abc import Mapping

# Goes with the Redis store: the value that stands for a Redis until then.
_KNOWN_AS = {"GATEWAY_CACHE": "memory"}


def until_merged(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with values that load today; a bad one stays bad."""
    return {
        name: _KNOWN_AS[name] if name in _KNOWN_AS and value.startswith("redis://") else value
        for name, value in environment.items()
    }
