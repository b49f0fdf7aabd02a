"""The soak, and that its judge is not blind."""

import sys
from dataclasses import replace

import pytest

from benchmarks.soak import Sample, Soak, run
from benchmarks.soak_callers import TOKENS, Asked, Error, Observation, wrong_rows
from benchmarks.soak_load import Walks
from benchmarks.soak_upstream import FIRST, KINDS, SECOND, Chronicle, Strike

FAULT = next(fault for fault in KINDS if fault.code == "UPSTREAM_INVALID_RESPONSE")
STRIKE = Strike(FAULT, FIRST.id, 1.0, begin=10, end=15)
ANSWER = Observation(at=12, seconds=0.1, kind="first page", caller=TOKENS[0], status=200)
TASKS, ASSETS = FIRST.rows().task_ids, FIRST.rows().asset_ids


@pytest.mark.skipif(sys.platform != "linux", reason="memory and descriptors are read from /proc")
@pytest.mark.parametrize("minutes", [0.4, pytest.param(10, marks=pytest.mark.proof)])
def test_faults_and_changes_under_load_cost_what_they_have_to(minutes: float) -> None:
    """Errors follow from faults, rows are right, walks whole; nothing of the gateway's own fails or grows."""
    soak = run(minutes)
    assert [(name, found) for name, holds, found in soak.verdicts() if not holds] == []


def failed(
    *seen: Observation, walks: Walks | None = None, last: Sample | None = None, complaints: str = "", met: str = "html"
) -> list[str]:
    """The verdicts that do not hold, of a soak that is well but for what is given."""
    usual = Sample(100, 90, 40)
    return [
        name
        for name, holds, _ in Soak(
            Chronicle([STRIKE], removed={"one"}),
            walks or Walks(finished=3),
            [ANSWER, *seen],
            began=0,
            warm=20,
            samples=[Sample(0, 80, 15), replace(usual, at=25), last or usual, last or usual],
            calls=[{"fault": [met] if met else []}],
            complaints=complaints,
        ).verdicts()
        if not holds
    ]


def error(code: str, at: float = 12, expected: str | None = None) -> Observation:
    """An answer with an error."""
    return replace(ANSWER, at=at, errors=[Error(code, of_row=False)], expected=expected)


def test_what_is_well_is_found_well() -> None:
    """Errors that follow from a fault, from the request or from a row taken out included."""
    bad = error("BAD_USER_INPUT", expected="BAD_USER_INPUT")
    stale = replace(error("STALE_CURSOR"), behind="one")
    assert failed(error("UPSTREAM_INVALID_RESPONSE"), error("UPSTREAM_INVALID_RESPONSE", at=20), bad, stale) == []


@pytest.mark.parametrize(
    "seen",
    [
        error("UPSTREAM_TIMEOUT"),
        error("STALE_CURSOR"),
        replace(error("STALE_CURSOR"), behind="another"),
        error("UPSTREAM_INVALID_RESPONSE", at=9),
        error("UPSTREAM_INVALID_RESPONSE", at=40),
        replace(error("UPSTREAM_INVALID_RESPONSE"), caller=replace(TOKENS[0], project=SECOND)),
        replace(ANSWER, expected="BAD_USER_INPUT"),
    ],
)
def test_an_error_of_another_code_time_or_project_is_not_explained(seen: Observation) -> None:
    """Nor is an answer that should have been an error."""
    assert failed(seen) == ["every error follows from a fault, a change or the request"]


def test_every_other_verdict_can_fail() -> None:
    """Each for its own reason."""
    usual = Sample(100, 90, 40)
    found = [
        failed(replace(ANSWER, status=503)),
        failed(error("INTERNAL_SERVER_ERROR", expected="INTERNAL_SERVER_ERROR")),
        failed(replace(ANSWER, status=0)),
        failed(replace(ANSWER, wrong=["of another asset"])),
        failed(walks=Walks(finished=3, lost=1)),
        failed(walks=Walks(finished=3, repeated=1)),
        failed(walks=Walks()),
        failed(complaints="a traceback"),
        failed(last=replace(usual, descriptors=100)),
        failed(last=replace(usual, mebibytes=200)),
        failed(met=""),
    ]
    assert [len(names) for names in found] == [1] * len(found)
    assert len({name for [name] in found}) == 8


@pytest.mark.parametrize(
    ("task", "asked", "message"),
    [
        (TASKS.id_of(7), Asked(ASSETS.id_of(1)), None),
        (TASKS.id_of(7), Asked(ASSETS.id_of(2)), "is of another asset"),
        (TASKS.id_of(7), Asked(task=TASKS.id_of(8)), "was not asked for"),
        (SECOND.rows().task_ids.id_of(7), Asked(), "is no task of the caller's project"),
    ],
)
def test_a_row_of_somebody_else_is_found(task: str, asked: Asked, message: str | None) -> None:
    """By its id alone."""
    page = {"page": {"nodes": [{"taskId": task}]}}
    assert list(wrong_rows(page, FIRST, {"page": asked})) == ([f"{task} {message}"] if message else [])


def test_a_wrong_value_and_a_wrong_picture_are_found() -> None:
    """Of the right task."""
    task = TASKS.id_of(7)
    pictures = {"nodes": [{"url": "http://pictures.test/another/1.jpg"}]}
    data = {"page": {"taskId": task, "thumbnailCount": -1, "snapshots": pictures}}
    assert list(wrong_rows(data, FIRST, {})) == [f"{task} has another count", f"{task} has another task's picture"]
