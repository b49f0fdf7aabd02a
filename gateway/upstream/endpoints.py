"""The two listings of the REST API that the gateway reads, and the exact bytes of their requests.

Source: the vendor's pages "Listing Snapshot Task Results" and "ListThumbnailDetails".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Generic
from urllib.parse import quote

from gateway.credentials.signing import canonical_query
from gateway.paging.window import Span
from gateway.upstream.models import AnswerDecoder, RowModel, SnapshotRow, TaskRow


@dataclass(frozen=True)
class Endpoint(Generic[RowModel]):
    """A listing read by offset and limit.

    Args:
        name: What the gateway calls it, in keys and logs.
        path: Its path below the project.
        rows_name: The name of the array of rows in its answer.
        row_type: The model of a row.
        max_offset: The highest offset it takes.
    """

    name: str
    path: str
    rows_name: str
    row_type: type[RowModel]
    max_offset: int

    @property
    def template(self) -> str:
        """Its path in every project."""
        return f"/v1/{{project_id}}/{self.path}"

    @cached_property
    def decoder(self) -> AnswerDecoder[RowModel]:
        """Reads its answers."""
        return AnswerDecoder(self.rows_name, self.row_type)

    def target(self, project_id: str, filters: Mapping[str, str], span: Span) -> str:
        """Path and query, byte for byte as they are sent and signed."""
        parameters = [*filters.items(), ("limit", str(span.limit)), ("offset", str(span.offset))]
        return f"/v1/{quote(project_id, safe='')}/{self.path}?{canonical_query(parameters)}"


THUMBNAIL_TASKS = Endpoint("thumbnailTasks", "asset/thumbnails", "thumbnails", TaskRow, max_offset=20_000)
SNAPSHOTS = Endpoint("snapshots", "asset/thumbnail/details", "thumbnail_result", SnapshotRow, max_offset=20_480)
