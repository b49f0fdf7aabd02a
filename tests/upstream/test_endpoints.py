from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from gateway.credentials.signing import canonical_query
from gateway.paging.window import Span
from gateway.upstream.endpoints import SNAPSHOTS, THUMBNAIL_TASKS

PROJECT = "0123456789abcdef0123456789abcdef"
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def test_the_query_of_odd_characters_is_the_vendors() -> None:
    """Vector E: a space is %20, the tilde stays, an empty value keeps its equals sign, é is two octets."""
    query = canonical_query([("task_id", "a b+c/~é=&*"), ("asset_id", ""), ("limit", "1")])
    assert query == "asset_id=&limit=1&task_id=a%20b%2Bc%2F~%C3%A9%3D%26%2A"


def test_the_query_of_repeated_names_is_the_vendors() -> None:
    """Vector F: a name that is repeated keeps all its values, sorted."""
    pairs = [("status", "THUMBNAIL_SUCCEED"), ("asset_id", "b"), ("size", "10"), ("asset_id", "a"), ("page", "0")]
    assert canonical_query(pairs) == "asset_id=a&asset_id=b&page=0&size=10&status=THUMBNAIL_SUCCEED"


def test_the_targets_of_the_two_listings() -> None:
    """Path and query of the requests that vectors B and the vendor's second page show."""
    filters = {"asset_id": "41cff636d5b12a51e7eb2838bbf45201"}
    query = "asset_id=41cff636d5b12a51e7eb2838bbf45201&limit=100&offset=0"
    assert THUMBNAIL_TASKS.target(PROJECT, filters, Span(0, 100)) == f"/v1/{PROJECT}/asset/thumbnails?{query}"
    details = f"/v1/{PROJECT}/asset/thumbnail/details?limit=20&offset=40&task_id=t"
    assert SNAPSHOTS.target(PROJECT, {"task_id": "t"}, Span(40, 20)) == details


def test_the_offsets_of_the_two_listings_end_where_the_vendor_says() -> None:
    """20 000 for tasks and 20 480 for snapshots."""
    assert (THUMBNAIL_TASKS.max_offset, SNAPSHOTS.max_offset) == (20_000, 20_480)


def test_a_project_cannot_leave_its_place_in_the_path() -> None:
    """Whatever the project is called, it stays one segment."""
    assert THUMBNAIL_TASKS.target("../a?b#c", {}, Span(0, 1)).startswith("/v1/..%2Fa%3Fb%23c/asset/thumbnails?")


@given(st.lists(st.tuples(st.sampled_from(["asset_id", "task_id", "limit"]), TEXT)))
def test_a_query_says_what_went_into_it(pairs: list[tuple[str, str]]) -> None:
    """Any text survives, nothing is added, the order of the parameters does not matter, all of it is ASCII."""
    query = canonical_query(pairs)
    assert query.isascii()
    assert sorted(parse_qsl(query, keep_blank_values=True)) == sorted(pairs)
    assert canonical_query(reversed(pairs)) == query
    assert urlsplit(f"http://host/path?{query}").query == query
