"""What is asked for: one page of 10, one of 100, ten of 10 under aliases."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

SELECTION = """{ totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  edges { cursor node { taskId thumbnailCount
    parameters { type quantity quantityTime time dots coverPosition format aspectRatio maxLength } } } }"""
ONE = f"query ($assetId: ID, $first: Int) {{ thumbnailTasks(assetId: $assetId, first: $first) {SELECTION} }}"
TOKEN = "t" * 32
VERSIONS = 256
"""More than there are connections."""


@dataclass(frozen=True)
class Workload:
    """Pages of one request.

    Args:
        name: In tables.
        sizes: How many rows each page has; each is of another media asset.
    """

    name: str
    sizes: Sequence[int]

    @property
    def body(self) -> bytes:
        """The request's body."""
        if len(self.sizes) == 1:
            return page_body(asset(0), self.sizes[0])
        fields = [
            f'page{number}: thumbnailTasks(assetId: "{asset(number)}", first: {first}) {SELECTION}'
            for number, first in enumerate(self.sizes)
        ]
        return json.dumps({"query": f"{{ {' '.join(fields)} }}"}).encode()

    def request(self, token: str = TOKEN) -> bytes:
        """The whole request."""
        return request(self.body, token)


def page_body(asset_id: str, first: int) -> bytes:
    """Asks for one page; whatever the page, the document is the same."""
    return json.dumps({"query": ONE, "variables": {"assetId": asset_id, "first": first}}).encode()


def asset(number: int) -> str:
    """The id of a media asset."""
    return f"{number:032x}"


def request(body: bytes, token: str = TOKEN) -> bytes:
    """A POST over a connection that is kept alive."""
    head = (
        "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: application/json\r\n"
        f"X-Auth-Token: {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def for_lane(lane: str, asked: bytes) -> Sequence[bytes]:
    """What a lane is sent in turn: equal requests would share one answer while it is made, and blocks are to make each.

    Args:
        lane: Its name.
        asked: The request; versions of it differ in the spaces behind its body.
    """
    if lane != "blocks":
        return [asked]
    head, _, body = asked.partition(b"\r\n\r\n")
    fields, _, _ = head.rpartition(b" ")  # the length stands last
    return [b"%b %d\r\n\r\n%b%*b" % (fields, len(body) + more, body, more, b"") for more in range(VERSIONS)]


W1 = Workload("one page of 10", [10])
W2 = Workload("one page of 100", [100])
W3 = Workload("ten pages of 10", [10] * 10)
