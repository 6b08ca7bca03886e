"""What the documents promise is what the program does."""

import argparse
import re
import subprocess
from pathlib import Path

import pytest

from app.cli import parser

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def _commands() -> dict[str, argparse.ArgumentParser]:
    actions = parser()._actions
    (commands,) = [a for a in actions if isinstance(a, argparse._SubParsersAction)]
    return dict(commands.choices)


def test_every_verb_and_option_is_in_the_reference() -> None:
    for name, command in _commands().items():
        (row,) = [line for line in README.splitlines() if line.startswith(f"| `songkin {name} ")]
        options = {
            option
            for action in command._actions
            for option in action.option_strings
            if option.startswith("--") and option not in ("--help", "--json")
        }
        assert {option for option in options if option not in row} == set(), name


def test_the_reference_names_no_other_verb() -> None:
    named = set(re.findall(r"`songkin ([a-z-]+)", README))
    assert named == set(_commands())


def test_readme_names_verbs_of_the_script() -> None:
    listed = subprocess.run(["./dev", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    verbs = set(re.findall(r"^\./dev (\w+)", listed.stdout, re.MULTILINE))
    used = set(re.findall(r"\./dev (\w+)", README))
    assert {"run", "test"} <= used <= verbs


def test_the_script_refuses_what_it_does_not_know() -> None:
    ran = subprocess.run(["./dev", "dance"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "./dev run" in ran.stderr


@pytest.mark.parametrize("page", sorted(ROOT.glob("**/*.md")), ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    if {".venv", "build", "dist"} & set(page.relative_to(ROOT).parts):
        return
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("name", ["speed", "retrieval", "duplicates", "cluster"])
def test_figures_in_readme_are_those_that_were_measured(name: str) -> None:
    """README quotes the tables that the benchmarks wrote, line for line."""
    measured = (ROOT / "benchmarks" / "results" / f"{name}.md").read_text("utf-8")
    rows = [line for line in measured.splitlines() if line.startswith("|")]
    assert rows
    quoted = [row for row in rows if row in README]
    assert quoted, f"README quotes nothing of benchmarks/results/{name}.md"
