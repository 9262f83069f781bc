"""What the house asks of every room, and no linter knows how to say."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop_app.domain import errors

PROJECT = Path(__file__).parents[1]
CODE = PROJECT / "desktop_app"
LOCKS = sorted((PROJECT / "packaging" / "locks").glob("*.txt"))
PYPROJECT: dict[str, Any] = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))

# The dependencies that the house was drawn with; any other needs a page in docs/decisions.
FOUNDATIONS = {
    "pyside6-essentials", "httpx", "qasync", "platformdirs", "keyring", "cryptography",
    "truststore", "pypdfium2", "orjson", "python-stdnum", "starlette", "uvicorn",
}  # fmt: skip

# Each of these starts a loop inside the loop, or stops the one we have.
FORBIDDEN_CALL = re.compile(
    r"(^|\.)(exec_?|processEvents|asyncSlot|get(Open|Save)FileNames?|getExistingDirectory)$"
    r"|QMessageBox\.(about|critical|information|question|warning)$"
    r"|^(time\.)?sleep$"
)
SPEAKING_CALLS = {
    "QAction", "QCheckBox", "QLabel", "QPushButton", "QRadioButton", "QToolButton", "addAction",
    "addTab", "setAccessibleDescription", "setAccessibleName", "setPlaceholderText",
    "setStatusTip", "setText", "setTitle", "setToolTip", "setWindowTitle", "showMessage",
}  # fmt: skip
FRENCH = re.compile(r"[àâçéèêëîïôùûœÀÂÇÉÈÊËÎÏÔÙÛŒ«»]")


def sources(*folders: Path) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders or (CODE,):
        for path in sorted(folder.rglob("*.py")):
            yield path.relative_to(PROJECT).as_posix(), ast.parse(path.read_text("utf-8"))


def found(
    matches: Callable[[ast.AST], bool], *, outside: tuple[str, ...] = (), inside: str = ""
) -> list[str]:
    """Places in the program where a node matches."""
    return [
        f"{name}:{getattr(node, 'lineno', 0)}"
        for name, tree in sources()
        if name.startswith(f"desktop_app/{inside}")
        and not name.startswith(tuple(f"desktop_app/{room}" for room in outside))
        for node in ast.walk(tree)
        if matches(node)
    ]


def called(node: ast.AST) -> str:
    """The last name of what a call calls."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name)):
            return name
    return ""


# Words --------------------------------------------------------------------------------------------


def test_french_is_spoken_in_wording_and_in_the_invented_world_only() -> None:
    french = [
        f"{name}:{node.lineno}"
        for name, tree in sources()
        if not name.startswith(("desktop_app/wording/", "desktop_app/sandbox/"))
        for node in spoken(tree)
        if FRENCH.search(node.value) and len(node.value) > 2  # a ligature or a sign is no sentence
    ]
    assert french == []


def spoken(tree: ast.Module) -> Iterator[Any]:
    """Every string of a file that is not a docstring."""
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in silent
        ):
            yield node


def test_a_widget_is_never_given_a_sentence_of_its_own() -> None:
    def speaks(node: ast.AST) -> bool:
        if called(node) not in SPEAKING_CALLS or not isinstance(node, ast.Call):
            return False
        texts = [*node.args, *(keyword.value for keyword in node.keywords)]
        return any(
            isinstance(text, ast.Constant)
            and isinstance(text.value, str)
            and re.search(r"[A-Za-z]{3}", text.value) is not None
            for text in texts
        )

    assert found(speaks, inside="ui/") == []


# Loops and errors ---------------------------------------------------------------------------------


def test_nothing_runs_a_loop_inside_the_loop_or_puts_it_to_sleep() -> None:
    def bad(node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and bool(FORBIDDEN_CALL.search(ast.unparse(node.func)))

    assert found(bad) == []


def test_no_test_sleeps_to_synchronise() -> None:
    assert [
        f"{name}:{node.lineno}"
        for name, tree in sources(PROJECT / "tests", PROJECT / "benchmarks")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "time.sleep"
    ] == []


def test_our_errors_are_one_family_of_one_level() -> None:
    family = {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, BaseException)
    }
    children = {name for name, kind in family.items() if kind.__bases__ == (errors.AppError,)}
    drawn = set(re.findall(r"^[├└]── (\w+)", errors.__doc__ or "", re.MULTILINE))

    assert set(family) - children == {"AppError"}
    assert drawn == children


def test_no_error_is_born_outside_the_family() -> None:
    """The sandbox is another program: what it raises is an answer on its way out."""

    def is_error(node: ast.AST) -> bool:
        return isinstance(node, ast.ClassDef) and any(
            ast.unparse(base).endswith(("Exception", "Error")) for base in node.bases
        )

    assert found(is_error, outside=("domain/errors.py", "sandbox/")) == []


# The tree -----------------------------------------------------------------------------------------


def test_the_import_contracts_hold() -> None:
    command = (Path(sys.executable).with_name("lint-imports"), "--no-cache")
    outcome = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_a_test_file_stands_where_what_it_tests_stands() -> None:
    mirrored = [
        path.relative_to(PROJECT / "tests")
        for path in (PROJECT / "tests").glob("*/**/test_*.py")
        if path.relative_to(PROJECT / "tests").parts[0] not in {"end_to_end", "resources", "traps"}
        and path.parent.name != "served"  # whole platforms, against which no one file stands
    ]
    assert mirrored
    assert [path.as_posix() for path in mirrored if not mirrors(path)] == []


def mirrors(test: Path) -> bool:
    """What needs Qt's loop is tested under ``ui``, where that loop runs: ``app.py`` too."""
    name = f"{test.stem.removeprefix('test_')}.py"
    return (CODE / test.parent / name).exists() or test == Path("ui/test_app.py")


def test_the_map_of_the_house_shows_every_room() -> None:
    drawn = (PROJECT / "docs" / "architecture.md").read_text("utf-8")
    rooms = [path.parent.relative_to(CODE) for path in CODE.rglob("__init__.py")][1:]

    assert [room.as_posix() for room in rooms if f"{room.name}/" not in drawn] == []


def test_the_project_names_no_place_it_was_made_in() -> None:
    words = (
        "/" + "work/",
        "../" + "shared",
        "/" + "root/",
        "pypi" + ".org",
        "pythonhosted" + ".org",
    )
    rooms = ("desktop_app", "tests", "packaging", "benchmarks", "docs", "resources", ".ci")
    files = [path for room in rooms for path in (PROJECT / room).rglob("*") if path.is_file()]
    files += [path for path in PROJECT.glob("*") if path.is_file() and path.name != ".git"]
    named = [
        f"{path.relative_to(PROJECT)}: {word}"
        for path in files
        if path.suffix not in {".pyc", ".pdf", ".png", ".ttf"}
        for word in words
        if word in path.read_text("utf-8")
    ]
    assert named == []


# What it is built of ------------------------------------------------------------------------------


def bare(requirement: str) -> str:
    """The name in a requirement, as registries compare it."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name.group()).lower()


def pinned(lock: Path) -> dict[str, str]:
    lines = re.findall(r"^([a-z0-9-]+)==([^ ;]+)", lock.read_text("utf-8"), re.MULTILINE)
    return dict(lines)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_pins_by_hash_and_names_no_host(lock: Path) -> None:
    lines = [line.removesuffix(" \\") for line in lock.read_text("utf-8").splitlines()]
    assert lines
    for line in lines:
        assert re.fullmatch(r"[a-z0-9-]+==[^ /]+( ; [^/@]+)?|    --hash=sha256:[0-9a-f]{64}", line)


def test_the_locks_hold_every_dependency_and_agree() -> None:
    run, develop, build = (
        pinned(PROJECT / "packaging" / "locks" / f"{name}.txt") for name in ("run", "dev", "build")
    )
    groups = PYPROJECT["dependency-groups"]
    tools = {bare(entry) for entry in (*groups["test"], *groups["lint"])}

    assert {bare(entry) for entry in PYPROJECT["project"]["dependencies"]} <= set(run)
    assert tools <= set(develop)
    assert run.items() <= develop.items()
    assert set(build) == {"setuptools"}
    assert run["pyside6-essentials"].startswith("6.11.")  # docs/decisions: 6.12.0 loses None


def test_every_dependency_beyond_the_foundations_has_a_decision_page() -> None:
    pages = [path.read_text("utf-8") for path in (PROJECT / "docs" / "decisions").glob("*.md")]
    extra = {bare(entry) for entry in PYPROJECT["project"]["dependencies"]} - FOUNDATIONS

    assert extra
    assert [name for name in sorted(extra) if not any(f"`{name}`" in page for page in pages)] == []


def test_the_changelog_tells_of_the_version_that_is_here() -> None:
    changelog = (PROJECT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)

    assert versions[0] == PYPROJECT["project"]["version"]
