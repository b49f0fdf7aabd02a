"""The table of settings: every one with its type, its default and what it does."""

from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    FilePath,
    SecretStr,
    field_validator,
    model_validator,
)

from gateway.settings.access import checked_header, checked_tokens
from gateway.settings.cache_place import cache_place, password_apart
from gateway.settings.origin import origin
from gateway.settings.together import check_cache, check_key, check_reach

PREFIX = "GATEWAY_"

Seconds = Annotated[float, Gt(0), Le(86_400)]
Count = Annotated[int, Ge(1), Le(10_000_000)]
Percent = Annotated[int, Ge(0), Le(100)]

_ORIGIN = r"https?://[A-Za-z0-9.\[\]:-]+"


class Settings(BaseModel):
    """Every setting with its default and what it does. Names in the environment: `GATEWAY_` and the name here."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    upstream_url: Annotated[str, AfterValidator(origin)] = Field(
        description="Scheme and host of the REST API, such as https://vod.REGION.example.com."
    )
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
    credentials: str = Field(
        default="token,presigned",
        pattern=r"^(token|presigned|key)( *, *(token|presigned|key))*$",
        description="The kinds of credential accepted: `token` (a caller's X-Auth-Token), `presigned` (a request that "
        "the caller signed), `key` (the gateway's own key).",
    )
    access_key: SecretStr | None = Field(default=None, min_length=1, description="The AK of the gateway's own key.")
    secret_key: SecretStr | None = Field(default=None, min_length=1, description="The SK of the gateway's own key.")
    security_token: SecretStr | None = Field(
        default=None, min_length=1, description="What a temporary key has to send along with its signatures."
    )
    access_tokens: Annotated[SecretStr | None, AfterValidator(checked_tokens)] = Field(
        default=None,
        description="Who may use the gateway's own key: access tokens of at least 16 characters, separated by blanks, "
        "each `TOKEN` for GATEWAY_PROJECT_ID or `TOKEN:PROJECT,PROJECT`.",
    )
    access_header: Annotated[str, AfterValidator(checked_header)] = Field(
        default="Authorization",
        pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$",
        description="Where callers send an access token: as `Bearer TOKEN` in `Authorization`, alone in any other "
        "header.",
    )
    admit_everyone: bool = Field(
        default=False,
        description="Whether everyone who reaches the gateway may read with its own key, without any access token.",
    )
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
    cache_max_entries: Count = Field(default=20_000, description="The most blocks of 100 rows kept in memory.")
    cache_max_megabytes: Count = Field(default=64, description="The most memory for them, in MiB of encoded blocks.")
    max_first: Annotated[int, Ge(1), Le(20_100)] = Field(
        default=1_000, description="The highest `first` of a connection."
    )
    max_pages_at_once: Count = Field(
        default=20, description="How many pages of the upstream's lists one request reads at the same time."
    )
    max_documents: Count = Field(
        default=1_000, description="How many parsed GraphQL documents are kept, at 50 KB each on average."
    )
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
    max_representations: Count = Field(
        default=1_000, description="The most entities a federation router may ask for in one operation."
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
    admin_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Opens `/metrics` to who sends it as `Authorization: Bearer`; without one there is no such page.",
    )
    log_format: Literal["json", "console"] = Field(
        default="json", description="How lines of the log are written: `json` for machines, `console` for people."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least level that is logged; access lines are `info`."
    )
    drain_seconds: Annotated[float, Ge(0), Le(600)] = Field(
        default=5,
        description="How long connections are still accepted after SIGTERM, while `/readyz` fails and answers close "
        "their connections; as long as a load balancer needs to notice.",
    )
    graphiql: bool = Field(default=True, description="Whether a browser that opens `/graphql` is shown GraphiQL.")
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: Annotated[int, Ge(0), Le(65_535)] = Field(default=8000, description="The port to listen on.")

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

    @property
    def credential_kinds(self) -> frozenset[str]:
        """The kinds of credential accepted."""
        return frozenset(kind.strip() for kind in self.credentials.split(","))

    @model_validator(mode="after")
    def _fit_together(self) -> "Settings":
        check_reach(self)
        check_key(self)
        check_cache(self)
        return self
