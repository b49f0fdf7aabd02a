"""The one upstream request that a pre-signed page is read with, for who sends it and for who signs it."""

from gateway.errors import BadUserInput, Reason
from gateway.paging import cursor as cursors
from gateway.paging.plan import SignedPlan, reach
from gateway.paging.window import MAX_LIMIT
from gateway.upstream.client import Filters
from gateway.upstream.endpoints import Endpoint
from gateway.upstream.models import RowModel

MAX_FIRST_AT_START = MAX_LIMIT
MAX_FIRST_BEHIND_CURSOR = MAX_LIMIT - 2
"""Behind a cursor the request holds the cursor's row before the page, and one row behind it."""


def check_signed_size(first: int, *, behind_cursor: bool) -> None:
    """Whether a page fits into one request.

    Raises:
        BadUserInput: `FIRST_OUT_OF_RANGE`.
    """
    most = MAX_FIRST_BEHIND_CURSOR if behind_cursor else MAX_FIRST_AT_START
    if first > most:
        raise BadUserInput(
            f"`first` is {first}; with a pre-signed request, which is good for one upstream call, it may be "
            f"{MAX_FIRST_AT_START} at most at the start of a list and {MAX_FIRST_BEHIND_CURSOR} behind a cursor.",
            Reason.FIRST_OUT_OF_RANGE,
        )


def list_fingerprint(endpoint: Endpoint[RowModel], project_id: str, filters: Filters) -> int:
    """What a cursor of a list says of where it belongs: listing, project and filters."""
    named = (part for name in sorted(filters) for part in (name, filters[name]))
    return cursors.filters_fingerprint(endpoint.name, project_id, *named)


def signed_target(
    endpoint: Endpoint[RowModel], project_id: str, filters: Filters, *, first: int, after: str | None
) -> str:
    """Path and query of the request that reads a page, byte for byte as they are sent and have to be signed.

    Raises:
        BadUserInput: The page is too large for one request; the cursor cannot be read, or belongs to another list.
    """
    check_signed_size(first, behind_cursor=bool(after))
    plan = SignedPlan(endpoint.max_offset)
    if after:
        of_list = list_fingerprint(endpoint, project_id, filters)
        cursor = cursors.decode(after, filters=of_list, last_offset=reach(plan) - 1)
        span = plan.look(cursor.offset, first + 1)
    else:
        span = plan.start(first)
    return endpoint.target(project_id, filters, span)
