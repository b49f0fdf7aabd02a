"""The root fields."""

from typing import Annotated

import strawberry
from graphql.pyutils import Path

from gateway.errors import NotFound
from gateway.graph import global_id
from gateway.graph.arguments import identifier, page_size
from gateway.graph.connection import AFTER, FIRST, Connection, readable
from gateway.graph.context import Context, Info
from gateway.graph.types import Node, ThumbnailTask, task_connection

DEFAULT_TASKS = 10


@strawberry.type(
    description="What can be asked. Every field may fail alone: it is null then, with an error at its path."
)
class Query:
    """The root of every operation."""

    @strawberry.field(
        description="The snapshot tasks of the project, or those of one asset, or one task, in the upstream's order, "
        "which it does not document. Filters that are both given both apply."
    )
    async def thumbnail_tasks(
        self,
        info: Info,
        asset_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only tasks of this media asset; 1 to 1024 characters."),
        ] = strawberry.UNSET,
        task_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only this task; 1 to 1024 characters.")
        ] = strawberry.UNSET,
        first: Annotated[int | None, strawberry.argument(description=FIRST)] = DEFAULT_TASKS,
        after: Annotated[str | None, strawberry.argument(description=AFTER)] = strawberry.UNSET,
    ) -> Connection[ThumbnailTask] | None:
        """A page of the listing of tasks."""
        context = info.context
        size = page_size(first, default=DEFAULT_TASKS, most=context.services.max_first)
        filters = {
            name: identifier(argument, value)
            for name, argument, value in (("asset_id", "assetId", asset_id), ("task_id", "taskId", task_id))
            if isinstance(value, str)  # null and nothing at all mean the same; the empty text is an error
        }
        page = await context.page(
            context.services.tasks, filters, first=size, after=after or None, path=info.path.as_list
        )
        return task_connection(page, context.services.unknown_values)

    @strawberry.field(description="One snapshot task; null where the upstream knows none of this id.")
    async def thumbnail_task(
        self,
        info: Info,
        task_id: Annotated[
            strawberry.ID, strawberry.argument(description="The task's `taskId`; 1 to 1024 characters.")
        ],
    ) -> ThumbnailTask | None:
        """A task by the upstream's id."""
        return await find_task(info.context, identifier("taskId", task_id), info.path)

    @strawberry.field(description="Any node by its `id`; null where there is none.")
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The `id` of a node.")],  # noqa: A002
    ) -> Node | None:
        """A node by its global id."""
        type_name, key = global_id.decode(id)
        return await find_task(info.context, identifier("id", key), info.path) if type_name == "ThumbnailTask" else None


async def find_task(context: Context, task_id: str, path: Path) -> ThumbnailTask | None:
    """The task of an id, or None where the upstream knows none; `path` is that of the field that asks."""
    try:
        page = await context.page(context.services.tasks, {"task_id": task_id}, first=1, after=None, path=path.as_list)
    except NotFound:
        return None
    tasks = [ThumbnailTask(of=readable(edge), words=context.services.unknown_values) for edge in page.edges]
    # An upstream that ignored the filter must not pass another task off as this one.
    return next((task for task in tasks if task.of.row.task_id in {task_id, None}), None)
