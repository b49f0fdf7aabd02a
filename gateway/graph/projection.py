"""Selections of plain values, compiled once for a document into functions that build the answer.

graphql-core's executor spends most of a page's time on book-keeping for every field of every row: paths,
resolve infos, type checks. A selection below which every field is plain (it has no arguments, its resolver
is synchronous and takes nothing but the object) needs none of that. It is compiled when it is first met
and built in one go from then on.

Whatever is not plain (arguments, abstract types, directives) is not compiled, and whatever goes wrong
while building (a null where none may be, a value that does not fit, a resolver that raises) is executed
again by graphql-core, which also words the errors. So both give the same answers, and the tests hold them
against each other.
"""

import weakref
from functools import partial
from typing import Any

from graphql import GraphQLObjectType, GraphQLResolveInfo
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path
from graphql.type import GraphQLResolveInfoHelpers
from typing_extensions import override

from gateway.graph.compiled import Build, NotPlain, compile_selection


class Projections:
    """The compiled selections of one document; kept as long as the document is."""

    def __init__(self) -> None:
        self._builds: dict[tuple[Any, ...], Build | None] = {}

    def find(self, executor: Executor[Any], kind: GraphQLObjectType, details: FieldDetailsList) -> Build | None:
        """The function for a selection on objects of a kind; None where it is not plain."""
        key = (kind.name, *[id(detail.node) for detail in details])
        if key not in self._builds:
            try:
                self._builds[key] = compile_selection(executor, kind, details)
            except NotPlain:
                self._builds[key] = None
        return self._builds[key]


class ProjectingExecutor(Executor[Any]):
    """graphql-core's executor, with the plain selections built by compiled functions, where there are projections."""

    def __init__(self, *args: Any, projections: Projections | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._projections = projections
        # graphql-core's are bound methods: the executor would hold itself by them, and all of its request would
        # stay until the garbage collector comes.
        weak = weakref.proxy(self)
        gather, track = partial(Executor.gather_async_work, weak), partial(Executor.track_async_work, weak)
        self.async_helpers = GraphQLResolveInfoHelpers(gather, track)

    @override
    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        known = self._projections
        build = None if known is None else known.find(self, return_type, field_details_list)
        if build is not None:
            try:
                return build(result)
            except Exception:  # noqa: BLE001, S110  graphql-core meets it again below, and words it
                pass
        return super().complete_object_value(return_type, field_details_list, info, path, result, position_context)
