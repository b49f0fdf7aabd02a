"""The types of the schema: the upstream's rows as GraphQL shows them.

Values are passed on as they came. Null means that the upstream said nothing; no default is filled in,
and nothing out of its documented range is corrected.
"""

from abc import ABC, abstractmethod
from typing import Annotated

import strawberry
from typing_extensions import override

from gateway.graph.arguments import page_size
from gateway.graph.connection import AFTER, FIRST, Connection
from gateway.graph.context import Info
from gateway.graph.enums import AspectRatio, ThumbnailFormat, ThumbnailType, UnknownValues
from gateway.graph.global_id import GlobalId, place_id
from gateway.graph.shown import Shown, shown, shown_word
from gateway.listing.reader import Page
from gateway.paging import anchors
from gateway.upstream.models import SnapshotRow, TaskRow, Thumbnail, UnreadableRow

DEFAULT_SNAPSHOTS = 20


@strawberry.interface(description="An object that can be asked for again by its `id`.")
class Node(ABC):
    """Relay's interface of refetchable objects."""

    @strawberry.field(
        description="Opaque, and unique among all nodes. Good for `node`, unless the upstream gave the object no id."
    )
    def id(self) -> strawberry.ID:
        """The global id."""
        return strawberry.ID(self.global_id())

    @abstractmethod
    def global_id(self) -> str:
        """The text of the id."""


@strawberry.type(description="A picture taken from a video.")
class Snapshot:
    """A row of the listing of snapshots."""

    of: strawberry.Private[anchors.Edge[SnapshotRow]]
    words: strawberry.Private[UnknownValues]

    url: str = shown("row.url", "Where the picture can be fetched, without this gateway.")
    offset_seconds: int = shown("row.offset", "The picture's place in the video, in seconds from its start.")


@strawberry.type(
    description="How the snapshots of a task are taken. The upstream bills the snapshots that a task takes; reading "
    "them here costs nothing."
)
class ThumbnailParameters:
    """The upstream's `thumbnail_para`."""

    of: strawberry.Private[Thumbnail]
    words: strawberry.Private[UnknownValues]

    type: ThumbnailType | None = shown_word(
        "type", ThumbnailType, "How the moments are chosen; it decides which of the other fields count."
    )
    quantity: int | None = shown(
        "quantity", "How many snapshots, 1 to 10, spread over the video. With type `QUANTITY`."
    )
    quantity_time: int | None = shown(
        "quantity_time",
        "Seconds between the snapshots, 0 to 2147483647, where `quantity` of them are taken at an interval. "
        "With type `QUANTITY`.",
    )
    time: int | None = shown(
        "time", "Seconds between the snapshots, 0 to 100; upstream's default 12. With type `TIME`."
    )
    dots: list[int | None] | None = shown("dots", "The moments of the snapshots, in seconds. With type `DOTS`.")
    cover_position: int | None = shown(
        "cover_position", "Which snapshot serves as the video's cover; upstream's default 1."
    )
    format: ThumbnailFormat | None = shown_word("format", ThumbnailFormat, "The file format; upstream's default JPG.")
    aspect_ratio: AspectRatio | None = shown_word(
        "aspect_ratio", AspectRatio, "The shape of the pictures; upstream's default `ADAPTIVE`."
    )
    max_length: int | None = shown(
        "max_length", "The longest side of a picture in pixels, the other in proportion; upstream's default 480."
    )


@strawberry.federation.type(
    keys=["taskId"], description="A snapshot task: an order to take pictures from a video, and its result."
)
class ThumbnailTask(Node):
    """A row of the listing of tasks."""

    of: strawberry.Private[anchors.Edge[TaskRow]]
    words: strawberry.Private[UnknownValues]

    @override
    def global_id(self) -> str:
        if not self.of.row.task_id:
            return place_id("ThumbnailTask", self.of.cursor)
        return GlobalId("ThumbnailTask", self.of.row.task_id).encode()

    task_id: strawberry.ID | None = shown("row.task_id", "The upstream's id of the task. It may be missing.")
    thumbnail_count: int | None = shown("row.thumbnail_count", "How many snapshots the task took.")

    @strawberry.field(description="How the snapshots are taken.", metadata={Shown: Shown("row.thumbnail_para")})
    def parameters(self) -> ThumbnailParameters | None:
        """The upstream's `thumbnail_para`."""
        para = self.of.row.thumbnail_para
        return None if para is None else ThumbnailParameters(of=para, words=self.words)

    @strawberry.field(
        description="The pictures, one upstream call for each task that is asked for them. "
        "Null where the task has no `taskId`, since the upstream cannot be asked then."
    )
    async def snapshots(
        self,
        info: Info,
        first: Annotated[int | None, strawberry.argument(description=FIRST)] = DEFAULT_SNAPSHOTS,
        after: Annotated[str | None, strawberry.argument(description=AFTER)] = strawberry.UNSET,
    ) -> Connection[Snapshot] | None:
        """A page of the listing of the task's pictures."""
        context = info.context
        size = page_size(first, default=DEFAULT_SNAPSHOTS, most=context.services.max_first)
        if not self.of.row.task_id:
            return None
        filters = {"task_id": self.of.row.task_id}
        page = await context.page(
            context.services.snapshots, filters, first=size, after=after or None, path=info.path.as_list
        )
        return Connection(of=page, words=context.services.unknown_values, make_node=Snapshot)


def task_connection(page: Page[TaskRow | UnreadableRow], words: UnknownValues) -> Connection[ThumbnailTask]:
    """The connection over a page of tasks; `words` reads the upstream's words as enums."""
    return Connection(of=page, words=words, make_node=ThumbnailTask)
