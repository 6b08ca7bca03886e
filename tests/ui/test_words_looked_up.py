"""Every word that the window shows is looked up in its language, when it is shown."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui.widgets import about

ROOT = Path(__file__).parent.parent.parent
STYLE_SHEET = ROOT / "ui/theme.py"
SOURCES = sorted({*(ROOT / "ui").rglob("*.py"), ROOT / "app/__main__.py"} - {STYLE_SHEET})
# What looks a message up, or marks it to be looked up later.
LOOK_UP = ("_", "gettext", "ngettext")
MARK = "N_"
# What shows a text that it is given.
SHOW = (
    "setText", "setToolTip", "setAccessibleName", "setWindowTitle", "setPlaceholderText",
    "setStatusTip", "setTitle", "setNameFilter", "addAction", "addTab", "addItem", "addRow",
    "addMenu", "setTabText", "QLabel", "QPushButton", "QCheckBox", "QAction", "QFileDialog",
    "button", "label", "TickBox", "say", "warn", "words",
)  # fmt: skip
SHOWN_BY_NAME = ("name", "button", "other", "title", "text", "yes", "label", "measure", "why")
# What takes a text that nobody reads.
HIDE = (
    "setObjectName", "setProperty", "property", "findChild", "info", "exception", "compile", "Key",
    "TypeVar", "NewType",
)  # fmt: skip
# What reads the same in every language: names, units, and what Qt and D-Bus call things.
NAMES = {
    "Demucs",
    "Spleeter",
    "Songkin", "English", "Deutsch", "PCM", "kHz", "A/B", "0 dB", "https://host:19530", "Sans",
    "Esc", "Space", "ShowItems", *(name for part in about.PARTS for name in part),
}  # fmt: skip
PROSE = re.compile(r"[^\W\d_]{2,}\W*\s[^\W\d_]{2,}|\s[^\W\d_]{3,}|^[A-Z][a-z]{2,}")
WORD = re.compile(r"[^\W\d_]{2,}")


def called(node: ast.AST) -> str:
    """Return the name of what is called, else nothing."""
    function = getattr(node, "func", None)
    return getattr(function, "id", "") or getattr(function, "attr", "")


def literals(nodes: list[ast.expr]) -> Iterator[ast.Constant]:
    """Return the texts that stand in expressions, but not those that a call in them is given."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node
        elif isinstance(node, ast.IfExp):
            yield from literals([node.body, node.orelse])
        elif isinstance(node, ast.BoolOp | ast.JoinedStr):
            yield from literals(node.values)


def hidden(tree: ast.Module) -> set[int]:
    """Return the nodes whose texts are looked up, or not shown."""
    found: list[ast.AST] = []
    for node in ast.walk(tree):
        match node:
            case ast.Call() if called(node) in (*LOOK_UP, MARK, *HIDE):
                found += node.args[:1] if called(node) == "Key" else node.args
            case ast.ClassDef() if any("Enum" in ast.unparse(base) for base in node.bases):
                found += node.body
            case ast.Raise():
                found.append(node)
            case ast.AnnAssign() | ast.arg() if node.annotation:
                found.append(node.annotation)
            case ast.FunctionDef() if node.returns:
                found.append(node.returns)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            found.append(node.body[0])
    return {id(one) for part in found for one in ast.walk(part)}


def bare_words(tree: ast.Module) -> list[tuple[int, str]]:
    """Return what reads like words, and any word that is given to what shows it."""
    skipped = hidden(tree)
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {node} if PROSE.search(node.value) else set()
        if isinstance(node, ast.Call):
            given = list(node.args) if called(node) in SHOW else []
            given += [one.value for one in node.keywords if one.arg in SHOWN_BY_NAME]
            found |= {one for one in literals(given) if WORD.search(one.value)}
    return sorted(
        (node.lineno, node.value)
        for node in found
        if id(node) not in skipped and node.value.strip() not in NAMES
    )


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_words_are_shown_as_they_stand_in_the_code(path: Path) -> None:
    assert bare_words(ast.parse(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "bare",
    [
        'label.setText("ready")',
        'label.setText("ready" if done else _("waiting"))',
        'made = button(f"{count} songs", name=_("Songs"))',
        'NOTE = "Nothing to undo."',
        'def words():\n    return f"took back {songs}"',
        'NAMES = {Filter.ALL: "Everything"}',
    ],
)
def test_bare_words_are_found(bare: str) -> None:
    assert bare_words(ast.parse(bare)) != []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_message_hides_from_the_catalogues(path: Path) -> None:
    """One inside an f-string is not found by every version, and one that is made by none."""
    lost = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        inside = ast.walk(node) if isinstance(node, ast.JoinedStr) else ()
        lost += [one for one in inside if called(one) in LOOK_UP and literal(one)]
        if called(node) in (*LOOK_UP, MARK):
            lost += [one for one in node.args if isinstance(one, ast.JoinedStr | ast.BinOp)]
    assert [ast.unparse(node) for node in lost] == []


def literal(call: ast.AST) -> bool:
    return isinstance(call, ast.Call) and any(isinstance(one, ast.Constant) for one in call.args)


def marked_names(tree: ast.Module) -> set[str]:
    """Return a module's names for what is only marked."""
    made = (node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign))
    marked = [node for node in made if called(node.value) == MARK]
    return {ast.unparse(n.targets[0] if isinstance(n, ast.Assign) else n.target) for n in marked}


def imported(tree: ast.Module) -> dict[Path, set[str]]:
    """Return what a module imports by name from which file."""
    found = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module]
    return {
        ROOT / f"{node.module.replace('.', '/')}.py": {one.name for one in node.names}
        for node in found
    }


def test_what_is_only_marked_is_looked_up_where_it_is_used() -> None:
    trees = {path: ast.parse(path.read_text("utf-8")) for path in SOURCES}
    marked = {path: marked_names(tree) for path, tree in trees.items()}
    assert sum(map(len, marked.values())) > 20
    bare = []
    for path, tree in trees.items():
        names = marked[path].union(
            *(marked.get(source, set()) & names for source, names in imported(tree).items())
        )
        calls = [node for node in ast.walk(tree) if called(node) in LOOK_UP]
        looked_up = {id(arg) for call in calls for arg in call.args}
        uses = [
            node
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef)
            for node in ast.walk(function)
            if isinstance(node, ast.Name) and node.id in names
        ]
        bare += [f"{path.name}: {node.id}" for node in uses if id(node) not in looked_up]
    assert bare == []
