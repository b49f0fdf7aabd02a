"""Automatic persisted queries and trusted documents."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.settings import SettingsError
from gateway.web.persisted import ManifestError, read_manifest
from tests.support.house import Answer, House, open_house

TYPENAME = "{__typename}"
DIGEST = hashlib.sha256(TYPENAME.encode()).hexdigest()
DATA = {"data": {"__typename": "Query"}}


def named(digest: str) -> dict[str, Any]:
    """The extension that names a document."""
    return {"persistedQuery": {"version": 1, "sha256Hash": digest}}


async def send(house: House, **members: Any) -> Answer:
    """A POST of a request."""
    response = await house.client.post("/graphql", json=members)
    return Answer(response.status_code, response.headers, response.json())


async def test_a_document_is_named_once_it_was_sent(house: House) -> None:
    """Apollo's protocol: unknown, sent with its digest, then known; GET and `documentId` know it too."""
    unknown = await send(house, extensions=named(DIGEST))
    assert (unknown.status, unknown.codes) == (422, ["PERSISTED_QUERY_NOT_FOUND"])
    assert unknown.errors[0]["message"] == "PersistedQueryNotFound"
    assert (await send(house, query=TYPENAME, extensions=named(DIGEST))).body == DATA
    assert (await send(house, extensions=named(DIGEST))).body == DATA
    assert (await send(house, documentId=f"sha256:{DIGEST}")).body == DATA
    headers = {"X-Apollo-Operation-Name": "x"}
    parameters = {"extensions": json.dumps(named(DIGEST))}
    assert (await house.client.get("/graphql", params=parameters, headers=headers)).json() == DATA


async def test_a_document_under_a_wrong_digest_is_refused_and_not_kept(house: House) -> None:
    """Else one client could give another a document that it did not ask for."""
    wrong = hashlib.sha256(b"{other}").hexdigest()
    assert (await send(house, query=TYPENAME, extensions=named(wrong))).status == 422
    assert (await send(house, query=TYPENAME, documentId=f"sha256:{wrong}")).status == 422
    assert (await send(house, extensions=named(wrong))).codes == ["PERSISTED_QUERY_NOT_FOUND"]


async def test_a_document_that_is_not_sound_is_not_kept(house: House) -> None:
    """Rubbish must not push out what is used."""
    digest = hashlib.sha256(b"{nothing}").hexdigest()
    assert (await send(house, query="{nothing}", extensions=named(digest))).codes == ["GRAPHQL_VALIDATION_FAILED"]
    assert (await send(house, extensions=named(digest))).codes == ["PERSISTED_QUERY_NOT_FOUND"]


async def test_the_store_is_bounded() -> None:
    """The least recently used document goes first."""
    async with open_house(max_persisted_queries=1) as house:
        other = "{ __typename }"
        await send(house, query=TYPENAME, extensions=named(DIGEST))
        await send(house, query=other, extensions=named(hashlib.sha256(other.encode()).hexdigest()))
        assert (await send(house, extensions=named(DIGEST))).codes == ["PERSISTED_QUERY_NOT_FOUND"]


async def test_automatic_persisted_queries_can_be_switched_off() -> None:
    """A document is run, and not kept."""
    async with open_house(automatic_persisted_queries=False) as house:
        assert (await send(house, query=TYPENAME, extensions=named(DIGEST))).body == DATA
        assert (await send(house, extensions=named(DIGEST))).codes == ["PERSISTED_QUERY_NOT_FOUND"]


RELAY = {"9f1b": TYPENAME}
APOLLO = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [{"id": "9f1b", "name": "Q", "type": "query", "body": TYPENAME}],
}


@pytest.mark.parametrize("manifest", [RELAY, APOLLO], ids=["Relay", "Apollo"])
async def test_a_document_of_the_manifest_is_known_by_its_names(tmp_path: Path, manifest: dict[str, Any]) -> None:
    """By its id in either protocol, and by its digest."""
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps(manifest))
    async with open_house(trusted_documents=file) as house:
        for name in ("9f1b", f"sha256:{DIGEST}"):
            assert (await send(house, documentId=name)).body == DATA
        for digest in ("9f1b", DIGEST):
            assert (await send(house, extensions=named(digest))).body == DATA
        assert (await send(house, query=TYPENAME, documentId="9f1b")).body == DATA
        assert (await send(house, query="{ __typename }", documentId="9f1b")).status == 422
        assert (await send(house, documentId="other")).codes == ["PERSISTED_QUERY_NOT_FOUND"]
        assert (await send(house, query="{ __typename }")).body == DATA


async def test_only_trusted_documents_are_run_where_that_is_set(tmp_path: Path) -> None:
    """Also if they are sent as text; others are not even parsed, and cannot be registered."""
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps(RELAY))
    async with open_house(trusted_documents=file, trusted_documents_only=True) as house:
        assert (await send(house, documentId="9f1b")).body == DATA
        assert (await send(house, query=TYPENAME)).body == DATA
        for query in ("{ __typename }", "{"):
            digest = hashlib.sha256(query.encode()).hexdigest()
            for members in ({"query": query}, {"query": query, "extensions": named(digest)}):
                refused = await send(house, **members)
                assert (refused.status, refused.errors[0]["extensions"]["reason"]) == (403, "DOCUMENT_NOT_TRUSTED")


async def test_a_manifest_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    """With the setting's name."""
    file = tmp_path / "manifest.json"
    file.write_text("[]")
    with pytest.raises(SettingsError, match="GATEWAY_TRUSTED_DOCUMENTS"):
        async with open_house(trusted_documents=file):
            pass


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "5",
        '{"a": 1}',
        '{"format": "apollo-persisted-query-manifest"}',
        "\xff",
        json.dumps({**APOLLO, "version": 2}),
        json.dumps({**APOLLO, "operations": [{"id": "a"}]}),
    ],
)
def test_what_is_no_manifest_is_refused(text: str) -> None:
    """Whatever is wrong with it."""
    with pytest.raises(ManifestError):
        read_manifest(text.encode("latin-1"))
