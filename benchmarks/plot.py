"""Plots as SVG text: bars side by side, and lines over a growing quantity; both with a logarithmic height."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

_COLOURS = ("#8894a6", "#2f6fb5", "#7fb0e0", "#3a9a6a", "#e0a030", "#b5482f")
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 420, 250, 64, 34, 40
_LEGEND = 24


@dataclass(frozen=True)
class Panel:
    """A part of a plot.

    Args:
        title: Above it, with the unit of its height.
        over: What stands below, from left to right.
        series: Heights by name; all above 0, None for none.
    """

    title: str
    over: Sequence[str]
    series: Mapping[str, Sequence[float | None]]


def bars(title: str, panel: Panel) -> str:
    """Groups of bars, each with its height."""
    return _image(title, [panel], _Bars, width=980)


def lines(title: str, panels: Sequence[Panel]) -> str:
    """Panels in rows of two, with a line for each series."""
    return _image(title, panels, _Lines, width=_WIDTH)


def _image(title: str, panels: Sequence[Panel], draw: "type[_Drawing]", *, width: int) -> str:
    names = list(dict.fromkeys(name for panel in panels for name in panel.series))
    columns = min(2, len(panels))
    rows = ceil(len(panels) / columns)
    size = (columns * width, rows * _HEIGHT + _LEGEND + 8)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}" role="img">',
        f"<title>{escape(title)}</title>",
        "<style>text { font: 12px sans-serif } .height { font-size: 11px } .title { font-weight: bold }</style>",
        f'<rect width="{size[0]}" height="{size[1]}" fill="#fff"/>',
        *_legend(names),
    ]
    for number, panel in enumerate(panels):
        place = number % columns * width, number // columns * _HEIGHT + _LEGEND
        drawing = draw(panel, width, names)
        parts += [f'<g transform="translate({place[0]} {place[1]})">', *drawing.frame(), *drawing.body(), "</g>"]
    return "\n".join([*parts, "</svg>\n"])


def _legend(names: Sequence[str]) -> Iterator[str]:
    left = _LEFT
    for name, colour in zip(names, _COLOURS, strict=False):
        yield f'<rect x="{left}" y="8" width="12" height="12" fill="{colour}"/>'
        yield f'<text x="{left + 17}" y="18">{escape(name)}</text>'
        left += 35 + 7 * len(name)


class _Drawing:
    """A panel on its place."""

    def __init__(self, panel: Panel, width: int, names: Sequence[str]) -> None:
        self.panel = panel
        self.width = width - _LEFT - 16
        self.colours = dict(zip(names, _COLOURS, strict=False))
        heights = [height for series in panel.series.values() for height in series if height]
        self.low, self.high = floor(log10(min(heights))), ceil(log10(max(heights) * 1.05))
        self.step = self.width / len(panel.over)

    def y(self, height: float) -> float:
        """Where a height is."""
        room = _HEIGHT - _TOP - _BOTTOM
        return _TOP + room * (self.high - log10(height)) / (self.high - self.low)

    def frame(self) -> Iterator[str]:
        """Title, powers of ten, and what stands below."""
        yield f'<text x="{_LEFT}" y="20" class="title">{escape(self.panel.title)}</text>'
        for power in range(self.low, self.high + 1):
            y = self.y(10.0**power)
            yield f'<line x1="{_LEFT}" x2="{_LEFT + self.width}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
            yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{spaced(10.0**power)}</text>'
        for number, text in enumerate(self.panel.over):
            x = _LEFT + self.step * (number + 0.5)
            yield f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">{escape(text)}</text>'

    def body(self) -> Iterator[str]:
        """The series."""
        raise NotImplementedError


class _Bars(_Drawing):
    def body(self) -> Iterator[str]:
        wide = self.step * 0.9 / len(self.panel.series)
        for place, (name, heights) in enumerate(self.panel.series.items()):
            for number, height in enumerate(heights):
                if not height:
                    continue
                x, y = _LEFT + self.step * (number + 0.05) + wide * place, self.y(height)
                tall = _HEIGHT - _BOTTOM - y
                yield (
                    f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide - 2:.1f}" height="{tall:.1f}" '
                    f'fill="{self.colours[name]}"/>'
                )
                yield (
                    f'<text x="{x + wide / 2 - 1:.1f}" y="{y - 4:.1f}" class="height" text-anchor="middle">'
                    f"{spaced(height)}</text>"
                )


class _Lines(_Drawing):
    def body(self) -> Iterator[str]:
        for name, heights in self.panel.series.items():
            points = [
                (_LEFT + self.step * (number + 0.5), self.y(height)) for number, height in enumerate(heights) if height
            ]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            yield f'<polyline points="{path}" fill="none" stroke="{self.colours[name]}" stroke-width="2"/>'
            yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{self.colours[name]}"/>' for x, y in points)


def spaced(number: float) -> str:
    """A number with three digits that count, and spaces between thousands."""
    if number >= 100:
        return f"{number:,.0f}".replace(",", " ")
    return f"{number:.3g}"
