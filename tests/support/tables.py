"""The tables of docs/ that follow from the code: `python -m tests.support.tables` writes them anew."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from annotated_types import Ge, Gt, Le
from pydantic.fields import FieldInfo

from gateway.errors import GatewayError, Reason, leaves
from gateway.observability.metrics import Metrics
from gateway.settings import PREFIX, Settings
from gateway.upstream.failures import BY_CODE, BY_STATUS

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("errors.md", "settings.md", "metrics.md")
_BLOCK = re.compile(r"(?<=<!-- table: )(\w+)( -->\n).*?(?=<!-- end -->)", re.DOTALL)


def with_tables(page: str) -> str:
    """A page's text with every table between `<!-- table: name -->` and `<!-- end -->` made anew."""
    return _BLOCK.sub(lambda block: f"{block[1]}{block[2]}\n{TABLES[block[1]]()}\n", page)


def codes() -> str:
    """Our codes and what each says."""
    return _table(("code", "says"), ((f"`{kind.code}`", _sentence(kind)) for kind in leaves()))


def reasons() -> str:
    """The reasons beside BAD_USER_INPUT."""
    return "\n".join(f"* `{reason}`" for reason in Reason) + "\n"


def vendor_codes() -> str:
    """The vendor's codes and ours, a line for each of ours."""
    lines = []
    for kind in leaves():
        theirs = ", ".join(f"`{code}`" for code, ours in BY_CODE.items() if ours is kind)
        statuses = ", ".join(str(status) for status, ours in BY_STATUS.items() if ours is kind)
        if theirs or statuses:
            lines.append((f"`{kind.code}`", theirs, statuses))
    return _table(("ours", "the vendor's code", "without a known code, the status"), lines)


def settings() -> str:
    """Name, default, range and description of every setting."""
    return _table(
        ("setting", "default", "range", "what it does"),
        (
            (f"`{PREFIX}{name.upper()}`", _default(field), _range(field), field.description or "")
            for name, field in Settings.model_fields.items()
        ),
    )


def metrics() -> str:
    """Name, type, labels and meaning of every metric of our own."""
    lines = []
    for metric in Metrics().metrics:
        [family] = metric.describe()
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = ", ".join(f"`{label}`" for label in metric._labelnames)
        lines.append((f"`{name}`", family.type, labels, family.documentation))
    return _table(("metric", "type", "labels", "what"), lines)


TABLES = {"metrics": metrics, "codes": codes, "reasons": reasons, "vendor_codes": vendor_codes, "settings": settings}


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def _sentence(kind: type[GatewayError]) -> str:
    return " ".join((kind.__doc__ or "").partition("\n\n")[0].split())


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if field.is_required() or value is None:
        return "needed" if field.is_required() else ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _range(field: FieldInfo) -> str:
    signs = {Ge: ("ge", "from {}"), Gt: ("gt", "above {}"), Le: ("le", "to {}")}
    found = [signs[type(rule)] + (rule,) for rule in field.metadata if type(rule) in signs]
    return " ".join(words.format(f"{getattr(rule, name):,}".replace(",", " ")) for name, words, rule in found)


if __name__ == "__main__":
    for name in PAGES:
        (DOCS / name).write_text(with_tables((DOCS / name).read_text(encoding="utf-8")), encoding="utf-8")
