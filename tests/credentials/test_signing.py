import hashlib
import json
import os
import random
import string
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from gateway.credentials.secret import Secret
from gateway.credentials.signing import (
    SigningKey,
    authorization,
    canonical_query,
    canonical_request,
    headers_to_sign,
    sdk_date,
    signature,
    string_to_sign,
)

HERE = Path(__file__).parent
VECTORS: dict[str, dict[str, Any]] = {
    vector["name"]: vector for vector in json.loads((HERE / "vectors.json").read_text("utf-8"))
}
ODD = "a b+c/~é=&*%\"'<>[]{}|\\^`!$(),;:@?#日本😀"
PLAIN = string.ascii_letters + string.digits + "-_."


@pytest.mark.parametrize("name", VECTORS)
def test_vectors(name: str) -> None:
    """The guide's own example (A) and those of the vendor's SDK, at every step on the way."""
    vector = VECTORS[name]
    target = "/" + vector["url"].split("/", 3)[3]
    canonical = canonical_request("GET", target, vector["headers"])
    assert canonical == vector["canonical_request"]
    assert hashlib.sha256(canonical.encode()).hexdigest() == vector["digest"]
    text = string_to_sign(vector["headers"]["X-Sdk-Date"], canonical)
    assert text == vector["string_to_sign"]
    key = SigningKey(vector["access"], Secret(vector["secret"]))
    assert signature(key.secret, text) == vector["signature"]
    assert authorization(key, "GET", target, vector["headers"]) == vector["authorization"]


def test_the_query_of_the_vectors_is_built() -> None:
    """The odd characters of vector E, from the values that a caller gives."""
    query = canonical_query([("task_id", "a b+c/~é=&*"), ("asset_id", ""), ("limit", "1")])
    assert VECTORS["E odd chars"]["url"].endswith(f"?{query}")


def test_a_signature_is_over_the_time_given() -> None:
    """The date is UTC in the vendor's form; a temporary key signs its security token as well."""
    assert sdk_date(1_772_439_330.9) == "20260302T081530Z"
    key = SigningKey("AK", Secret("SK"), Secret("ST"))
    headers = headers_to_sign(key, "host", "project", 1_772_439_330.0)
    assert headers == {
        "Host": "host",
        "X-Project-Id": "project",
        "X-Sdk-Date": "20260302T081530Z",
        "X-Security-Token": "ST",
    }
    assert "SignedHeaders=host;x-project-id;x-sdk-date;x-security-token," in authorization(key, "GET", "/?", headers)


def random_request(rng: random.Random) -> dict[str, Any]:
    """What the gateway could be asked to sign, and a good deal that it never is."""

    def text(most: int) -> str:
        return "".join(rng.choice(rng.choice((ODD, PLAIN))) for _ in range(rng.randrange(most)))

    names = ["asset_id", "task_id", "limit", "offset", *(text(8) for _ in range(3))]
    headers = {"X-Sdk-Date": sdk_date(rng.randrange(1_600_000_000, 2_000_000_000)), "Host": "vod.example.com"}
    for name in rng.sample(["X-Project-Id", "X-Security-Token", "Content-Type", "User-Agent"], rng.randrange(5)):
        value = "".join(rng.choice(PLAIN + " =+/;,") for _ in range(rng.randrange(40)))
        headers[name] = "application/json" if name == "Content-Type" else value
    return {
        "access": "".join(rng.choices(string.ascii_uppercase, k=20)),
        "secret": "".join(rng.choices(PLAIN, k=40)),
        "path": "/" + "/".join(text(12).replace("%", "").replace("/", "") or "x" for _ in range(rng.randrange(1, 5))),
        "parameters": [(rng.choice(names), text(30)) for _ in range(rng.randrange(6))],
        "headers": headers,
    }


def check_against_the_vendor(count: int, home: Path) -> None:
    rng = random.Random(20_260_302)
    requests = [random_request(rng) for _ in range(count)]
    result = subprocess.run(
        [sys.executable, "-W", "ignore", str(HERE / "vendor_signer.py")],
        input=json.dumps(requests),
        env={**os.environ, "HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    theirs = json.loads(result.stdout)
    assert len(theirs) == count
    for request, (expected, uri) in zip(requests, theirs, strict=True):
        query = canonical_query(request["parameters"])
        assert uri == request["path"] + (f"?{query}" if query else "")
        target = quote(request["path"]) + (f"?{query}" if query else "")
        key = SigningKey(request["access"], Secret(request["secret"]))
        assert authorization(key, "GET", target, request["headers"]) == expected, request


def test_2000_random_requests_are_signed_as_by_the_vendor(tmp_path: Path) -> None:
    """Odd characters in paths, names and values, repeated names, other headers: the same signature."""
    check_against_the_vendor(2_000, tmp_path)


@pytest.mark.proof
def test_20000_random_requests_are_signed_as_by_the_vendor(tmp_path: Path) -> None:
    """The same at its full size."""
    check_against_the_vendor(20_000, tmp_path)
