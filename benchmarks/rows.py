"""What a page's rows cost, from the upstream's octets to the answer's data: `python -m benchmarks.rows`.

Pages of 10, 100 and 1 000 tasks, and microseconds of CPU: the least of many turns, so that other work on the machine
counts little. The last lines are the same data by graphql-core alone, and what a page costs beside its rows.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import msgspec
import strawberry
import strawberry.federation
from graphql import DocumentNode, ExecutionResult, GraphQLSchema, execute, parse

from benchmarks.scene import table
from gateway.emulator import Emulator, Tenant
from gateway.graph.compiled import Build
from gateway.graph.connection import Connection
from gateway.graph.enums import UnknownValues
from gateway.graph.projection import ProjectingExecutor, Projections
from gateway.graph.types import ThumbnailTask, task_connection
from gateway.listing.reader import Page, PageReader, Reading
from gateway.paging.plan import BlockPlan
from gateway.paging.window import Span, Window
from gateway.upstream.endpoints import THUMBNAIL_TASKS
from gateway.upstream.models import Answer, TaskRow, UnreadableRow

QUERY = """{ thumbnailTasks {
  totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  edges { cursor node { taskId thumbnailCount
    parameters { type quantity quantityTime time dots coverPosition format aspectRatio maxLength } } }
} }"""
FEW = "{ thumbnailTasks { nodes { taskId } pageInfo { hasNextPage endCursor } } }"
SIZES = (10, 100, 1_000)
TURNS = 200
Tasks = Page[TaskRow | UnreadableRow]


@strawberry.type
class Root:
    """A page that is there already."""

    page: strawberry.Private[Tasks]

    @strawberry.field
    def thumbnail_tasks(self) -> Connection[ThumbnailTask] | None:
        return task_connection(self.page, WORDS)


WORDS = UnknownValues()
SCHEMA: GraphQLSchema = strawberry.federation.Schema(Root)._schema  # noqa: SLF001


def least(step: Callable[[], object], *, turns: int = TURNS) -> float:
    """Microseconds of the fastest turn."""
    found = []
    for _ in range(turns):
        began = time.thread_time_ns()
        step()
        found.append(time.thread_time_ns() - began)
    return min(found) / 1_000


def least_of(page: Callable[[], Tasks], build: Build) -> float:
    """The same for building the data of a page, of a new one in each turn: what a window works out, it keeps."""
    pages = [page() for _ in range(TURNS)]
    return least(lambda: build(task_connection(pages.pop(), WORDS)))


def bodies(size: int) -> dict[Span, bytes]:
    """What the upstream sends for a list of so many tasks, block by block."""
    catalogue = Emulator([Tenant("p", size=size, clean=True)]).catalogue()
    spans = [Span(offset, 100) for offset in range(0, size, 99)]
    pages = {span: catalogue.page(*span) for span in spans}
    return {span: msgspec.json.encode({"total": total, "thumbnails": rows}) for span, (total, rows) in pages.items()}


async def page_of(answers: dict[Span, Answer[TaskRow]], size: int) -> Tasks:
    """The page as the reader puts it together."""

    async def read(span: Span, *, now: bool = False) -> Reading[TaskRow | UnreadableRow]:
        return Reading(Window(span, answers[span].total, answers[span].rows, 0.0), remembered=now)

    return await PageReader(BlockPlan(20_000), read, filters=7, search_calls=4).page(size, None)


def run(document: DocumentNode, page: Tasks, **options: Any) -> Any:
    """The data of a document over a page."""
    result = execute(SCHEMA, document, root_value=Root(page=page), **options)
    assert isinstance(result, ExecutionResult)
    assert not result.errors
    return result.data


def measure(size: int) -> dict[str, float]:
    """Microseconds by step."""
    sent = bodies(size)
    decode, by_row = THUMBNAIL_TASKS.decoder.decode, THUMBNAIL_TASKS.decoder.decode_by_row
    answers = {span: decode(body, limit=100) for span, body in sent.items()}
    blocks = [msgspec.json.encode(answer) for answer in answers.values()]
    decoder = msgspec.json.Decoder(Answer[TaskRow])
    with asyncio.Runner() as runner:
        loop = runner.get_loop()

        def page() -> Tasks:
            return loop.run_until_complete(page_of(answers, size))

        idle = least(lambda: loop.run_until_complete(asyncio.sleep(0)))
        found = {
            "decode": least(lambda: [decode(body, limit=100) for body in sent.values()]),
            "windows and page": least(page) - idle,
        }
        for name, query in (("data", QUERY), ("data, of `taskId` and `endCursor` alone", FEW)):
            document, projections = parse(query), Projections()
            compiled = {"executor_class": ProjectingExecutor, "projections": projections}
            plain = run(document, page())
            assert run(document, page(), **compiled) == plain
            [build] = filter(None, projections._builds.values())  # noqa: SLF001  measured, not used
            found[name] = least_of(page, build)
        found["all three"] = found["decode"] + found["windows and page"] + found["data"]
        few = max(3, 2_000 // size)
        document, once = parse(QUERY), page()
        core = least(lambda: run(document, once), turns=few)
        empty: Tasks = Page(edges=[], start=0, has_next=False, total=0, truncated=False)
        found |= {
            "data by graphql-core alone": core,
            "compiling the selection, once for a document": least(
                lambda: run(document, empty, executor_class=ProjectingExecutor, projections=Projections())
            )
            - least(lambda: run(document, empty, **compiled)),
            "decode, row by row": least(lambda: [by_row(body, limit=100) for body in sent.values()]),
            "a block of the cache: encode": least(lambda: [msgspec.json.encode(each) for each in answers.values()]),
            "a block of the cache: decode": least(lambda: [decoder.decode(each) for each in blocks]),
        }
    return found


def main() -> None:
    """Prints the table."""
    found = {size: measure(size) for size in SIZES}
    print(
        table(
            [
                {"step": step} | {f"{size:,} rows".replace(",", " "): f"{found[size][step]:.0f} µs" for size in SIZES}
                for step in found[SIZES[0]]
            ]
        )
    )


if __name__ == "__main__":
    main()
