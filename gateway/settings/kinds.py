"""The types that settings are made of."""

from typing import Annotated

from annotated_types import Ge, Gt, Le

Seconds = Annotated[float, Gt(0), Le(86_400)]
Count = Annotated[int, Ge(1), Le(10_000_000)]
Percent = Annotated[int, Ge(0), Le(100)]
