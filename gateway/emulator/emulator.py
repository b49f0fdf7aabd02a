"""The emulator: everything it holds, and everything that can be done to it while it runs."""

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from inspect import signature
from typing import Any, Literal

import msgspec
from starlette.applications import Starlette

from gateway.emulator.app import create_app
from gateway.emulator.auth import Gatekeeper
from gateway.emulator.broken import AnyBroken
from gateway.emulator.catalogue import Catalogue
from gateway.emulator.faults import Faults
from gateway.emulator.journal import Journal
from gateway.emulator.odd import AnyOdd
from gateway.emulator.replaced import AnyReplaced
from gateway.emulator.scripts import Scripts
from gateway.emulator.service import Service
from gateway.emulator.tenants import Credentials, Tenant
from gateway.emulator.throttle import Throttle


class Emulator:
    """An upstream in a box; `app` is its ASGI application, `serve` puts it on a socket.

    Everything that takes a project may leave it out where there is one tenant only.

    Args:
        tenants: the projects it knows.
        clock: seconds since the epoch; expiry, clock skew, locks and limits go by it.
        control: whether `/_emulator/...` answers.
        public_url: where the urls of pictures point; None is the host that the caller asked.
        latency: seconds before every answer.
        calls_per_minute: the limit for one project, None for no limit.

    Attributes:
        app: the ASGI application.
        faults: those that are armed.
        journal: the calls seen.
        credentials: the tokens and keys, which can be added and revoked.
        latency: may be changed at any time.
        control: as given.
        public_url: as given.
    """

    def __init__(
        self,
        tenants: Sequence[Tenant],
        *,
        clock: Callable[[], float] = time.time,
        control: bool = False,
        public_url: str | None = None,
        latency: float = 0.0,
        calls_per_minute: int | None = None,
    ) -> None:
        self.clock = clock
        self.control = control
        self.public_url = public_url
        self.latency = latency
        self.journal = Journal()
        self.credentials = Credentials(tenants)
        self._catalogues = {tenant.project_id: Catalogue(tenant) for tenant in tenants}
        self._throttle = Throttle(calls_per_minute, clock)
        self._scripts = Scripts()
        self.faults = Faults()
        gatekeeper = Gatekeeper(self.credentials, clock)
        self.service = Service(self._catalogues, gatekeeper, self._throttle, self._scripts)
        self.app: Starlette = create_app(self)

    @property
    def projects(self) -> Sequence[str]:
        """The projects it knows."""
        return list(self._catalogues)

    @property
    def calls_per_minute(self) -> int | None:
        """The limit for one project; may be changed at any time."""
        return self._throttle.per_minute

    @calls_per_minute.setter
    def calls_per_minute(self, limit: int | None) -> None:
        self._throttle.per_minute = limit

    def catalogue(self, project: str | None = None) -> Catalogue:
        """A project's list.

        Raises:
            KeyError: there is no such project, or several and none is named.
        """
        if project is None and len(self._catalogues) == 1:
            project = next(iter(self._catalogues))
        if project not in self._catalogues:
            raise KeyError(f"no project {project}; there are: {', '.join(self._catalogues)}")
        return self._catalogues[project]

    def insert(
        self,
        project: str | None = None,
        *,
        at: int = 0,
        count: int = 1,
        asset_id: str | None = None,
        rows: Iterable[object] | None = None,
    ) -> list[str]:
        """Put rows into a list: generated ones, or literal ones that are sent as they are.

        Returns:
            The ids of the new tasks (of the first thousand generated ones).

        Raises:
            ValueError: generated rows for an asset that is not the project's.
        """
        catalogue = self.catalogue(project)
        if rows is not None:
            return catalogue.insert_rows(rows, at=at, asset_id=asset_id)
        return catalogue.insert(at=at, count=count, asset_id=asset_id)

    def remove(self, project: str | None = None, *, at: int = 0, count: int = 1, task_id: str | None = None) -> int:
        """Take rows out of a list, from a position or by id; how many were taken out."""
        return self.catalogue(project).remove(at=at, count=count, task_id=task_id)

    def move(self, project: str | None = None, *, at: int, to: int, count: int = 1) -> int:
        """Take rows from one position of a list to another; how many were moved."""
        return self.catalogue(project).move(at=at, to=to, count=count)

    def script(
        self, project: str | None = None, *, before: int, edit: Literal["insert", "remove", "move"], **arguments: Any
    ) -> None:
        """Let an edit happen just before the project's n-th admitted call from now on; 1 is the next one.

        Args:
            project: whose list, and whose calls are counted.
            before: n.
            edit: the name of a method, `arguments` are its arguments.
            **arguments: see `insert`, `remove` and `move`.

        Raises:
            TypeError: the edit does not take these arguments.
            ValueError: n is less than 1.
        """
        catalogue = self.catalogue(project)
        name = next(name for name, each in self._catalogues.items() if each is catalogue)
        edits: dict[str, Callable[..., object]] = {"insert": self.insert, "remove": self.remove, "move": self.move}
        signature(edits[edit]).bind(name, **arguments)  # a mistake shows now, not in the middle of a walk
        self._scripts.add(name, before, partial(edits[edit], name, **arguments))

    def fault(self, kind: str, **options: Any) -> None:
        """Spoil answers from now on.

        Args:
            kind: the fault's name, see docs/emulator.md.
            **options: which calls (`times`, `share`, `seed`, `path`, `project`) and what the kind takes.

        Raises:
            msgspec.ValidationError: an unknown kind or option, or a value of the wrong type.
        """
        self.faults.add(msgspec.convert({"kind": kind, **options}, AnyReplaced | AnyBroken | AnyOdd))

    def clear(self) -> None:
        """End all faults and forget the scripts that still wait."""
        self.faults.clear()
        self._scripts.clear()
