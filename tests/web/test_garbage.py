"""What the garbage collector is spared."""

import gc
import subprocess
import sys

import pytest

from tests.support.house import open_house


def test_what_is_built_before_serving_is_not_looked_through_again() -> None:
    """It is frozen, and collections come seldom; in a process of its own, because that is for the whole process."""
    script = """
import gc
from gateway.graph.schema import build_schema
from gateway.web.garbage import spare_what_stays
schema = build_schema()
spare_what_stays()
print(gc.get_freeze_count() > 10_000, gc.get_threshold()[0] >= 10_000, gc.isenabled())
"""
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert output.stdout.split() == ["True", "True", "True"]


QUESTIONS = {
    "a page": "{ thumbnailTasks(first: 3) { pageInfo { endCursor } edges { cursor node { id taskId } } } }",
    "several windows": "{ thumbnailTasks(first: 250) { totalCount edges { cursor } } }",
    "the same page twice": "{ a: thumbnailTasks(first: 1) { totalCount } b: thumbnailTasks(first: 1) { totalCount } }",
    "pages below a page": "{ thumbnailTasks(first: 2) { edges { node { snapshots { edges { node { url } } } } } } }",
    "an entity": '{ _entities(representations: [{__typename: "ThumbnailTask", taskId: "t1"}]) { __typename } }',
}


@pytest.mark.parametrize("cache", ["off", "memory"])
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
async def test_an_answer_leaves_nothing_for_the_collector(question: str, cache: str) -> None:
    """No object of a request holds itself: each is gone with the last who needs it, and the collector need not come."""
    async with open_house(cache=cache) as house:
        await house.ask(question)  # what is worked out of a document is kept with it
        gc.collect()
        gc.disable()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            await house.ask(question, variables={"again": True})  # another question for the cache of whole answers
            gc.collect()
            ours = [thing for thing in gc.garbage if type(thing).__module__.startswith(("gateway.", "graphql."))]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()
    assert ours == []
