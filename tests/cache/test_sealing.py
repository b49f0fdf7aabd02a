import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cache.sealing import OVERHEAD, Seal

KEYS = st.text("0123456789abcdef.", min_size=1, max_size=40)
VALUES = st.binary(max_size=200)
SEAL = Seal(b"a secret of the test's")


@given(key=KEYS, value=VALUES)
def test_what_was_sealed_opens(key: str, value: bytes) -> None:
    """With the key that it was sealed under; it is as much longer as is said."""
    sealed = SEAL.close(key, value)
    assert SEAL.open(key, sealed) == value
    assert len(sealed) == len(value) + OVERHEAD


@given(key=KEYS, value=VALUES, data=st.data())
def test_any_flipped_bit_shuts_it(key: str, value: bytes, data: st.DataObject) -> None:
    """In the format, in the nonce, in the value and in the tag."""
    sealed = bytearray(SEAL.close(key, value))
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[place // 8] ^= 1 << place % 8
    assert SEAL.open(key, bytes(sealed)) is None


@given(key=KEYS, value=VALUES, data=st.data())
def test_any_other_length_shuts_it(key: str, value: bytes, data: st.DataObject) -> None:
    """Cut at either end, or longer."""
    sealed = SEAL.close(key, value)
    cut = data.draw(st.integers(0, len(sealed) - 1))
    assert SEAL.open(key, sealed[:cut]) is None
    assert SEAL.open(key, sealed[cut + 1 :]) is None
    assert SEAL.open(key, sealed + data.draw(st.binary(min_size=1, max_size=9))) is None


@given(key=KEYS, other=KEYS, value=VALUES)
def test_it_opens_under_no_other_key(key: str, other: str, value: bytes) -> None:
    """Nor with another secret."""
    sealed = SEAL.close(key, value)
    assert (SEAL.open(other, sealed) is None) is (key != other)
    assert Seal(b"a secret of others'").open(key, sealed) is None


@given(garbage=st.binary(max_size=100))
def test_garbage_is_shut(garbage: bytes) -> None:
    """Whatever others put there."""
    assert SEAL.open("key", garbage) is None
    assert SEAL.open("key", b"\x01" + garbage) is None


@pytest.mark.parametrize("secret", [b"x" * 16, b"x" * 64])
def test_nothing_of_it_can_be_read(secret: bytes) -> None:
    """And the same value is sealed differently each time."""
    value = b'{"task_id":"of somebody"}' * 4
    one, other = (Seal(secret).close("key", value) for _ in range(2))
    assert one != other
    assert b"task_id" not in one
    assert b"somebody" not in one
