"""A long list of numbers as few spans, so that a million rows cost nothing until they are read.

A span is a `range` or a tuple; a list is a tuple of spans. Every function returns a new list, so whoever reads the
old one in another thread goes on undisturbed.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

Span = Sequence[int]
Spans = tuple[Span, ...]


def length(spans: Spans) -> int:
    """How many numbers the list holds."""
    return sum(map(len, spans))


def split(spans: Spans, at: int) -> tuple[Spans, Spans]:
    """The list before and from a position; a position behind the end is the end."""
    for index, span in enumerate(spans):
        if at < len(span):
            head = (*spans[:index], span[:at]) if at > 0 else spans[:index]
            return head, (span[at:] if at > 0 else span, *spans[index + 1 :])
        at -= len(span)
    return spans, ()


def insert(spans: Spans, at: int, more: Span) -> Spans:
    """The list with another span put at a position."""
    before, after = split(spans, at)
    return (*before, more, *after)


def remove(spans: Spans, at: int, count: int) -> tuple[Spans, Spans]:
    """The list without `count` numbers from a position, and the numbers taken out."""
    before, rest = split(spans, at)
    taken, after = split(rest, count)
    return before + after, taken


def window(spans: Spans, offset: int, limit: int) -> Iterator[int]:
    """The numbers at offset, offset + 1 and so on, at most `limit` of them."""
    _, taken = remove(spans, offset, limit)
    return chain.from_iterable(taken)


def position(spans: Spans, number: int) -> int | None:
    """Where a number stands first, None if it does not."""
    passed = 0
    for span in spans:
        if number in span:
            return passed + span.index(number)
        passed += len(span)
    return None
