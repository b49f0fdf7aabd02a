"""The prices of this schema's fields."""

from collections.abc import Mapping

from gateway.graph.cost import PriceOf, one_call, page_price
from gateway.graph.query import DEFAULT_TASKS
from gateway.graph.types import DEFAULT_SNAPSHOTS


def field_prices(*, max_first: int, search_calls: int) -> Mapping[str, PriceOf]:
    """Every field that asks the upstream, by type and field.

    Args:
        max_first: The highest `first` of a connection.
        search_calls: The most calls for finding a page's place.
    """
    return {
        "Query.thumbnailTasks": page_price(default=DEFAULT_TASKS, most=max_first, search_calls=search_calls),
        "Query.thumbnailTask": one_call,
        "Query.node": one_call,
        "ThumbnailTask.snapshots": page_price(default=DEFAULT_SNAPSHOTS, most=max_first, search_calls=search_calls),
    }
