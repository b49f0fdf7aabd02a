"""Settings: what a request may be, and which documents are run."""

from typing import Annotated, Literal

from annotated_types import Ge, Le
from pydantic import BaseModel, Field, FilePath

from gateway.settings.kinds import Count, Seconds

_ORIGIN = r"https?://[A-Za-z0-9.\[\]:-]+"


class RequestSettings(BaseModel):
    """The limits of requests, and the documents."""

    max_first: Annotated[int, Ge(1), Le(20_100)] = Field(
        default=1_000, description="The highest `first` of a connection."
    )
    max_pages_at_once: Count = Field(
        default=20, description="How many pages of the upstream's lists one request reads at the same time."
    )
    max_documents: Count = Field(
        default=1_000, description="How many parsed GraphQL documents are kept, at 50 KB each on average."
    )
    compile_selections: bool = Field(
        default=True,
        description="Whether selections of plain fields are compiled, which saves most of an answer's CPU; the answers "
        "are the same.",
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
