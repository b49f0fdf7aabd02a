import pytest

from gateway.emulator.answers import RefusedError
from gateway.emulator.parameters import Window


def parse(query: bytes) -> Window:
    return Window.parse(query, max_offset=20_000, default_limit=10)


def test_the_defaults_are_the_vendors() -> None:
    """Without parameters: offset 0, the limit of the call, no filter."""
    assert parse(b"") == Window(offset=0, limit=10, asset_id=None, task_id=None)


def test_values_are_decoded() -> None:
    """Percent codes and plus signs are undone, unknown parameters are left aside."""
    window = parse(b"offset=20000&limit=100&asset_id=a%20b&task_id=c+d%C3%A9&colour=red")
    assert window == Window(offset=20_000, limit=100, asset_id="a b", task_id="c d\u00e9")


def test_an_empty_id_is_no_filter() -> None:
    """The dangerous reading of an empty value is taken: the whole project is listed."""
    assert parse(b"asset_id=&task_id=").asset_id is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (b"limit=0", "limit"),
        (b"limit=101", "limit"),
        (b"limit=", "limit"),
        (b"limit=ten", "limit"),
        (b"limit=1.0", "limit"),
        (b"limit=%D9%A1", "limit"),
        (b"limit=" + b"9" * 5000, "limit"),
        (b"offset=-1", "offset"),
        (b"offset=20001", "offset"),
        (b"offset=+1", "offset"),
        (b"limit=1&limit=2", "limit"),
        (b"asset_id=a&asset_id=b", "asset_id"),
        (b"asset_id=%FF", "asset_id"),
        (b"task_id=" + b"a" * 1025, "task_id"),
        (b"task_id=\xff", "task_id"),
    ],
)
def test_a_bad_value_is_refused_by_name(query: bytes, field: str) -> None:
    """400 VOD.10053, and the message names the field."""
    with pytest.raises(RefusedError) as refused:
        parse(query)
    assert (refused.value.status, refused.value.code) == (400, "VOD.10053")
    assert refused.value.message == f"The request parameter is illegal, illegal field: {{{field}}}."
