import re
from pathlib import Path
from typing import get_args

import click

from gateway.cli.emulate import emulate
from gateway.emulator.broken import AnyBroken
from gateway.emulator.odd import AnyOdd
from gateway.emulator.replaced import AnyReplaced

KINDS = (*get_args(AnyReplaced), *get_args(AnyBroken), *get_args(AnyOdd))
TEXT = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text()


def test_every_fault_is_documented() -> None:
    """The tables name all kinds with all their own options, and no others."""
    common = {"times", "share", "seed", "path", "project"}
    for kind in KINDS:
        row = re.search(rf"^\| `{kind.__struct_config__.tag}`(?: \*)? \| (.*?) \|", TEXT, re.MULTILINE)
        assert row, kind
        options = set(kind.__struct_fields__) - common
        assert all(f"`{option}`" in row[1] for option in options), kind
    listed = re.findall(r"^\| `(\w+)`(?: \*)? \|", TEXT.partition("## Faults")[2], re.MULTILINE)
    assert sorted(listed) == sorted(kind.__struct_config__.tag for kind in KINDS)


def test_every_option_is_documented() -> None:
    """The table of options names all that the command takes."""
    options = {name for option in emulate.params if isinstance(option, click.Option) for name in option.opts}
    assert options == set(re.findall(r"`(--[a-z-]+)`", TEXT.partition("## In Python")[0]))
