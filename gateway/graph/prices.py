"""The prices of this schema's fields."""

from collections.abc import Mapping

from gateway.graph.cost import Arguments, Price, PriceOf, one_call, page_price
from gateway.graph.query import DEFAULT_TASKS
from gateway.graph.types import DEFAULT_SNAPSHOTS


def field_prices(*, max_first: int, search_calls: int) -> Mapping[str, PriceOf]:
    """Every field that asks the upstream, by type and field.

    Args:
        max_first: The highest `first` of a connection.
        search_calls: The most calls for finding a page's place.
    """
    tasks = page_price(default=DEFAULT_TASKS, most=max_first, search_calls=search_calls)
    return {
        "Query.thumbnailTasks": tasks,
        "Query.thumbnailTask": one_call,
        "Query.node": one_call,
        "Query._entities": entities_price,
        "Asset.thumbnailTasks": tasks,
        "ThumbnailTask.snapshots": page_price(default=DEFAULT_SNAPSHOTS, most=max_first, search_calls=search_calls),
    }


def entities_price(arguments: Arguments) -> Price:
    """The price of a router's representations: a call for each task; an asset is its key until it is asked for more.

    What is named twice counts twice, though it is read once: the answer holds it twice.
    """
    representations = arguments["representations"]
    tasks = sum(isinstance(each, Mapping) and each.get("__typename") == "ThumbnailTask" for each in representations)
    count = len(representations)
    return Price(tasks, rows=count, reads=count, representations=count)
