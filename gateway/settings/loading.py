"""Reads the settings from `GATEWAY_*` in the environment or in a `.env` file."""

import os
from collections.abc import Mapping
from typing import Any

from dotenv import dotenv_values
from pydantic import ValidationError

from gateway.settings.table import PREFIX, Settings


class SettingsError(Exception):
    """A setting is unknown or bad; the message is one line that names it."""


def load(environment: Mapping[str, str] = os.environ, env_file: str | None = ".env", **given: Any) -> Settings:
    """The settings: those given, else from the environment, else from the file, else the defaults.

    Args:
        environment: Names and values.
        env_file: Read if it is there.
        given: Values by field name, as from command-line options; None counts as not given.

    Raises:
        SettingsError: One of them is unknown or bad, or one that is needed is missing.
    """
    values: dict[str, Any] = {**read(environment, env_file)}
    values |= {name: value for name, value in given.items() if value is not None}
    try:
        return Settings.model_validate(values)
    except ValidationError as problem:
        raise SettingsError(_first_problem(problem)) from None


def read(environment: Mapping[str, str] = os.environ, env_file: str | None = ".env") -> dict[str, str | None]:
    """What environment and file say, by field name, unchecked; the environment goes before the file."""
    found = {**(dotenv_values(env_file) if env_file else {}), **environment}
    return {name[len(PREFIX) :].lower(): value for name, value in found.items() if name.startswith(PREFIX)}


def _first_problem(problem: ValidationError) -> str:
    first = problem.errors(include_input=False, include_url=False)[0]
    message = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:
        return message
    name = PREFIX + str(first["loc"][0]).upper()
    if first["type"] == "extra_forbidden":
        return f"{name} is no setting of this gateway (`vod-gateway settings` lists them)"
    if first["type"] == "missing":
        return f"{name} is not set"
    return f"{name}: {message[0].lower()}{message[1:]}"
