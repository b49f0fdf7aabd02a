import ast
from pathlib import Path

import pytest

from gateway.upstream.failures import BY_CODE
from tests.support.tables import DOCS, PAGES, TABLES, with_tables

ROOT = Path(__file__).parents[1] / "gateway"
MODULES = sorted(ROOT.rglob("*.py"))
MAX_MODULE, MAX_FUNCTION = 300, 60

# What holds nothing yet, or fills itself while the program runs, can only be state.
CONTAINERS = {"dict", "list", "set", "bytearray", "defaultdict", "OrderedDict", "deque", "Counter", "ContextVar"}
CONTAINERS |= {"WeakKeyDictionary", "WeakValueDictionary", "WeakSet", "Lock", "Event", "Semaphore", "Queue", "count"}
# Their empty defaults are copied for each object, or refused.
MODELS = {"dataclass", "BaseModel", "Enum", "Model", "NamedTuple", "StrEnum", "Struct", "TypedDict"}
CACHES = {"cache", "lru_cache", "cached"}


def name_of(node: ast.expr) -> str:
    """The last part of what is called or decorated with."""
    called = node.func if isinstance(node, ast.Call) else node
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def is_state(value: ast.expr | None) -> bool:
    """Whether a module-level value is there to be changed."""
    if isinstance(value, ast.List | ast.Set):
        return not value.elts
    if isinstance(value, ast.Dict):
        return not value.keys
    return isinstance(value, ast.Call) and name_of(value) in CONTAINERS and not value.args


def trees() -> list[tuple[str, ast.Module]]:
    """Every module of the package, parsed."""
    return [(str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))) for path in MODULES]


def test_modules_stay_short() -> None:
    """No module over 300 lines: a longer one holds two subjects."""
    lengths = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path: length for path, length in lengths.items() if length > MAX_MODULE} == {}


def test_functions_stay_short() -> None:
    """No function over 60 lines: it would not fit a screen."""
    too_long = {
        f"{path}:{node.name}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION
    }
    assert too_long == set()


def test_no_module_holds_state() -> None:
    """No container that is filled later, no cache of a function, no `global`, at module or class level."""
    found = set()
    for path, tree in trees():
        for holder in ast.walk(tree):
            if isinstance(holder, ast.Module | ast.ClassDef):
                body = [node for node in holder.body if isinstance(node, ast.Assign | ast.AnnAssign)]
                fields = is_model(holder)
                found |= {f"{path}:{node.lineno}" for node in body if is_state(node.value) and not fields}
            if isinstance(holder, ast.Global):
                found.add(f"{path}:{holder.lineno}")
            if isinstance(holder, ast.FunctionDef | ast.AsyncFunctionDef):
                found |= {f"{path}:{holder.lineno}" for node in holder.decorator_list if name_of(node) in CACHES}
    assert found == set()


def is_model(holder: ast.Module | ast.ClassDef) -> bool:
    """Whether a class declares fields: an empty default there is one for each object (msgspec, dataclasses)."""
    if not isinstance(holder, ast.ClassDef):
        return False
    known_by = {name_of(base) for base in holder.bases} | {name_of(each) for each in holder.decorator_list}
    return bool(known_by & MODELS)


@pytest.mark.parametrize(
    ("head", "excused"),
    [
        ("class A:", False),
        ("class A(Protocol):", False),
        ("class A(Route):", False),
        ("@final\nclass A:", False),
        ("@dataclass(frozen=True)\nclass A:", True),
        ("@dataclasses.dataclass\nclass A:", True),
        ("class A(msgspec.Struct, frozen=True):", True),
        ("class A(Model, Generic[Row]):", True),
    ],
)
def test_only_models_have_empty_defaults(head: str, excused: bool) -> None:  # noqa: FBT001
    """Any other class would share its containers among all its objects."""
    [holder] = ast.parse(f"{head}\n    kept: dict[str, int] = {{}}").body
    assert isinstance(holder, ast.ClassDef)
    assert is_model(holder) is excused


def test_importing_reads_no_environment() -> None:
    """`os.environ` is named in the settings only, and there as a default."""
    readers = {path for path, tree in trees() for node in ast.walk(tree) if name_of_attribute(node) == "environ"}
    assert readers == {"settings/loading.py"}


def name_of_attribute(node: ast.AST) -> str:
    """The attribute's name, if it is one."""
    return node.attr if isinstance(node, ast.Attribute) else ""


@pytest.mark.parametrize("page", PAGES)
def test_the_tables_of_the_docs_are_the_codes(page: str) -> None:
    """Codes, reasons, the vendor's codes and the settings; `python -m tests.support.tables` writes them anew."""
    text = (DOCS / page).read_text(encoding="utf-8")
    assert with_tables(text) == text


def test_every_table_is_in_the_docs() -> None:
    """And each line of it: no code of ours or the vendor's is left out."""
    pages = "".join((DOCS / page).read_text(encoding="utf-8") for page in PAGES)
    for make in TABLES.values():
        assert make() in pages
    assert all(f"`{code}`" in pages for code in BY_CODE)
