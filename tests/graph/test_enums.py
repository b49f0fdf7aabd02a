import logging

import pytest

from gateway.graph.enums import AspectRatio, ThumbnailFormat, ThumbnailType, UnknownValues


@pytest.mark.parametrize(
    ("enum", "value", "name"),
    [
        (ThumbnailType, "time", "TIME"),
        (ThumbnailType, "dots", "DOTS"),
        (ThumbnailType, "quantity", "QUANTITY"),
        (ThumbnailFormat, 1, "JPG"),
        (AspectRatio, 0, "ADAPTIVE"),
        (AspectRatio, 1, "RATIO_16_9"),
    ],
)
def test_what_the_vendor_documents(enum: type[AspectRatio], value: int, name: str) -> None:
    """Every documented value has its name, and null stays null."""
    member = UnknownValues().read(enum, value)
    assert member is not None
    assert member.name == name
    assert UnknownValues().read(enum, None) is None


@pytest.mark.parametrize(
    ("enum", "value"),
    [
        (ThumbnailType, "sprite"),
        (ThumbnailType, "TIME"),
        (ThumbnailType, ""),
        (ThumbnailFormat, 0),
        (ThumbnailFormat, 2),
        (ThumbnailFormat, -1),
        (AspectRatio, 2),
        (AspectRatio, 10**30),
    ],
)
def test_what_is_new(enum: type[AspectRatio], value: int) -> None:
    """Any other value is UNKNOWN, never an error."""
    assert UnknownValues().read(enum, value) is enum["UNKNOWN"]


def test_what_is_new_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """Each value once, with the enum it is for; the text is cut, and there is an end to it."""
    values = UnknownValues(most=3)
    with caplog.at_level(logging.WARNING, "gateway.graph.enums"):
        for value in ["sprite", "sprite", "x" * 1000, "third", "fourth", "sprite"]:
            values.read(ThumbnailType, value)
        values.read(AspectRatio, 0)
        values.read(ThumbnailFormat, None)
    assert {record.getMessage() for record in caplog.records} == {"upstream value unknown"}
    told = [(vars(record)["enum"], vars(record)["value"]) for record in caplog.records]
    assert told == [("ThumbnailType", "'sprite'"), ("ThumbnailType", "'" + "x" * 99), ("ThumbnailType", "'third'")]
