"""docs/credentials.md says what the code does."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from gateway.credentials.held_key import STOP_SECONDS
from gateway.credentials.presigned import PASSED_ON
from gateway.credentials.refusals import REMEMBERED_SECONDS
from gateway.credentials.resolve import CREDENTIAL_HEADERS, MAX_TOKEN_LENGTH
from gateway.emulator import Emulator, Tenant, serve
from gateway.errors import Reason
from gateway.settings import PREFIX, Settings, load
from gateway.web.app import create_app
from tests.support.house import PROJECT
from tests.support.keys import KEY
from tests.support.served import served

TEXT = (Path(__file__).parents[2] / "docs" / "credentials.md").read_text("utf-8")


def test_the_caller_in_python_works() -> None:
    """The example, run as it stands, walks a whole list in pre-signed pages: one upstream call for each."""
    (program,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    emulator = Emulator([Tenant(PROJECT, keys=[KEY], size=250, clean=True)], clock=time.time)
    with serve(emulator) as upstream:
        settings = load({}, env_file=None, upstream_url=upstream, project_id=PROJECT)
        with served(create_app(settings)) as url:
            given = {"GATEWAY": url, "UPSTREAM_HOST": upstream.removeprefix("http://"), "PROJECT": PROJECT}
            environment = {**os.environ, **given, "AK": KEY.access, "SK": KEY.secret, "NO_PROXY": "127.0.0.1"}
            result = subprocess.run(
                [sys.executable, "-"], input=program, env=environment, capture_output=True, text=True, check=False
            )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == emulator.catalogue().task_ids()
    assert [call.status for call in emulator.journal] == [200, 200, 200]


def test_its_names_and_figures_are_those_of_the_code() -> None:
    """Settings, headers, reasons and spans."""
    settings = set(re.findall(r"GATEWAY_[A-Z_]+", TEXT))
    assert settings <= {PREFIX + name.upper() for name in Settings.model_fields}
    assert {name for name in settings if "KEY" in name or "ACCESS" in name or "ADMIT" in name} == {
        PREFIX + name.upper()
        for name in Settings.model_fields
        if name in {"access_key", "secret_key", "access_tokens", "access_header", "admit_everyone"}
    }
    for name in (*PASSED_ON, *CREDENTIAL_HEADERS):
        assert f"`{name}" in TEXT
    assert f"Vary: {', '.join(CREDENTIAL_HEADERS)}" in TEXT
    for reason in (Reason.INVALID_CREDENTIAL, Reason.SIGNED_FOR_ONE_CALL, Reason.FIRST_OUT_OF_RANGE):
        assert f"`{reason}`" in TEXT
    assert f"{MAX_TOKEN_LENGTH:,} characters".replace(",", " ") in TEXT
    assert f"for {STOP_SECONDS / 60:.0f} minutes" in TEXT
    assert f"for {REMEMBERED_SECONDS:.0f} seconds" in TEXT
    fields = Settings.model_fields
    fresh, stale, error = (fields[f"cache_{name}_seconds"].default for name in ("fresh", "stale", "error"))
    assert f"**{fresh + stale} seconds**" in TEXT
    assert f"**{fresh + stale + error} seconds**" in TEXT
