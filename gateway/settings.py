"""The settings: one typed table, read from `GATEWAY_*` in the environment or in a `.env` file."""

import os
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le
from dotenv import dotenv_values
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FilePath,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

PREFIX = "GATEWAY_"

Seconds = Annotated[float, Gt(0), Le(86_400)]
Count = Annotated[int, Ge(1), Le(10_000_000)]

_ORIGIN = r"https?://[A-Za-z0-9.\[\]:-]+"


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
    cache_max_entries: Count = Field(default=20_000, description="The most blocks of 100 rows kept in memory.")
    cache_max_megabytes: Count = Field(default=64, description="The most memory for them, in MiB of encoded blocks.")
    max_first: Annotated[int, Ge(1), Le(20_100)] = Field(
        default=1_000, description="The highest `first` of a connection."
    )
    max_documents: Count = Field(default=1_000, description="How many parsed GraphQL documents are kept.")
    max_header_line_kilobytes: Count = Field(
        default=64, description="The largest header of a request, and the longest URL, in KiB."
    )
    max_headers_kilobytes: Count = Field(default=128, description="The largest head of a request, in KiB.")
    max_body_kilobytes: Count = Field(default=256, description="The largest request body, in KiB.")
    request_seconds: Seconds = Field(
        default=10, description="How long a whole request may take to arrive, from its first byte."
    )
    max_json_depth: Annotated[int, Ge(1), Le(200)] = Field(
        default=64, description="How deep the JSON of a request may be nested."
    )
    max_document_kilobytes: Count = Field(default=64, description="The longest GraphQL document, in 1024 characters.")
    max_tokens: Count = Field(default=2_000, description="The most tokens of a GraphQL document, comments included.")
    max_depth: Annotated[int, Ge(1), Le(100)] = Field(
        default=12, description="How deep an operation's fields may be nested; introspection may go to 20."
    )
    max_aliases: Count = Field(default=30, description="The most aliases of an operation.")
    max_alias_length: Count = Field(default=128, description="The longest alias, in characters.")
    max_root_fields: Count = Field(default=30, description="The most fields at the root of an operation.")
    max_validation_steps: Count = Field(
        default=10_000,
        description="The most work that checking a document may take: its fields, each fragment written out where it "
        "is used, and the comparisons of fields that share a name.",
    )
    max_cost: Count = Field(
        default=100, description="The most upstream calls an operation may cost, as priced before it runs."
    )
    max_answer_fields: Count = Field(
        default=100_000, description="The most fields an answer may hold, as counted before the operation runs."
    )
    deadline_seconds: Seconds = Field(
        default=10, description="For a whole answer; all its upstream attempts share it, and what is late is an error."
    )
    max_concurrent_requests: Count = Field(default=100, description="How many requests are worked on at once.")
    max_waiting_requests: Annotated[int, Ge(0), Le(1_000_000)] = Field(
        default=50, description="How many more may wait for their turn; any further one is refused with 503."
    )
    queue_seconds: Seconds = Field(default=1, description="How long one may wait for its turn.")
    partial_success_status: Literal[200, 294] = Field(
        default=200,
        description="The status of an answer with errors beside its data; 294 only goes to clients of "
        "`application/graphql-response+json`.",
    )
    introspection: bool = Field(
        default=True, description="Whether the schema may be asked for. Without it errors suggest no names either."
    )
    graphiql: bool = Field(default=True, description="Whether `GET /graphql` answers a browser with a page.")
    automatic_persisted_queries: bool = Field(
        default=True, description="Whether a client may name a document by its digest once it has sent it."
    )
    max_persisted_queries: Count = Field(default=1_000, description="How many such documents are kept.")
    max_persisted_megabytes: Count = Field(default=16, description="The most memory for them, in MiB of text.")
    trusted_documents: FilePath | None = Field(
        default=None,
        description="A manifest of documents that clients name by `documentId`: Relay's persisted queries (a JSON "
        "object of ids and texts), or Apollo's persisted query manifest.",
    )
    trusted_documents_only: bool = Field(
        default=False, description="Whether documents that are not in the manifest are refused."
    )
    cors_origins: str = Field(
        default="",
        pattern=rf"^(\*|({_ORIGIN}(,{_ORIGIN})*)?)$",
        description="The origins whose pages may ask from a browser, separated by commas; `*` for all.",
    )
    search_calls: Annotated[int, Ge(0), Le(100)] = Field(
        default=4, description="The most upstream calls a page may spend on finding its place in a list that changed."
    )
    upstream_timeout_seconds: Seconds = Field(default=8, description="For one whole upstream call.")
    upstream_connect_seconds: Seconds = Field(default=2, description="For connecting to the upstream, TLS included.")
    upstream_connections: Count = Field(default=100, description="The most connections to the upstream at once.")
    upstream_max_answer_megabytes: Annotated[int, Ge(1), Le(100)] = Field(
        default=4, description="The largest upstream answer, in MiB after decompression."
    )
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
        if self.trusted_documents_only and self.trusted_documents is None:
            raise ValueError("GATEWAY_TRUSTED_DOCUMENTS_ONLY is on, and GATEWAY_TRUSTED_DOCUMENTS names no manifest")
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
