"""`vod-gateway schema`: the GraphQL schema, and whether the committed one still holds."""

from pathlib import Path

import click


@click.command()
@click.option("--check", is_flag=True, help="Compare with the file, and name the changes that break clients.")
@click.option("--federation", is_flag=True, help="The schema as a federation router sees it, for composition.")
@click.option("--file", "path", help="The committed schema.  [default: schema.graphql or schema.federation.graphql]")
def schema(*, check: bool, federation: bool, path: str | None) -> None:
    """Print the schema, or check the committed one against it."""
    from graphql import GraphQLError

    from gateway.graph.schema import build_schema, print_schema

    served = build_schema()
    text = served.sdl if federation else print_schema(served)
    if not check:
        click.echo(text, nl=False)
        return
    path = path or ("schema.federation.graphql" if federation else "schema.graphql")
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
    command = f"vod-gateway schema{' --federation' if federation else ''} > {path}"
    raise click.ClickException(f"{path} is not the schema that is served; `{command}` writes it.")


def _changes(committed: str, served: str) -> list[str]:
    from graphql import build_schema, find_breaking_changes, find_dangerous_changes

    # The federation's directives are defined nowhere in a subgraph, so its schema is not validated.
    old, new = (build_schema(text, assume_valid_sdl=True) for text in (committed, served))
    breaking = [f"breaking: {change.description}" for change in find_breaking_changes(old, new)]
    dangerous = [f"dangerous: {change.description}" for change in find_dangerous_changes(old, new)]
    return breaking + dangerous or ["No change that breaks clients: additions, descriptions or directives."]
