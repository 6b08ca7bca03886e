"""The report on copies: for a spreadsheet (CSV), for reading (HTML), for notes (Markdown). Pure.

The words are the caller's; a page of HTML stands alone, loads nothing and runs nothing.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from core.tables import as_csv

HEAD = ("set", "what", "better", "why", "title", "artist", "format", "sound", "carries", "evidence")
STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;"
    "color-scheme:light dark}table{border-collapse:collapse;width:100%}"
    "td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8888;vertical-align:top}"
    "small{opacity:.7}h2{margin-top:2.5rem}"
)
# Characters that Markdown reads as signs; a title must not make links or tables.
MARKDOWN = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_{}[]()<>#+-.!|~&"})


class ReportFormat(Enum):
    """The formats of reports, by their suffixes."""

    HTML = "html"
    CSV = "csv"
    MARKDOWN = "md"

    @property
    def suffix(self) -> str:
        """The suffix with its dot."""
        return f".{self.value}"


@dataclass(frozen=True, slots=True)
class ReportCopy:
    """One file of a set, in words."""

    title: str
    artist: str
    path: Path
    coding: str
    sound: str
    carries: str
    is_better: bool


@dataclass(frozen=True, slots=True)
class ReportSet:
    """Songs that belong together: what they are, which copy is better and why, what proves it."""

    title: str
    label: str
    why: str
    copies: tuple[ReportCopy, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportWords:
    """The words of the page itself."""

    title: str
    summary: str
    better: str
    copy_head: tuple[str, str, str, str]  # file, format, sound, carries


def rendered(sets: Sequence[ReportSet], report_format: ReportFormat, *, words: ReportWords) -> str:
    """Return the report in a format."""
    match report_format:
        case ReportFormat.CSV:
            return as_table(sets)
        case ReportFormat.HTML:
            return as_page(sets, words)
        case ReportFormat.MARKDOWN:
            return as_markdown(sets, words)


def as_table(sets: Sequence[ReportSet]) -> str:
    """Return a row a file, with the number of its set."""
    rows = (
        (
            number,
            found.label,
            "yes" if copy.is_better else "",
            found.why,
            copy.title,
            copy.artist,
            copy.coding,
            copy.sound,
            copy.carries,
            "; ".join(found.evidence),
            str(copy.path),
        )
        for number, found in enumerate(sets, start=1)
        for copy in found.copies
    )
    return as_csv((*HEAD, "path"), rows)


def as_page(sets: Sequence[ReportSet], words: ReportWords) -> str:
    """Return one page of HTML."""
    title, summary = html.escape(words.title), html.escape(words.summary)
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    body = "\n".join(_section(found, words) for found in sets)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{title}</h1>\n<p>{summary}</p>\n{body}\n</body>\n</html>\n"
    )


def as_markdown(sets: Sequence[ReportSet], words: ReportWords) -> str:
    """Return the report as Markdown."""
    lines = [f"# {_plain(words.title)}", "", _plain(words.summary)]
    for found in sets:
        lines += ["", f"## {_plain(found.title)}: {_plain(found.label)}", "", _plain(found.why), ""]
        for copy in found.copies:
            mark = f"**{_plain(words.better)}** " if copy.is_better else ""
            facts = ", ".join(filter(None, (copy.coding, copy.sound, copy.carries)))
            lines.append(f"* {mark}{_plain(str(copy.path))} ({_plain(facts)})")
        lines += [f"* {_plain(proof)}" for proof in found.evidence]
    return "\n".join(lines) + "\n"


def _section(found: ReportSet, words: ReportWords) -> str:
    heads = "".join(f'<th scope="col">{html.escape(head)}</th>' for head in words.copy_head)
    rows = "\n".join(_row(copy, words) for copy in found.copies)
    proofs = "".join(f"<li>{html.escape(proof)}</li>" for proof in found.evidence)
    return (
        f"<h2>{html.escape(found.title)} <small>{html.escape(found.label)}</small></h2>\n"
        f"<p>{html.escape(found.why)}</p>\n"
        f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n"
        f"<ul>{proofs}</ul>"
    )


def _row(copy: ReportCopy, words: ReportWords) -> str:
    mark = f"<strong>{html.escape(words.better)}</strong> " if copy.is_better else ""
    name = f"{mark}{html.escape(_shown(copy.path))}"
    cells = (html.escape(text) for text in (copy.coding, copy.sound, copy.carries))
    return f"<tr><td>{name}</td>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _shown(path: Path) -> str:
    return str(path).encode("utf-8", "replace").decode("utf-8")


def _plain(text: str) -> str:
    return " ".join(text.split()).translate(MARKDOWN)
