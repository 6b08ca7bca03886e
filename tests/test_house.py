"""The house's own rules: sizes, one-line package files, and no Qt without a window."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("app", "core", "ui", "cluster_sync", "benchmarks")
FUNCTION_LINES = 40
SIGNAL_FUNCTION_LINES = 60
SIGNAL_CODE = ("core/audio", "core/separation", "core/embedding", "core/fingerprint")
FILE_LINES = 400
CLASS_LINES = 250
POSITIONAL_ARGUMENTS = 4
NESTING = 3

Function = ast.FunctionDef | ast.AsyncFunctionDef
NESTERS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match, ast.AsyncFor, ast.AsyncWith)

SOURCES = sorted(p for package in PACKAGES for p in (ROOT / package).rglob("*.py"))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _lines(node: ast.AST) -> int:
    """Lines of a definition without its docstring."""
    assert isinstance(node, Function | ast.ClassDef)
    documented = node.body[0] if ast.get_docstring(node) else None
    doc_lines = documented.end_lineno - documented.lineno + 1 if documented else 0
    return node.end_lineno - node.lineno + 1 - doc_lines


def _depth(node: ast.AST, depth: int = 0) -> int:
    """How deep blocks stand in blocks; ``elif`` is the same depth as its ``if``."""
    deepest = depth
    for child in ast.iter_child_nodes(node):
        is_elif = isinstance(node, ast.If) and isinstance(child, ast.If) and child in node.orelse
        step = isinstance(child, NESTERS) and not (is_elif and len(node.orelse) == 1)
        if not isinstance(child, Function | ast.ClassDef | ast.Lambda):
            deepest = max(deepest, _depth(child, depth + step))
    return deepest


def _positional(function: Function) -> int:
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    return len([name for name in names if name not in ("self", "cls")])


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_sizes(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    most = SIGNAL_FUNCTION_LINES if _name(path).startswith(SIGNAL_CODE) else FUNCTION_LINES
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    assert text.count("\n") <= FILE_LINES
    assert [c.name for c in classes if _lines(c) > CLASS_LINES] == []
    assert [f.name for f in functions if _lines(f) > most] == []
    assert [f.name for f in functions if _positional(f) > POSITIONAL_ARGUMENTS] == []
    assert [f.name for f in functions if _depth(f) > NESTING] == []


@pytest.mark.parametrize("path", [p for p in SOURCES if p.name == "__init__.py"], ids=_name)
def test_a_package_file_is_one_line(path: Path) -> None:
    assert path.read_text("utf-8").count("\n") == 1


def test_no_qt_without_a_window() -> None:
    """The command line never loads Qt, however deep the imports go."""
    script = (
        "import app.cli, sys; sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)


def test_nothing_of_the_machine_is_committed() -> None:
    """No absolute path of a developer's machine stands in a tracked file."""
    places = [str(ROOT), str(Path.home()) + "/"]
    for place in places:
        if len(place) < 6:  # too short to mean this machine
            continue
        found = subprocess.run(
            ["git", "grep", "-nIF", place, "--", ":!constraints.txt"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert found.stdout == ""
