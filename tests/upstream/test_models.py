from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import UpstreamInvalidResponse
from gateway.upstream.models import Answer, AnswerDecoder, SnapshotRow, TaskRow, Thumbnail, UnreadableRow

TASKS = AnswerDecoder("thumbnails", TaskRow)


def tasks(body: bytes, limit: int = 100) -> Answer[TaskRow]:
    """An answer of the listing of tasks."""
    return TASKS.decode(body, limit=limit)


def task(row: bytes) -> TaskRow | UnreadableRow:
    """The one row of an answer."""
    [found] = tasks(b'{"total":1,"thumbnails":[' + row + b"]}").rows
    return found


def test_the_vendors_example_is_one_row_of_nothing() -> None:
    """Total 0 beside a row whose only field is null."""
    answer = tasks(b'{\n  "total" : 0,\n  "thumbnails" : [ {\n    "thumbnail_para" : null\n  } ]\n}')
    assert answer.total == 0
    assert answer.rows == [TaskRow()]


def test_every_documented_field_is_read() -> None:
    """All fields of the two tables of the vendor's page."""
    row = task(
        b'{"task_id":"t","thumbnail_count":3,"thumbnail_para":{"type":"dots","quantity":1,"quantity_time":2,'
        b'"time":3,"dots":[1,2],"cover_position":4,"format":1,"aspect_ratio":0,"max_length":480}}'
    )
    para = Thumbnail(
        type="dots",
        quantity=1,
        quantity_time=2,
        time=3,
        dots=[1, 2],
        cover_position=4,
        format=1,
        aspect_ratio=0,
        max_length=480,
    )
    assert row == TaskRow(task_id="t", thumbnail_para=para, thumbnail_count=3)


def test_a_snapshot_is_read() -> None:
    """The example of the vendor's second page."""
    body = b'{"total":1,"thumbnail_result":[{"offset":1,"url":"https://example.com/1.jpg"}]}'
    answer = AnswerDecoder("thumbnail_result", SnapshotRow).decode(body, limit=20)
    assert answer.rows == [SnapshotRow(url="https://example.com/1.jpg", offset=1)]


def test_unknown_fields_are_passed_over() -> None:
    """A newer upstream may say more, in the answer, in a row and in its parameters."""
    answer = tasks(b'{"next":"x","total":1,"thumbnails":[{"task_id":"t","at":1,"thumbnail_para":{"turn":{"by":9}}}]}')
    assert answer.rows == [TaskRow(task_id="t", thumbnail_para=Thumbnail())]


@pytest.mark.parametrize(
    ("octets", "value"),
    [(b"12", 12), (b'"12"', 12), (b"12.0", 12), (b"1e5", 100_000), (b"-1", -1), (b"null", None), (b"0", 0)]
    + [(str(number).encode(), number) for number in (2**31, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**30)],
)
def test_numbers_come_through_as_they_are(octets: bytes, value: int | None) -> None:
    """Texts and floats that are whole numbers, negative ones, and integers beyond any word."""
    assert task(b'{"thumbnail_count":' + octets + b"}") == TaskRow(thumbnail_count=value)


UNREADABLE_ROWS = [
    b"null",
    b"17",
    b"1.5",
    b"true",
    b'"text"',
    b"[]",
    b'{"task_id":5}',
    b'{"task_id":["t"]}',
    b'{"thumbnail_count":"many"}',
    b'{"thumbnail_count":""}',
    b'{"thumbnail_count":12.5}',
    b'{"thumbnail_count":true}',
    b'{"thumbnail_count":1e400}',
    b'{"thumbnail_count":1e30}',
    b'{"thumbnail_count":' + b"9" * 5000 + b"}",
    b'{"thumbnail_para":[]}',
    b'{"task_id":"\xc4\xe3"}',
    b'{"thumbnail_para":{"type":"\xff"}}',
    b'{"thumbnail_para":"time"}',
    b'{"thumbnail_para":{"type":1}}',
    b'{"thumbnail_para":{"dots":7}}',
    b'{"thumbnail_para":{"dots":["x"]}}',
    b'{"thumbnail_para":{"cover_position":true}}',
    b'{"thumbnail_para":{"max_length":480.5}}',
]


@pytest.mark.parametrize("row", UNREADABLE_ROWS, ids=lambda row: row[:40].decode("latin-1"))
def test_a_row_that_cannot_be_read_keeps_its_place(row: bytes) -> None:
    """Its neighbours are read, and nothing of its content is in what is told of it."""
    answer = tasks(b'{"total":3,"thumbnails":[{"task_id":"a"},' + row + b',{"task_id":"b"}]}')
    first, second, third = answer.rows
    assert (first, third) == (TaskRow(task_id="a"), TaskRow(task_id="b"))
    assert isinstance(second, UnreadableRow)
    assert second.problem
    assert "many" not in second.problem
    assert not second.identified


def test_unreadable_rows_are_told_apart_by_their_octets() -> None:
    """Equal octets give equal identities, others do not."""
    one, two, three = tasks(b'{"total":3,"thumbnails":[17,18,17]}').rows
    assert one.identity == three.identity != two.identity


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{}",
        b"[]",
        b"null",
        b"7",
        b'"x"',
        b"<html></html>",
        b"\xff\xfe",
        b'{"\xff":1,"total":1}',
        b'\xef\xbb\xbf{"total":1}',
        b'{"total":1}{}',
        b'{"total":1',
        b'{"total":1,"thumbnails":{}}',
        b'{"total":1,"thumbnails":"none"}',
        b'{"thumbnails":null}',
        b'{"total":null,"thumbnails":null}',
        b'{"total":"many"}',
        b'{"total":-1}',
        b'{"error_code":"VOD.10053","error_msg":"x"}',
        b'{"total":1,"thumbnails":[{"task_id":"\\ud800"}]}',
        b'{"total":1,"thumbnails":[{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}]}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda body: body[:40].decode("latin-1"),
)
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    """No object, no JSON, neither total nor rows, rows that are no list, or nested without an end."""
    with pytest.raises(UpstreamInvalidResponse):
        tasks(body)


@pytest.mark.parametrize("rest", [b"", b',"thumbnails":null', b',"thumbnails":[]'])
def test_a_total_without_rows_is_an_empty_list(rest: bytes) -> None:
    """The list may be absent, null or empty."""
    assert tasks(b'{"total":7' + rest + b"}") == Answer(total=7, readable=[])


@pytest.mark.parametrize(
    ("octets", "total"),
    [
        (b"7", 7),
        (b'"7"', 7),
        (b"7.0", 7),
        (b"0", 0),
        (b"4294967296", 2**32),
        (b"1" + b"0" * 30, 10**30),
        (b"null", None),
        (b"-1", None),
        (b"7.5", None),
        (b"true", None),
        (b'"many"', None),
        (b"[]", None),
        (b"1e400", None),
        (b'"\xff"', None),
        (b"9" * 5000, None),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_total_is_a_count_or_nothing(octets: bytes, total: int | None) -> None:
    """What cannot be a count of rows is no total, and no reason to lose the rows."""
    answer = tasks(b'{"total":' + octets + b',"thumbnails":[{"task_id":"t"}]}')
    assert answer.total == total
    assert answer.rows == [TaskRow(task_id="t")]


def test_the_last_of_two_names_counts() -> None:
    """A name that is repeated in an object does not double anything."""
    answer = tasks(b'{"total":1,"thumbnails":[{}],"total":2,"thumbnails":[{"task_id":"a","task_id":"b"}]}')
    assert answer == Answer(total=2, readable=[TaskRow(task_id="b")])


def test_more_rows_than_asked_for_are_cut() -> None:
    """An upstream that ignores the limit does not shift the offsets of the next window."""
    answer = tasks(b'{"total":3,"thumbnails":[{"task_id":"a"},17,{"task_id":"c"}]}', limit=2)
    assert len(answer.rows) == 2
    assert list(answer.unreadable) == [1]


def test_a_row_is_known_by_its_id_or_its_content() -> None:
    """The id alone where there is one; an empty one names nothing, and then all of the row counts."""
    assert TaskRow(task_id="a", thumbnail_count=1).identity == TaskRow(task_id="a", thumbnail_count=2).identity
    assert TaskRow(thumbnail_count=1).identity != TaskRow(thumbnail_count=2).identity
    assert TaskRow(task_id="", thumbnail_count=1).identity != TaskRow(task_id="", thumbnail_count=2).identity
    assert [TaskRow(task_id=name).identified for name in ("a", "", None)] == [True, False, False]


def test_a_snapshot_is_known_by_its_second_and_address() -> None:
    """Either of them tells two apart."""
    one = SnapshotRow(url="u", offset=1)
    assert one.identified
    assert len({one.identity, SnapshotRow(url="u", offset=2).identity, SnapshotRow(url="v", offset=1).identity}) == 3


ROWS = st.one_of(
    st.sampled_from(UNREADABLE_ROWS),
    st.builds(
        TaskRow,
        task_id=st.none() | st.text(st.characters(exclude_categories=["Cs"])),
        thumbnail_count=st.none() | st.integers(),
        thumbnail_para=st.none()
        | st.builds(Thumbnail, dots=st.none() | st.lists(st.none() | st.integers()), format=st.none() | st.integers()),
    ).map(msgspec.json.encode),
)


@given(st.none() | st.integers(min_value=0), st.lists(ROWS, max_size=20))
def test_what_is_remembered_is_what_was_read(total: int | None, rows: list[bytes]) -> None:
    """An answer outlives its encoding in the cache, rows that cannot be read and big numbers included."""
    octets = msgspec.json.encode(total)
    answer = tasks(b'{"total":' + octets + b',"thumbnails":[' + b",".join(rows) + b"]}")
    again = msgspec.json.decode(msgspec.json.encode(answer), type=Answer[TaskRow])
    assert again == answer
    assert [row.identity for row in again.rows] == [row.identity for row in answer.rows]


PIECES = [
    *(b'"total":' + value for value in (b"7", b'"7"', b"7.0", b"-1", b"null", b'"many"', b"1e400", b"[]", b'"\xff"')),
    *(b'"thumbnails":' + value for value in (b"null", b"{}", b'"none"', b"[]")),
    b'"\\u0074otal":3',
    b'"\xff":1',
    b'"\\ud800":1',
    b'"next":"\xff"',
    b'"next":"\\ud800"',
    b'"next":{"a":[1,"x"]}',
]
LISTS = st.lists(ROWS, max_size=5).map(lambda rows: b'"thumbnails":[' + b",".join(rows) + b"]")
BODIES = st.lists(LISTS | st.sampled_from(PIECES), max_size=4).map(lambda pieces: b"{" + b",".join(pieces) + b"}")


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A body some of whose octets are others, or are missing."""
    body = bytearray(draw(BODIES))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(body)))
        body[at : at + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
    return bytes(body)


def outcome(read: Callable[..., Answer[TaskRow]], body: bytes, limit: int) -> Any:
    """What a way of reading makes of a body."""
    try:
        return read(body, limit=limit)
    except UpstreamInvalidResponse as problem:
        return str(problem)


@pytest.mark.parametrize("count", [500, pytest.param(5_000, marks=pytest.mark.proof)])
def test_reading_as_a_whole_and_row_by_row_come_to_the_same(count: int) -> None:
    """For any body: repeated names, rows that do not fit, too many rows, odd totals, damage anywhere."""

    @settings(max_examples=count, deadline=None)
    @given(body=damaged(), limit=st.integers(1, 6))
    def check(body: bytes, limit: int) -> None:
        assert outcome(TASKS.decode, body, limit) == outcome(TASKS.decode_by_row, body, limit)

    check()
