"""The report on copies: it shows what it is given, and nothing in it runs."""

import csv
import io
from html.parser import HTMLParser
from pathlib import Path

import pytest

from core.reports import ReportCopy, ReportFormat, ReportSet, ReportWords, rendered

EVIL = "<script>alert(1)</script> [x](http://e) =cmd()"
WORDS = ReportWords("Duplicates", "1 group", "Better copy:", ("File", "Format", "Sound", "Carries"))


def sets() -> list[ReportSet]:
    copies = tuple(
        ReportCopy(EVIL, "Ines", Path(f"/music/{name} & co.mp3"), "mp3", "16 kHz", "3 tags", best)
        for name, best in (("a", True), ("b", False))
    )
    return [ReportSet(EVIL, "same recording", "Better: lossless.", copies, ("0.98 agree",))]


class Read(HTMLParser):
    """What a browser would see."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        assert not {name for name, _ in attrs} & {"src", "href", "onclick"}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_shows_everything_and_runs_nothing() -> None:
    read = Read(rendered(sets(), ReportFormat.HTML, words=WORDS))
    assert "script" not in read.tags
    for said in (EVIL, "/music/a & co.mp3", "/music/b & co.mp3", "lossless", "0.98 agree"):
        assert said in read.text
    assert read.text.count("Better copy:") == 1


def test_the_table_has_a_row_a_file() -> None:
    text = rendered(sets(), ReportFormat.CSV, words=WORDS).removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["better"] for row in rows] == ["yes", ""]
    assert [row["path"] for row in rows] == ["/music/a & co.mp3", "/music/b & co.mp3"]
    assert {row["set"] for row in rows} == {"1"}


def test_markdown_makes_no_links_of_titles() -> None:
    text = rendered(sets(), ReportFormat.MARKDOWN, words=WORDS)
    assert "[x](" not in text
    assert "<script>" not in text
    assert "**Better copy:** /music/a \\& co\\.mp3" in text


@pytest.mark.parametrize("kind", ReportFormat)
def test_a_library_without_copies_has_a_report_too(kind: ReportFormat) -> None:
    assert rendered([], kind, words=WORDS)
