"""Relay connections over a page of rows. Specification: relay.dev/graphql/connections.htm."""

from typing import Any, Generic, Protocol, TypeVar

import strawberry

from gateway.errors import UpstreamInvalidResponse
from gateway.graph.enums import UnknownValues
from gateway.graph.shown import Shown, shown
from gateway.listing.reader import Page
from gateway.paging import anchors
from gateway.upstream.models import UnreadableRow

NodeT = TypeVar("NodeT")
NodeT_co = TypeVar("NodeT_co", covariant=True)


class MakeNode(Protocol[NodeT_co]):
    """Makes a node; a class of nodes is one."""

    def __call__(self, *, of: anchors.Edge[Any], words: UnknownValues) -> NodeT_co:
        """The node of an edge."""
        ...


FIRST = "How many rows, 0 to 1000 unless the gateway is set otherwise. 0 answers `pageInfo` and `totalCount` alone."
AFTER = "A cursor of this same list: the page begins behind it. Null and the empty text are the list's start."


@strawberry.federation.type(
    shareable=True,  # every subgraph with connections has this type
    description="Where a page stands in its list.",
)
class PageInfo:
    """The four fields of Relay's specification."""

    has_next_page: bool = strawberry.field(
        description="Whether rows that can be reached follow this page. False at the end of the upstream's offsets, "
        "even where the list goes on: see `truncated`."
    )
    has_previous_page: bool = strawberry.field(description="Whether rows stand before this page.")
    start_cursor: str | None = strawberry.field(description="The first edge's cursor; null on an empty page.")
    end_cursor: str | None = strawberry.field(
        description="The last edge's cursor, to be sent as `after` for the next page; null on an empty page."
    )


def readable(edge: anchors.Edge[Any]) -> anchors.Edge[Any]:
    """The edge itself.

    Raises:
        UpstreamInvalidResponse: Its row cannot be read.
    """
    if isinstance(edge.row, UnreadableRow):
        raise UpstreamInvalidResponse(f"The upstream sent a row that cannot be read: {edge.row.problem}.")
    return edge


@strawberry.type(description="A row of a page, and its place.")
class Edge(Generic[NodeT]):
    """Makes its node when that is asked for."""

    of: strawberry.Private[anchors.Edge[Any]]
    words: strawberry.Private[UnknownValues]
    make_node: strawberry.Private[MakeNode[Any]]

    cursor: str = shown("cursor_text", "The row's place in this list: opaque, and good only for the same filters.")

    @strawberry.field(
        description="The row; null, with an error at its path, where the upstream's cannot be read.",
        metadata={Shown: Shown("", check=readable)},
    )
    def node(self) -> NodeT | None:
        """The row as a node."""
        result: NodeT = self.make_node(of=readable(self.of), words=self.words)
        return result


@strawberry.type(description="A page of a list, as Relay's specification has it.")
class Connection(Generic[NodeT]):
    """A page, and how a row of it becomes a node."""

    of: strawberry.Private[Page[Any]]
    words: strawberry.Private[UnknownValues]
    make_node: strawberry.Private[MakeNode[Any]]

    @strawberry.field(
        description="The rows of this page with their cursors, in the upstream's order.",
        metadata={Shown: Shown("edges")},
    )
    def edges(self) -> list[Edge[NodeT]]:
        """The rows with their cursors."""
        return [Edge(of=edge, words=self.words, make_node=self.make_node) for edge in self.of.edges]

    @strawberry.field(description="The rows of this page without their cursors; null where one cannot be read.")
    def nodes(self) -> list[NodeT | None]:
        """The rows alone. An error stands as a value in the place of its row; graphql-core takes it from there."""
        nodes: list[Any] = []
        for edge in self.of.edges:
            try:
                nodes.append(self.make_node(of=readable(edge), words=self.words))
            except UpstreamInvalidResponse as problem:
                nodes.append(problem)
        return nodes

    @strawberry.field(description="Where this page stands in its list.")
    def page_info(self) -> PageInfo:
        """The page's place."""
        edges = self.of.edges
        return PageInfo(
            has_next_page=self.of.has_next,
            has_previous_page=self.of.has_previous,
            start_cursor=edges[0].cursor_text if edges else None,
            end_cursor=edges[-1].cursor_text if edges else None,
        )

    @strawberry.field(
        description="How many rows the whole list has, as the upstream says: its documents leave open whether it "
        "counts tasks or pictures. Null where the rows it sent contradict it."
    )
    def total_count(self) -> int | None:
        """The upstream's total."""
        return self.of.total

    @strawberry.field(
        description="Whether the list goes on behind the last row that the upstream's offsets can reach "
        "(row 20 100 of tasks, row 20 580 of snapshots). Narrow the question where this is true."
    )
    def truncated(self) -> bool:
        """Whether rows exist that cannot be reached."""
        return self.of.truncated
