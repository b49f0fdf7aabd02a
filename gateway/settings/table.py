"""The table of settings: every one with its type, its default and what it does."""

import re
from typing import Annotated, Literal

from annotated_types import Ge, Le
from pydantic import ConfigDict, Field, SecretStr, field_validator, model_validator

from gateway.settings.cache import CacheSettings
from gateway.settings.callers import CallerSettings
from gateway.settings.calls import CallSettings
from gateway.settings.requests import RequestSettings
from gateway.settings.together import check_cache, check_key, check_reach, check_tracing

PREFIX = "GATEWAY_"


class Settings(CallSettings, RequestSettings, CacheSettings, CallerSettings):
    """Every setting with its default and what it does. Names in the environment: `GATEWAY_` and the name here.

    The last base comes first in the table: pydantic collects fields from the far end.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    admin_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Opens `/metrics` to who sends it as `Authorization: Bearer`; without one there is no such page.",
    )
    explain: bool = Field(
        default=False,
        description="Whether a request with the header `X-Explain` is told what its answer took, under "
        "`extensions.explain`.",
    )
    explain_secret: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="What that header has to hold then, 16 or more visible ASCII characters; `1` where it is not set.",
    )
    log_format: Literal["json", "console"] = Field(
        default="json", description="How lines of the log are written: `json` for machines, `console` for people."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least level that is logged; access lines are `info`."
    )
    tracing: Literal["off", "otlp"] = Field(
        default="off",
        description="Whether traces are sent: `otlp` for OTLP over HTTP, which needs the extra `otel`. The `OTEL_*` "
        "variables of OpenTelemetry's SDK say where to.",
    )
    drain_seconds: Annotated[float, Ge(0), Le(600)] = Field(
        default=5,
        description="How long connections are still accepted after SIGTERM, while `/readyz` fails and answers close "
        "their connections; as long as a load balancer needs to notice.",
    )
    graphiql: bool = Field(default=True, description="Whether a browser that opens `/graphql` is shown GraphiQL.")
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: Annotated[int, Ge(0), Le(65_535)] = Field(default=8000, description="The port to listen on.")

    @field_validator("explain_secret")
    @classmethod
    def _header_value(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[\x21-\x7e]+", value.get_secret_value()):
            raise ValueError("has to be visible ASCII characters without blanks")  # what a header carries unchanged
        return value

    @property
    def credential_kinds(self) -> frozenset[str]:
        """The kinds of credential accepted."""
        return frozenset(kind.strip() for kind in self.credentials.split(","))

    @model_validator(mode="after")
    def _fit_together(self) -> "Settings":
        check_reach(self)
        check_key(self)
        check_tracing(self)
        check_cache(self)
        return self
