"""`vod-gateway cache purge`: tells all replicas that what they remember counts no more."""

import asyncio
import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from gateway.settings import Settings

_TRIES = 3  # connecting takes longer than a question


@click.group()
def cache() -> None:
    """What the replicas of the gateway remember together."""


@cache.command()
@click.option("--all", "everything", is_flag=True, help="Purge everything.")
@click.option("--project", help="Purge what was read of a project.")
@click.option("--scope", help="Purge what was read under a scope: its digest, or the 12 digits of it that logs show.")
def purge(everything: bool, project: str | None, scope: str | None) -> None:  # noqa: FBT001  click's way
    """Purge one of these in all replicas within 5 seconds. Needs the settings that the replicas have."""
    from gateway.settings import SettingsError, load
    from gateway.web.purge import what_to_purge

    try:
        settings = load()
    except SettingsError as problem:
        raise click.ClickException(str(problem)) from problem
    if not settings.shares_cache or settings.cache_secret is None:
        raise click.ClickException(
            f"GATEWAY_CACHE is {settings.cache}: replicas share no store. What a process has in memory is purged by "
            "its own POST /cache/purge (docs/cache.md)."
        )
    secret = settings.cache_secret.get_secret_value().encode()
    try:
        name = what_to_purge(secret, everything=everything, project=project, scope=scope)
    except ValueError:
        raise click.UsageError("Name one: --all, --project ID, or --scope DIGEST (12 digits or more).") from None
    if not asyncio.run(_purge(settings, secret, name)):
        raise click.ClickException(f"The store at {settings.cache} cannot be told; nothing is purged.")
    click.echo("Purged: replicas follow within 5 seconds.")


async def _purge(settings: "Settings", secret: bytes, name: str) -> bool:
    from gateway.web.caches import build_caches

    caches = build_caches(settings, None, clock=time.time, secret=secret)
    try:
        for _ in range(_TRIES):
            if await caches.generations.purge(name):
                return True
        return False
    finally:
        await caches.aclose()
