"""The settings: one typed table, read from `GATEWAY_*` in the environment or in a `.env` file."""

import os
import re
from collections.abc import Mapping
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le
from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

PREFIX = "GATEWAY_"

Seconds = Annotated[float, Gt(0), Le(86_400)]
Count = Annotated[int, Ge(1), Le(10_000_000)]
Percent = Annotated[int, Ge(0), Le(100)]


class SettingsError(Exception):
    """A setting is unknown or bad; the message is one line that names it."""


class Settings(BaseModel):
    """Every setting with its default and what it does. Names in the environment: `GATEWAY_` and the name here."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    upstream_url: str = Field(description="Scheme and host of the REST API, such as https://vod.REGION.example.com.")
    upstream_plain_http: bool = Field(
        default=False, description="Whether the REST API may be reached over plain http elsewhere than on loopback."
    )
    project_id: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="The project that is asked for. Needed unless callers name theirs.",
    )
    callers_choose_project: bool = Field(
        default=False, description="Whether a caller's `X-Project-Id` may name another project."
    )
    cache: str = Field(default="memory", pattern="^(memory|off)$", description="`memory`, or `off` to keep nothing.")
    cache_secret: SecretStr | None = Field(
        default=None,
        min_length=16,
        max_length=64,
        description="Keys the digests that stand for credentials and questions, 16 to 64 characters. "
        "Made up at every start where it is not set.",
    )
    cache_fresh_seconds: Seconds = Field(default=10, description="How long an answer of the upstream is fresh.")
    cache_stale_seconds: Annotated[float, Ge(0), Le(86_400)] = Field(
        default=50, description="How long after that it is still served, while it is read again in the background."
    )
    cache_error_seconds: Annotated[float, Ge(0), Le(86_400)] = Field(
        default=300, description="How long after that it is served where the upstream is not available."
    )
    cache_early_percent: Percent = Field(
        default=10,
        description="The last part of the freshness in which a block that is asked for is read again already, each "
        "from a moment of its own, so that blocks read together are not all read again together.",
    )
    cache_patience_seconds: Seconds = Field(
        default=2, description="How long the upstream is waited for where a stale copy can stand in for its answer."
    )
    cache_max_entries: Count = Field(default=20_000, description="The most blocks of 100 rows kept in memory.")
    cache_max_megabytes: Count = Field(default=64, description="The most memory for them, in MiB of encoded blocks.")
    max_first: Annotated[int, Ge(1), Le(20_100)] = Field(
        default=1_000, description="The highest `first` of a connection."
    )
    max_documents: Count = Field(default=1_000, description="How many parsed GraphQL documents are kept.")
    max_body_kilobytes: Count = Field(default=256, description="The largest request body, in KiB.")
    search_calls: Annotated[int, Ge(0), Le(100)] = Field(
        default=4, description="The most upstream calls a page may spend on finding its place in a list that changed."
    )
    upstream_timeout_seconds: Seconds = Field(
        default=8, description="For one read of the upstream: all its attempts and the waits between them."
    )
    upstream_attempt_seconds: Seconds = Field(default=5, description="For one attempt, to its answer's last byte.")
    upstream_attempts: Annotated[int, Ge(1), Le(10)] = Field(
        default=3, description="The most attempts of one read, where it timed out or failed on the upstream's side."
    )
    upstream_retry_percent: Percent = Field(
        default=20, description="Retries as a part of all reads, beside 10 that are always saved up."
    )
    breaker_failures: Count = Field(
        default=5,
        description="How many calls for one project have to fail within 30 s, being half of all, until the upstream "
        "is left alone.",
    )
    breaker_seconds: Annotated[float, Gt(0), Le(60)] = Field(
        default=5, description="For how long; then one call is let through, and each that fails doubles it, up to 60 s."
    )
    upstream_concurrency: Count = Field(default=50, description="The most upstream calls under way at once.")
    upstream_queue_seconds: Seconds = Field(default=2, description="How long a call may wait for its turn.")
    throttle_max_seconds: Seconds = Field(
        default=300, description="How long a project is left alone after a 429 at most, whatever the upstream says."
    )
    upstream_calls_per_minute: Annotated[int, Ge(1), Le(100_000)] | None = Field(
        default=None,
        description="The most upstream calls of this process for one project in any 60 seconds, retries included.",
    )
    upstream_scope_percent: Annotated[int, Ge(1), Le(100)] = Field(
        default=50,
        description="The part of them that one scope may use; 100 where all callers are one scope.",
    )
    upstream_reserve_percent: Percent = Field(
        default=20, description="The part of them that reads in the background leave to callers who wait."
    )
    upstream_connect_seconds: Seconds = Field(default=2, description="For connecting to the upstream, TLS included.")
    upstream_connections: Count = Field(default=100, description="The most connections to the upstream at once.")
    upstream_max_answer_megabytes: Annotated[int, Ge(1), Le(100)] = Field(
        default=4, description="The largest upstream answer, in MiB after decompression."
    )
    graphiql: bool = Field(default=True, description="Whether a browser that opens `/graphql` is shown GraphiQL.")
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: Annotated[int, Ge(0), Le(65_535)] = Field(default=8000, description="The port to listen on.")

    @field_validator("upstream_url")
    @classmethod
    def _origin(cls, value: str) -> str:
        if not re.fullmatch(r"https?://([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?/?", value):
            raise ValueError("has to be a scheme and a host, such as https://vod.REGION.example.com")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _fit(self) -> "Settings":
        loopback = re.match(r"http://(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?$", self.upstream_url)
        if self.upstream_url.startswith("http:") and not loopback and not self.upstream_plain_http:
            raise ValueError(
                "GATEWAY_UPSTREAM_URL is plain http, which would show every token to the network; use https"
            )
        if self.project_id is None and not self.callers_choose_project:
            raise ValueError("GATEWAY_PROJECT_ID is not set, and GATEWAY_CALLERS_CHOOSE_PROJECT is off")
        return self


def load(environment: Mapping[str, str] = os.environ, env_file: str | None = ".env", **given: Any) -> Settings:
    """The settings: those given, else from the environment, else from the file, else the defaults.

    Args:
        environment: Names and values.
        env_file: Read if it is there.
        given: Values by field name, as from command-line options; None counts as not given.

    Raises:
        SettingsError: One of them is unknown or bad, or one that is needed is missing.
    """
    found = {**(dotenv_values(env_file) if env_file else {}), **environment}
    values = {name[len(PREFIX) :].lower(): value for name, value in found.items() if name.startswith(PREFIX)}
    values |= {name: value for name, value in given.items() if value is not None}
    try:
        return Settings.model_validate(values)
    except ValidationError as problem:
        raise SettingsError(_first_problem(problem)) from None


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
