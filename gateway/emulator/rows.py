"""Rows made from a seed: what a snapshot task looks like in the list.

Fields and ranges are those of the vendor's page "Listing Snapshot Task Results"; how often each value occurs is
invented.
"""

from hashlib import blake2b
from typing import Any

from gateway.emulator.ids import Ids

Row = dict[str, Any]

_STEPS = (2, 5, 10, 10, 12, 12, 12, 15, 20, 30, 60, 100)
# One row in 256 each, by the value of a die.
_LEFT_OUT = {0: "task_id", 1: "thumbnail_para", 2: "thumbnail_count", 3: "thumbnail_count"}
_NULL = {4: "thumbnail_para", 5: "thumbnail_count"}
_UNKNOWN = {6: ("format", 2), 7: ("type", "sprite"), 8: ("aspect_ratio", 2)}
_SIZES = (480, 480, 480, 640, 720, 960, 1280, 1920)


class Rows:
    """Makes the row of any serial number, always the same one.

    Args:
        seed: what everything follows from.
        assets: over how many media assets the tasks are spread: task n belongs to asset n modulo this.
        clean: leave out the oddities.
    """

    def __init__(self, seed: int, assets: int, *, clean: bool) -> None:
        self.assets = assets
        self.task_ids = Ids(seed, "task")
        self.asset_ids = Ids(seed, "asset")
        self._key = f"rows:{seed}".encode()[:64]
        self._clean = clean

    def row(self, serial: int) -> Row:
        """The row as the list shows it."""
        dice = self._dice(serial)
        row = self._whole(serial, dice)
        return row if self._clean else _with_oddities(row, dice)

    def whole(self, serial: int) -> Row:
        """The row as it is in truth: nothing is missing, so its snapshots can be counted."""
        return self._whole(serial, self._dice(serial))

    def _dice(self, serial: int) -> bytes:
        return blake2b(serial.to_bytes(16), key=self._key, digest_size=16).digest()

    def _whole(self, serial: int, dice: bytes) -> Row:
        task_id = self.task_ids.id_of(serial)
        parameters: Row
        if dice[0] < 128:
            step, duration = _STEPS[dice[1] % len(_STEPS)], 20 + 28 * dice[2]
            if dice[1] == 0 and dice[2] < 32:  # more snapshots than the offset of the details can reach
                step, duration = 1, 21_600
            parameters, count = {"type": "time", "time": step}, duration // step + 1
        elif dice[0] < 192:
            gap, count = 1 + dice[1] % 60, 1 + dice[2] % 10
            dots = [gap * (turn + 1) + dice[3] * turn % gap for turn in range(count)]
            parameters = {"type": "dots", "dots": dots}
        else:
            count = 1 + dice[1] % 10
            parameters = {"type": "quantity", "quantity": count}
            if dice[2] < 128:
                parameters["quantity_time"] = 5 * dice[2]
        parameters["cover_position"] = 1 + dice[4] % min(count, 10) if dice[4] < 64 else 1
        parameters["format"] = 1
        parameters["aspect_ratio"] = dice[5] & 1
        parameters["max_length"] = _SIZES[dice[6] % len(_SIZES)]
        return {"task_id": task_id, "thumbnail_para": parameters, "thumbnail_count": count}


def _with_oddities(row: Row, dice: bytes) -> Row:
    """Spoil a few rows in ways that the documented schema leaves open."""
    parameters = row["thumbnail_para"]
    for die, name in zip(dice[7:11], ("cover_position", "format", "aspect_ratio", "max_length"), strict=True):
        if die < 32:
            del parameters[name]
        elif die < 36:
            parameters[name] = None
    die = dice[11]
    if die in _UNKNOWN:
        name, value = _UNKNOWN[die]
        parameters[name] = value
    if die in _NULL:
        row[_NULL[die]] = None
    if die in _LEFT_OUT:
        del row[_LEFT_OUT[die]]
    return row
