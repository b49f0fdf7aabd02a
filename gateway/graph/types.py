"""The types of the schema: the upstream's rows as GraphQL shows them.

Values are passed on as they came. Null means that the upstream said nothing; no default is filled in,
and nothing out of its documented range is corrected.
"""

from abc import ABC, abstractmethod
from functools import partial
from typing import Annotated

import strawberry
from typing_extensions import override

from gateway.graph.arguments import page_size
from gateway.graph.connection import AFTER, FIRST, Connection
from gateway.graph.context import Info
from gateway.graph.enums import AspectRatio, ThumbnailFormat, ThumbnailType, UnknownValues
from gateway.graph.global_id import GlobalId, place_id
from gateway.listing.reader import Page
from gateway.paging import anchors
from gateway.paging.cursor import Cursor
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

    url: str = strawberry.field(description="Where the picture can be fetched, without this gateway.")
    offset_seconds: int = strawberry.field(description="The picture's place in the video, in seconds from its start.")


@strawberry.type(
    description="How the snapshots of a task are taken. The upstream bills the snapshots that a task takes; reading "
    "them here costs nothing."
)
class ThumbnailParameters:
    """The upstream's `thumbnail_para`."""

    para: strawberry.Private[Thumbnail]
    words: strawberry.Private[UnknownValues]

    @strawberry.field(description="How the moments are chosen; it decides which of the other fields count.")
    def type(self) -> ThumbnailType | None:
        """The upstream's `type`."""
        return self.words.read(ThumbnailType, self.para.type)

    @strawberry.field(description="How many snapshots, 1 to 10, spread over the video. With type `QUANTITY`.")
    def quantity(self) -> int | None:
        """The upstream's `quantity`."""
        return self.para.quantity

    @strawberry.field(
        description="Seconds between the snapshots, 0 to 2147483647, where `quantity` of them are taken at an "
        "interval. With type `QUANTITY`."
    )
    def quantity_time(self) -> int | None:
        """The upstream's `quantity_time`."""
        return self.para.quantity_time

    @strawberry.field(description="Seconds between the snapshots, 0 to 100; upstream's default 12. With type `TIME`.")
    def time(self) -> int | None:
        """The upstream's `time`."""
        return self.para.time

    @strawberry.field(description="The moments of the snapshots, in seconds. With type `DOTS`.")
    def dots(self) -> list[int | None] | None:
        """The upstream's `dots`."""
        return self.para.dots

    @strawberry.field(description="Which snapshot serves as the video's cover; upstream's default 1.")
    def cover_position(self) -> int | None:
        """The upstream's `cover_position`."""
        return self.para.cover_position

    @strawberry.field(description="The file format; upstream's default JPG.")
    def format(self) -> ThumbnailFormat | None:
        """The upstream's `format`."""
        return self.words.read(ThumbnailFormat, self.para.format)

    @strawberry.field(description="The shape of the pictures; upstream's default `ADAPTIVE`.")
    def aspect_ratio(self) -> AspectRatio | None:
        """The upstream's `aspect_ratio`."""
        return self.words.read(AspectRatio, self.para.aspect_ratio)

    @strawberry.field(
        description="The longest side of a picture in pixels, the other in proportion; upstream's default 480."
    )
    def max_length(self) -> int | None:
        """The upstream's `max_length`."""
        return self.para.max_length


@strawberry.federation.type(
    keys=["taskId"], description="A snapshot task: an order to take pictures from a video, and its result."
)
class ThumbnailTask(Node):
    """A row of the listing of tasks."""

    row: strawberry.Private[TaskRow]
    place: strawberry.Private[Cursor]
    words: strawberry.Private[UnknownValues]

    @override
    def global_id(self) -> str:
        if not self.row.task_id:
            return place_id("ThumbnailTask", self.place)
        return GlobalId("ThumbnailTask", self.row.task_id).encode()

    @strawberry.field(description="The upstream's id of the task. It may be missing.")
    def task_id(self) -> strawberry.ID | None:
        """The upstream's `task_id`."""
        return None if self.row.task_id is None else strawberry.ID(self.row.task_id)

    @strawberry.field(description="How many snapshots the task took.")
    def thumbnail_count(self) -> int | None:
        """The upstream's `thumbnail_count`."""
        return self.row.thumbnail_count

    @strawberry.field(description="How the snapshots are taken.")
    def parameters(self) -> ThumbnailParameters | None:
        """The upstream's `thumbnail_para`."""
        para = self.row.thumbnail_para
        return None if para is None else ThumbnailParameters(para=para, words=self.words)

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
        if not self.row.task_id:
            return None
        filters = {"task_id": self.row.task_id}
        page = await context.page(
            context.services.snapshots, filters, first=size, after=after or None, path=info.path.as_list
        )
        return Connection(page=page, make_node=make_snapshot)


def task_connection(page: Page[TaskRow | UnreadableRow], words: UnknownValues) -> Connection[ThumbnailTask]:
    """The connection over a page of tasks; `words` reads the upstream's words as enums."""
    return Connection(page=page, make_node=partial(make_task, words=words))


def make_task(edge: anchors.Edge[TaskRow], *, words: UnknownValues) -> ThumbnailTask:
    """The node of a row."""
    return ThumbnailTask(row=edge.row, place=edge.cursor, words=words)


def make_snapshot(edge: anchors.Edge[SnapshotRow]) -> Snapshot:
    """The node of a picture."""
    return Snapshot(url=edge.row.url, offset_seconds=edge.row.offset)
