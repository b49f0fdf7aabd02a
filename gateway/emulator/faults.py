"""Faults: when one strikes. What it does stands in `replaced`, `broken` and `odd`."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from msgspec import Struct

from gateway.emulator.request import Request


class Fault(Struct, tag_field="kind", kw_only=True, forbid_unknown_fields=True):
    """What all faults have in common: which calls they strike.

    Attributes:
        times: how many calls, None for every one.
        share: of the calls that match, the share that is struck; which ones follows from `seed`.
        seed: see `share`.
        path: only calls whose path contains this text, such as `thumbnail/details`.
        project: only calls to this project's paths.
    """

    times: int | None = None
    share: float = 1.0
    seed: int = 0
    path: str = ""
    project: str = ""

    @property
    def kind(self) -> str:
        """The fault's name."""
        return str(self.__struct_config__.tag)


F = TypeVar("F", bound=Fault)


class Faults:
    """The faults that are armed, in the order they were asked for."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []

    def add(self, fault: Fault) -> None:
        """Arm a fault."""
        self._armed.append(_Armed(fault))

    def clear(self) -> None:
        """Disarm all."""
        self._armed.clear()

    def waiting(self) -> Sequence[Fault]:
        """Those that may still strike."""
        return [armed.fault for armed in self._armed if not armed.spent]

    def strike(self, request: Request, family: type[F]) -> F | None:
        """The first fault of a family that strikes a call."""
        for armed in list(self._armed):
            if isinstance(armed.fault, family) and armed.strikes(request):
                return armed.fault
        return None


class _Armed:
    """A fault with what is left of it."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._left = fault.times
        self._dice = Random(fault.seed)  # noqa: S311  a test's dice, not a secret

    @property
    def spent(self) -> bool:
        """Whether it will never strike again."""
        return self._left == 0

    def strikes(self, request: Request) -> bool:
        """Whether it strikes this call; if so, that is one time less."""
        path = request.path.decode("latin-1")
        fault = self.fault
        if self.spent or fault.path not in path or fault.project not in path:
            return False
        if fault.share < 1 and self._dice.random() >= fault.share:
            return False
        if self._left is not None:
            self._left -= 1
        return True
