"""`vod-gateway settings`: the table of settings, with the values in force."""

import click


@click.command()
def settings() -> None:
    """List every setting with its value here and what it does. Secrets are masked."""
    from gateway.settings import PREFIX, Settings, SettingsError, load

    try:
        current = load()
    except SettingsError as problem:
        current = None
        click.echo(f"These settings would not start: {problem}\n", err=True)
    for name, field in Settings.model_fields.items():
        value = getattr(current, name) if current else None if field.is_required() else field.default
        click.echo(f"{PREFIX}{name.upper()}={'' if value is None else value}")
        click.echo(f"    {field.description}")
