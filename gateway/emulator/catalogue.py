"""A project's list of tasks: generated rows and literal ones in one order, with filters and edits."""

from collections.abc import Iterable, Sequence

from gateway.emulator import spans
from gateway.emulator.rows import Row, Rows
from gateway.emulator.spans import Span, Spans
from gateway.emulator.tenants import Tenant


class Catalogue:
    """The list of one project.

    A row is known by its serial number: generated rows have serials from 0, literal rows negative ones. The list
    itself is a few spans of serials, so its size costs neither time nor memory.
    """

    def __init__(self, tenant: Tenant) -> None:
        assets = tenant.assets or max(1, tenant.size // 8)
        self._rows = Rows(tenant.seed, assets, clean=tenant.clean)
        self._literal: list[tuple[object, str | None]] = []
        self._total = tenant.total
        self._next = 0
        self._list: Spans = ()
        if tenant.rows is not None:
            self.insert_rows(tenant.rows)
        elif tenant.size:
            self.insert(count=tenant.size)

    def __len__(self) -> int:
        return spans.length(self._list)

    def page(
        self, offset: int, limit: int, *, asset_id: str | None = None, task_id: str | None = None
    ) -> tuple[int, list[object]]:
        """The total and the rows of a window; both filters given, a row must pass both."""
        matching = self._list
        if asset_id is not None:
            matching = self._of_asset(matching, asset_id)
        if task_id is not None:
            matching = self._of_task(matching, task_id)
        total = spans.length(matching) if self._total is None else self._total
        return total, [self._row(serial) for serial in spans.window(matching, offset, limit)]

    def task_ids(self, offset: int = 0, limit: int | None = None) -> list[str | None]:
        """The ids in the list's order, None where a row shows none."""
        _, rows = self.page(offset, len(self) if limit is None else limit)
        return [_id_of(row) for row in rows]

    def asset_id(self, task_id: str) -> str | None:
        """The asset that a task of the list belongs to."""
        for serial in self._serials(task_id):
            if serial < 0:
                return self._literal[~serial][1]
            return self._rows.asset_ids.id_of(serial % self._rows.assets)
        return None

    def asset_ids(self, count: int) -> list[str]:
        """The ids of the first few generated assets."""
        return [self._rows.asset_ids.id_of(number) for number in range(min(count, self._rows.assets))]

    def find(self, task_id: str) -> Row | None:
        """The task of an id with nothing missing, None if the list does not hold it."""
        for serial in self._serials(task_id):
            row = self._rows.whole(serial) if serial >= 0 else self._literal[~serial][0]
            return row if isinstance(row, dict) else None
        return None

    def insert(self, *, at: int = 0, count: int = 1, asset_id: str | None = None) -> list[str]:
        """Put newly generated rows at a position, all of one asset if it is named.

        Returns:
            The ids of the tasks (of the first thousand), also of those rows that do not show theirs.

        Raises:
            ValueError: the asset is not one of this catalogue's.
        """
        first, step = self._next, 1
        if asset_id is not None:
            number, step = self._rows.asset_ids.number_of(asset_id), self._rows.assets
            if number is None or number >= self._rows.assets:
                raise ValueError("no such asset: rows can be generated for this project's own assets only")
            first += (number - first) % step
        added = range(first, first + count * step, step)
        if added:
            self._next = added[-1] + 1
            self._list = spans.insert(self._list, at, added)
        return [self._rows.task_ids.id_of(serial) for serial in added[:1000]]

    def insert_rows(self, rows: Iterable[object], *, at: int = 0, asset_id: str | None = None) -> list[str]:
        """Put literal rows at a position; they are sent as they are, whatever they are.

        Returns:
            The ids of those rows that show one.
        """
        first = len(self._literal)
        self._literal.extend((row, asset_id) for row in rows)
        added = range(~first, ~len(self._literal), -1)
        if added:
            self._list = spans.insert(self._list, at, added)
        return [task_id for serial in added if (task_id := _id_of(self._literal[~serial][0])) is not None]

    def remove(self, *, at: int = 0, count: int = 1, task_id: str | None = None) -> int:
        """Take rows out, from a position or by id.

        Returns:
            How many were taken out.
        """
        if task_id is None:
            self._list, taken = spans.remove(self._list, at, count)
            return spans.length(taken)
        removed = 0
        for serial in self._serials(task_id):
            where = spans.position(self._list, serial)
            if where is not None:
                self._list, _ = spans.remove(self._list, where, 1)
                removed += 1
        return removed

    def move(self, *, at: int, to: int, count: int = 1) -> int:
        """Take rows from one position and put them at another, counted without them: a reordered list.

        Returns:
            How many were moved.
        """
        rest, taken = spans.remove(self._list, at, count)
        before, after = spans.split(rest, to)
        self._list = before + taken + after
        return spans.length(taken)

    def _row(self, serial: int) -> object:
        return self._rows.row(serial) if serial >= 0 else self._literal[~serial][0]

    def _serials(self, task_id: str) -> Sequence[int]:
        return tuple(spans.window(self._of_task(self._list, task_id), 0, len(self._literal) + 1))

    def _of_task(self, among: Spans, task_id: str) -> Spans:
        number = self._rows.task_ids.number_of(task_id)
        found: list[Span] = []
        for span in among:
            if _is_literal(span):
                found.append(tuple(serial for serial in span if _id_of(self._literal[~serial][0]) == task_id))
            elif number is not None and number in span and "task_id" in self._rows.row(number):
                found.append((number,))
        return tuple(filter(None, found))

    def _of_asset(self, among: Spans, asset_id: str) -> Spans:
        number, assets = self._rows.asset_ids.number_of(asset_id), self._rows.assets
        found: list[Span] = []
        for span in among:
            if _is_literal(span):
                found.append(tuple(serial for serial in span if self._literal[~serial][1] == asset_id))
            elif number is not None and number < assets:
                found.append(_every(span, number, assets))
        return tuple(filter(None, found))


def _is_literal(span: Span) -> bool:
    return span[0] < 0


def _every(span: Span, number: int, assets: int) -> Span:
    """The serials of a generated span that belong to one asset.

    A span has step 1, or the step of the assets (rows inserted for one asset); one row cut out has any step.
    """
    if len(span) > 1 and span[1] - span[0] == 1:
        return span[(number - span[0]) % assets :: assets]
    return span if span[0] % assets == number else ()


def _id_of(row: object) -> str | None:
    task_id = row.get("task_id") if isinstance(row, dict) else None
    return task_id if isinstance(task_id, str) else None
