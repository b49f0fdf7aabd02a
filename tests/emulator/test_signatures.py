import hashlib

import pytest

from gateway.emulator.request import Request
from gateway.emulator.signatures import Authorization, canonical_request, sign
from tests.emulator.conftest import KEY, PROJECT

THUMBNAILS = f"/v1/{PROJECT}/asset/thumbnails".encode()
HOST = (b"host", b"vod.ap-southeast-3.myhuaweicloud.com")
DATE = (b"x-sdk-date", b"20260302T081530Z")
PROJECT_HEADER = (b"x-project-id", PROJECT.encode())
B_QUERY = b"asset_id=41cff636d5b12a51e7eb2838bbf45201&limit=100&offset=0"
LIST = f"/v1.0/{PROJECT}/asset/list".encode()

# The vendor's guide (A), and vectors made with the vendor's SDK 3.1.219 (B to F): request, SHA-256, signature.
VECTORS = {
    "A": (
        b"/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs",
        b"limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
        [
            (b"content-type", b"application/json"),
            (b"host", b"service.region.example.com"),
            (b"x-sdk-date", b"20191115T033655Z"),
        ],
        "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a",
        "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe",
    ),
    "B": (
        THUMBNAILS,
        B_QUERY,
        [HOST, DATE],
        "6ebac6c9ce8710ab120f83dff71eb30c2a2b67a8993a22c442e5d931a7407bb4",
        "173aea1bd0373e19a1295cac7c22cff29918170052847037cfa1d8d0a475bee6",
    ),
    "C": (
        THUMBNAILS,
        B_QUERY,
        [
            HOST,
            DATE,
            PROJECT_HEADER,
            (b"content-type", b"application/json"),
            (b"user-agent", b"vod-graphql-gateway/1.0"),
        ],
        "084a288baabdc06e44bb51841448213c8b2055493d542448bef5667332073b82",
        "9616b2001fdaf11fca73ae47cf30d74c3a6d0380a278182de2abbeeb722d8583",
    ),
    "D": (
        THUMBNAILS,
        B_QUERY,
        [HOST, DATE, PROJECT_HEADER, (b"x-security-token", b"STEXAMPLETOKEN==")],
        "cb3b1bed1cb68e67e4495252b87a43fb348589ccd11b56328e38346866c7a872",
        "ca9b0f7468bd3b2228917f4347215e86ad658fc1f455383024939e1a72bb0ab6",
    ),
    "E": (
        THUMBNAILS,
        b"task_id=a%20b%2Bc%2F~%c3%a9%3D%26%2A&limit=1&asset_id=",
        [HOST, DATE],
        "ec50ccc7a3e998a473ce2f7e6db5c48379b06d74ae2137544459a3d80d0e5ab3",
        "93c9ee4a954fd29b2b40cb903c12dc6aeae015093b2fbe2fdbcdbd00ebaa5ca7",
    ),
    "F": (
        LIST,
        b"page=0&size=10&asset_id=b&asset_id=a&status=THUMBNAIL_SUCCEED",
        [HOST, DATE],
        "03137b40e29ae903e70001fa3c4e1e8fe038519f4b8b3bce028d57748d2bbdce",
        "1f7eeab015492d60cbd8b686debec26ac7a15bf8f2e95afda4d9a50870ad54af",
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_vectors(name: str) -> None:
    """Canonical request and signature agree with the vendor's guide and the vendor's SDK."""
    path, query, headers, digest, signature = VECTORS[name]
    secret = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc" if name == "A" else KEY.secret
    canonical = canonical_request(Request("GET", path, query, headers), [key.decode() for key, _ in headers])
    assert canonical is not None
    assert hashlib.sha256(canonical.encode()).hexdigest() == digest
    assert sign(secret, dict(headers)[b"x-sdk-date"].decode(), canonical) == signature


def test_a_plus_sign_is_a_plus_sign() -> None:
    """A blank sent as `+` does not agree with a signature over %20: the classic mistake shows."""
    plus, blank = (canonical_request(Request("GET", b"/", query, []), []) for query in (b"a=b+c", b"a=b%20c"))
    assert plus != blank


def test_a_signed_header_must_be_there() -> None:
    """A header that is named as signed but was not sent leaves nothing to verify."""
    assert canonical_request(Request("GET", b"/", b"", [HOST]), ["host", "x-sdk-date"]) is None


def test_the_authorization_header_is_read() -> None:
    """The documented form is read; its repr shows no signature."""
    header = f"SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature={'ab' * 32}"
    read = Authorization.parse(header)
    assert read is not None
    assert (read.access, list(read.signed_headers), read.signature) == ("AK", ["host", "x-sdk-date"], "ab" * 32)
    assert "abab" not in repr(read)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer abc",
        "SDK-HMAC-SHA256",
        "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host",
        f"SDK-HMAC-SHA256, Access=AK, SignedHeaders=host, Signature={'ab' * 32}",
        "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=abc",
    ],
)
def test_other_forms_are_not(header: str) -> None:
    """Anything else is None."""
    assert Authorization.parse(header) is None
