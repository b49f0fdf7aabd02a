"""How much an operation may ask for, counted on the document alone, before it is validated.

graphql-core bounds its own work since 3.3, at half a million comparisons and some seconds of CPU.
These counts are tighter, and every refusal names its limit. They follow the operation as it would be
executed: fields of one response name are one field, and a fragment counts wherever it is used.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from gateway.errors import QueryTooComplex, ValidationFailed
from gateway.graph.error_answers import RequestRefused

Fragments = Mapping[str, FragmentDefinitionNode]

_INTROSPECTION_DEPTH = 20


@dataclass(frozen=True)
class DocumentLimits:
    """The most that a document may have.

    Args:
        characters: Its text. A block string costs some microseconds for each of its lines.
        tokens: Its tokens, comments included.
        depth: Fields within fields. Introspection may go to 20: tools ask for types wrapped nine times.
        aliases: Aliases of one operation.
        alias_length: Characters of one alias: answers repeat it for every row.
        root_fields: Fields at the root of one operation.
        validation_steps: Fields of all operations, and the comparisons of fields that share a response name.
    """

    characters: int
    tokens: int
    depth: int
    aliases: int
    alias_length: int
    root_fields: int
    validation_steps: int


def too_complex(limit: str, maximum: int, actual: int, *, at_least: bool = False) -> QueryTooComplex:
    """The refusal of a document that is over a limit.

    Args:
        limit: What is counted, as the settings name it.
        maximum: The limit's value.
        actual: What the document has.
        at_least: Whether counting stopped there.
    """
    found = f"at least {actual}" if at_least else str(actual)
    message = f"The limit `{limit}` is {maximum}; this document has {found}."
    return QueryTooComplex(message, limit=limit, maximum=maximum, actual=actual)


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The fragments of a document by name."""
    return {part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)}


def check_limits(document: DocumentNode, limits: DocumentLimits) -> None:
    """Counts what every operation of a document asks for.

    Raises:
        QueryTooComplex: It is too much.
        RequestRefused: A fragment spreads itself.
    """
    fragments = fragments_of(document)
    _refuse_cycles(fragments)
    count = _Count(limits, fragments)
    for part in document.definitions:
        if isinstance(part, OperationDefinitionNode):
            count.aliases = 0
            count.scope([part.selection_set], depth=1, introspection=False)
    for name in fragments.keys() - count.used:  # graphql-core checks the unused ones too
        count.aliases = 0
        count.scope([fragments[name].selection_set], depth=2, introspection=False)


@dataclass
class _Count:
    limits: DocumentLimits
    fragments: Fragments
    steps: int = 0
    aliases: int = 0
    used: set[str] = field(default_factory=set)

    def scope(self, selection_sets: Iterable[SelectionSetNode], *, depth: int, introspection: bool) -> None:
        """Counts the fields that meet in one object of the answer, and what is below them."""
        named = self._collect(selection_sets)
        deepest = max(self.limits.depth, _INTROSPECTION_DEPTH) if introspection else self.limits.depth
        if depth > deepest and named:
            raise too_complex("max_depth", deepest, depth, at_least=True)
        if depth == 1 and len(named) > self.limits.root_fields:
            raise too_complex("max_root_fields", self.limits.root_fields, len(named))
        for nodes in named.values():
            self._step(len(nodes) * (len(nodes) - 1) // 2)
        for nodes in named.values():
            if below := [node.selection_set for node in nodes if node.selection_set]:
                inside = introspection or nodes[0].name.value.startswith("__")
                self.scope(below, depth=depth + 1, introspection=inside)

    def _collect(self, selection_sets: Iterable[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        named: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        waiting = list(selection_sets)
        while waiting:
            selections = waiting.pop().selections
            self._step(len(selections))
            for selection in selections:
                match selection:
                    case FieldNode(alias=alias, name=name):
                        self._alias(None if alias is None else alias.value)
                        named.setdefault((alias or name).value, []).append(selection)
                    case InlineFragmentNode():
                        waiting.append(selection.selection_set)
                    case FragmentSpreadNode(name=name) if name.value not in spread:
                        spread.add(name.value)
                        self.used.add(name.value)
                        if fragment := self.fragments.get(name.value):
                            waiting.append(fragment.selection_set)
        return named

    def _alias(self, alias: str | None) -> None:
        if alias is None:
            return
        self.aliases += 1
        if self.aliases > self.limits.aliases:
            raise too_complex("max_aliases", self.limits.aliases, self.aliases, at_least=True)
        if len(alias) > self.limits.alias_length:
            raise too_complex("max_alias_length", self.limits.alias_length, len(alias))

    def _step(self, steps: int) -> None:
        self.steps += steps
        if self.steps > self.limits.validation_steps:
            raise too_complex("max_validation_steps", self.limits.validation_steps, self.steps, at_least=True)


def _refuse_cycles(fragments: Fragments) -> None:
    """Refuses fragments that spread themselves, each fragment looked at once."""
    spreads = {name: _spreads(fragment) for name, fragment in fragments.items()}
    finished: set[str] = set()
    for root in fragments:
        path: dict[str, list[str]] = {root: list(spreads[root])} if root not in finished else {}
        while path:
            name, rest = next(reversed(path.items()))
            if not rest:
                del path[name]
                finished.add(name)
                continue
            following = rest.pop()
            if following in path:
                problem = GraphQLError("A fragment of this document spreads itself.", fragments[following])
                raise RequestRefused(ValidationFailed, [problem])
            if following in spreads and following not in finished:
                path[following] = list(spreads[following])


def _spreads(fragment: FragmentDefinitionNode) -> set[str]:
    found: set[str] = set()
    waiting = [fragment.selection_set]
    while waiting:
        for selection in waiting.pop().selections:
            match selection:
                case FragmentSpreadNode(name=name):
                    found.add(name.value)
                case FieldNode(selection_set=SelectionSetNode() as below) | InlineFragmentNode(selection_set=below):
                    waiting.append(below)
    return found
