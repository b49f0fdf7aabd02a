"""`vod-gateway schema`: the GraphQL schema, and whether the committed one still holds."""

from pathlib import Path

import click


@click.command()
@click.option("--check", is_flag=True, help="Compare with the file, and name the changes that break clients.")
@click.option("--file", "path", default="schema.graphql", show_default=True, help="The committed schema.")
def schema(*, check: bool, path: str) -> None:
    """Print the schema, or check the committed one against it."""
    from graphql import GraphQLError

    from gateway.graph.schema import build_schema, print_schema

    text = print_schema(build_schema())
    if not check:
        click.echo(text, nl=False)
        return
    try:
        committed = Path(path).read_text(encoding="utf-8")
    except OSError as problem:
        raise click.ClickException(f"{path} cannot be read: {problem.strerror}") from problem
    if committed == text:
        click.echo(f"{path} is the schema that is served.")
        return
    try:
        changes = _changes(committed, text)
    except (GraphQLError, TypeError) as problem:
        raise click.ClickException(f"{path} is no schema: {str(problem).splitlines()[0]}") from problem
    for line in changes:
        click.echo(line)
    raise click.ClickException(f"{path} is not the schema that is served; `vod-gateway schema > {path}` writes it.")


def _changes(committed: str, served: str) -> list[str]:
    from graphql import build_schema, find_breaking_changes, find_dangerous_changes

    old, new = build_schema(committed), build_schema(served)
    breaking = [f"breaking: {change.description}" for change in find_breaking_changes(old, new)]
    dangerous = [f"dangerous: {change.description}" for change in find_dangerous_changes(old, new)]
    return breaking + dangerous or ["No change that breaks clients: additions or descriptions."]
