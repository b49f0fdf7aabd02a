from pathlib import Path

import pytest

from gateway.redis.link import Address, Failure, RedisLink, StoreFailed, connect
from tests.support.house import Clock
from tests.support.redis import redis_server
from tests.support.tls import certificate


@pytest.mark.parametrize(("host", "known"), [("127.0.0.1", True), ("127.0.0.1", False), ("localhost", True)])
async def test_a_store_with_tls_has_to_prove_who_it_is(tmp_path: Path, host: str, known: bool) -> None:  # noqa: FBT001
    """By a certificate of a known authority, for the name that it is asked by."""
    crt, key = certificate(tmp_path)
    with redis_server() as server, server.client() as client:
        client.config_set("tls-cert-file", str(crt))
        client.config_set("tls-key-file", str(key))
        client.config_set("tls-auth-clients", "no")
        client.config_set("tls-port", server.port_beside)
        address = Address(f"rediss://{host}:{server.port_beside}", ca_file=str(crt) if known else None)
        link = RedisLink(connect(address), timeout=10, clock=Clock())
        if known and host == "127.0.0.1":
            assert await link.ask(link.client.ping)
        else:
            with pytest.raises(StoreFailed) as caught:
                await link.ask(link.client.ping)
            assert caught.value.failure is Failure.CONNECTION
        await link.aclose()
