"""The commands: `vod-gateway ...`, or `python -m gateway ...`."""

import click

from gateway import __version__
from gateway.cli.cache import cache
from gateway.cli.demo import demo
from gateway.cli.doctor import doctor
from gateway.cli.emulate import emulate
from gateway.cli.schema import schema
from gateway.cli.serve import serve
from gateway.cli.settings import settings
from gateway.cli.sign import sign


@click.group()
@click.version_option(__version__, prog_name="vod-gateway")
def main() -> None:
    """A GraphQL gateway over the video-on-demand API's snapshot tasks."""


for command in (serve, demo, emulate, schema, settings, sign, doctor, cache):
    main.add_command(command)
