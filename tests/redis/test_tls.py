from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.redis.link import Address, Failure, RedisLink, StoreFailed, connect
from tests.support.house import Clock
from tests.support.redis import redis_server


def certificate(where: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "store")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = where / "store.crt", where / "store.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form, no_password = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, no_password))
    return files


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
