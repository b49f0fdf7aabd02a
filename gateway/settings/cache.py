"""Settings: what is remembered, where, and for how long."""

from typing import Annotated, Any

from annotated_types import Ge, Le
from pydantic import AfterValidator, BaseModel, Field, FilePath, SecretStr, field_validator, model_validator

from gateway.settings.cache_place import cache_place, password_apart
from gateway.settings.kinds import Count, Percent, Seconds


class CacheSettings(BaseModel):
    """Both levels of the cache."""

    cache: Annotated[str, AfterValidator(cache_place)] = Field(
        default="memory",
        description="`memory`; or `redis://USER:PASSWORD@HOST:PORT/DATABASE`, `rediss://` for TLS, all but the host "
        "optional, for a second level in a Redis or Valkey that replicas share; or `off` to keep nothing.",
    )
    cache_password: SecretStr | None = Field(
        default=None, min_length=1, description="The store's password, where it does not stand in GATEWAY_CACHE."
    )
    cache_ca: FilePath | None = Field(
        default=None, description="The certificates that vouch for a store with TLS; by default the machine's."
    )
    cache_prefix: str = Field(
        default="vod-gateway",
        pattern=r"^[A-Za-z0-9._-]{1,64}$",
        description="Begins every key in the store. Gateways that are not replicas of one another have different ones.",
    )
    cache_timeout_milliseconds: Annotated[int, Ge(10), Le(5_000)] = Field(
        default=100, description="How long the store is waited for; what it does not know by then is a miss."
    )
    cache_max_value_kilobytes: Annotated[int, Ge(1), Le(100_000)] = Field(
        default=1_024, description="The largest block that goes into the store, in KiB; larger ones stay in memory."
    )
    cache_secret: SecretStr | None = Field(
        default=None,
        min_length=16,
        max_length=64,
        description="Keys the digests that stand for credentials and questions, and seals what goes into a shared "
        "store, which needs it: 16 to 64 ASCII characters, the same for all replicas. Made up at every start where "
        "it is not set.",
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
    cache_answers_megabytes: Annotated[int, Ge(0), Le(1_000_000)] = Field(
        default=32,
        description="The most memory for whole answers, in MiB; 0 keeps none. They serve without any execution while "
        "all they were made from is fresh.",
    )
    cache_max_entries: Count = Field(default=20_000, description="The most blocks of 100 rows kept in memory.")
    cache_max_megabytes: Count = Field(default=64, description="The most memory for them, in MiB of encoded blocks.")

    @model_validator(mode="before")
    @classmethod
    def _password_apart(cls, values: dict[str, Any]) -> dict[str, Any]:
        return password_apart(values)

    @field_validator("cache_secret")
    @classmethod
    def _key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().isascii():  # BLAKE2b takes 64 octets, not characters
            raise ValueError("has to be ASCII")
        return value

    @property
    def shares_cache(self) -> bool:
        """Whether there is a second level that replicas share."""
        return self.cache not in {"memory", "off"}
