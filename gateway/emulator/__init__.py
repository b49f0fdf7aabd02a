"""An imitation of the vendor's snapshot listing, for tests, demos and benchmarks.

It stands apart: it imports nothing else of this package, and it checks signatures with code of its own, so that a
mistake in the gateway cannot hide behind the same mistake here. What it imitates and what it invents: docs/emulator.md.
"""

from gateway.emulator.emulator import Emulator
from gateway.emulator.server import serve
from gateway.emulator.tenants import AccessKey, Tenant, Token

__all__ = ["AccessKey", "Emulator", "Tenant", "Token", "serve"]
