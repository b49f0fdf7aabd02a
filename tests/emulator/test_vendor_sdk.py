"""The vendor's own SDK against the emulator: what it signs is admitted, and only that."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.emulator import AccessKey, Emulator
from tests.emulator.conftest import KEY, PROJECT, TASKS, TEMPORARY_KEY, Clock

SCRIPT = Path(__file__).with_name("vendor_sdk.py")
Step = tuple[str, dict[str, Any], dict[str, Any]]


class Sdk:
    """The SDK with a key, in a process and a home directory of its own."""

    def __init__(self, url: str, home: Path) -> None:
        self._url = url
        self._home = home

    def run(self, key: AccessKey, *steps: Step) -> list[Any]:
        given = {
            "url": self._url,
            "project": PROJECT,
            "access": key.access,
            "secret": key.secret,
            "security_token": key.security_token,
            "steps": steps,
        }
        result = subprocess.run(
            [sys.executable, "-W", "ignore", str(SCRIPT)],
            input=json.dumps(given),
            env={**os.environ, "HOME": str(self._home), "NO_PROXY": "127.0.0.1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        answers: list[Any] = json.loads(result.stdout)
        return answers


@pytest.fixture
def sdk(url: str, clock: Clock, tmp_path: Path) -> Sdk:
    """Its clock cannot be set, so the emulator's is set to the real time."""
    clock.now = time.time()
    return Sdk(url, tmp_path)


def test_it_lists_tasks_and_snapshots(sdk: Sdk, emulator: Emulator) -> None:
    """With AK and SK: pages, filters and snapshots, as the SDK's own models read them."""
    catalogue = emulator.catalogue(PROJECT)
    task, asset = catalogue.task_ids(7, 1)[0], catalogue.asset_ids(1)[0]
    pages = sdk.run(
        KEY,
        ("list", {"limit": 100, "offset": 200}, {}),
        ("list", {"asset_id": asset, "limit": 1}, {}),
        ("list", {"task_id": task}, {}),
        ("details", {"task_id": task, "limit": 1}, {}),
    )
    assert [row["task_id"] for row in pages[0]["thumbnails"]] == catalogue.task_ids(200)
    assert [page["total"] for page in pages[:3]] == [250, 125, 1]
    assert pages[2]["thumbnails"][0]["task_id"] == task
    assert pages[3]["total"] == pages[2]["thumbnails"][0]["thumbnail_count"]
    assert pages[3]["thumbnail_result"][0]["url"].endswith(f"/{task}/{pages[3]['thumbnail_result'][0]['offset']}.jpg")
    assert [call.credential for call in emulator.journal] == ["signature"] * 4


def test_temporary_keys(sdk: Sdk, emulator: Emulator) -> None:
    """With its security token a temporary pair lists; with another one, or none, it does not."""
    good, other, none = sdk.run(
        TEMPORARY_KEY,
        ("list", {"limit": 1}, {}),
        ("list", {"limit": 1}, {"security_token": "another"}),
        ("list", {"limit": 1}, {"security_token": None}),
    )
    assert good["total"] == 250
    assert [each["status"] for each in (other, none)] == [401, 401]
    assert [call.credential for call in emulator.journal] == ["temporary signature"] * 2 + ["signature"]


def test_odd_characters_in_a_query(sdk: Sdk) -> None:
    """Whatever the SDK puts into a query is admitted: the signature covers what arrives."""
    odd = "a b+c/~\u00e9=&*%41"
    answers = sdk.run(KEY, ("list", {"task_id": odd, "asset_id": "'\"<>"}, {}), ("details", {"task_id": odd}, {}))
    assert answers == [{"total": 0, "thumbnails": []}, {"total": 0, "thumbnail_result": []}]


def test_six_bad_signatures_lock_the_key(sdk: Sdk, emulator: Emulator, clock: Clock) -> None:
    """A wrong secret is refused six times for itself; then the right one is refused too, for five minutes."""
    wrong: Step = ("list", {}, {"secret": "wrong"})
    *refused, locked = sdk.run(KEY, *[wrong] * 6, ("list", {}, {}))
    assert {(each["status"], each["code"]) for each in refused} == {(401, "APIGW.0301")}
    assert all("verify aksk signature fail" in each["message"] for each in refused)
    assert locked["status"] == 401
    assert locked["message"].endswith("AK access failed to reach the limit,forbidden.")
    clock.now += 300
    assert sdk.run(KEY, ("list", {}, {}))[0]["total"] == 250
    assert len(emulator.journal) == 8


def test_a_stale_date_is_refused(sdk: Sdk, clock: Clock) -> None:
    """Sixteen minutes later than the emulator's clock, the SDK's call is refused as expired."""
    clock.now -= 16 * 60
    (refused,) = sdk.run(KEY, ("list", {}, {}))
    assert (refused["status"], refused["code"]) == (401, "APIGW.0303")


def test_a_signature_covers_the_query(sdk: Sdk, url: str) -> None:
    """Headers signed by the SDK admit exactly the url they were made for."""
    signed_url = f"{url}{TASKS}?limit=2&offset=4"
    (headers,) = sdk.run(KEY, ("sign", {"url": signed_url}, {}))
    assert len(httpx.get(signed_url, headers=headers).json()["thumbnails"]) == 2
    changed = httpx.get(f"{url}{TASKS}?limit=3&offset=4", headers=headers)
    assert (changed.status_code, changed.json()["error_code"]) == (401, "APIGW.0301")
    assert httpx.get(f"{url}{TASKS}?offset=4&limit=2", headers=headers).status_code == 200


def test_an_unknown_key(sdk: Sdk) -> None:
    """A key of nobody is named in the refusal."""
    (refused,) = sdk.run(AccessKey("AKNOBODY", "secret"), ("list", {}, {}))
    assert refused["message"].endswith("Get secretKey failed,ak:AKNOBODY,err:ak not exist")
