"""Settings: how the upstream is called, and how it is spared."""

from typing import Annotated

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel, Field

from gateway.settings.kinds import Count, Percent, Seconds


class CallSettings(BaseModel):
    """Upstream calls."""

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
        default=5, description="How many calls for a project fail in 30 s, being half of all, until it is left alone."
    )
    breaker_seconds: Annotated[float, Gt(0), Le(60)] = Field(
        default=5, description="For how long; then one call is let through, and each that fails doubles it, up to 15 s."
    )
    upstream_concurrency: Count = Field(default=50, description="The most upstream calls under way at once.")
    upstream_queue_seconds: Seconds = Field(default=2, description="How long a call may wait for its turn.")
    throttle_max_seconds: Seconds = Field(
        default=300,
        description="How long a project, or a caller unknown to it, is left alone after a 429 at most, whatever "
        "the upstream says.",
    )
    upstream_calls_per_minute: Annotated[int, Ge(1), Le(100_000)] | None = Field(
        default=None,
        description="The most upstream calls for one project in any 60 seconds, retries included: of this process, "
        "or of all replicas that share a store.",
    )
    upstream_scope_percent: Annotated[int, Ge(1), Le(100)] = Field(
        default=50,
        description="The part of them that one scope may use; 100 where all callers are one scope.",
    )
    upstream_reserve_percent: Percent = Field(
        default=20, description="The part of them that is left to callers for whom there is no copy."
    )
    upstream_connect_seconds: Seconds = Field(default=2, description="For connecting to the upstream, TLS included.")
    upstream_connections: Count = Field(default=100, description="The most connections to the upstream at once.")
    upstream_max_answer_megabytes: Annotated[int, Ge(1), Le(100)] = Field(
        default=4, description="The largest upstream answer, in MiB after decompression."
    )
