"""A page of results that several benchmarks write a section of."""

import re
from pathlib import Path


def put_section(page: Path, title: str, text: str) -> None:
    """Write a section in the place of the older one of its title, or at the end of the page."""
    whole = page.read_text("utf-8") if page.exists() else f"# {page.stem.capitalize()}\n"
    section = f"## {title}\n\n{text.strip()}\n"
    older = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    if older.search(whole):
        page.write_text(older.sub(lambda _: section + "\n", whole, count=1).strip() + "\n", "utf-8")
    else:
        page.write_text(f"{whole.strip()}\n\n{section}", "utf-8")


def table(rows: list[tuple[str, ...]]) -> str:
    """Return rows as a table; the first is its head."""
    head, *others = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *others))
