"""A request as its transport gets it."""

import httpx

from gateway.upstream.request import GetRequest


def test_it_is_what_httpx_would_have_made() -> None:
    """The same method, URL, headers and body, also for a target with odd octets."""
    url = "https://vod.example.com:8443/v1/p/asset/thumbnails?asset_id=a%2Fb%20%C3%A4&limit=10&offset=0"
    headers = {"Host": "vod.example.com:8443", "X-Auth-Token": "token"}
    made, usual = GetRequest(url, headers), httpx.Request("GET", url, headers=headers)
    assert (made.method, made.url, made.headers) == (usual.method, usual.url, usual.headers)
    assert made.read() == usual.read() == b""
