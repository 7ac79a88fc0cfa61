"""Plain text and dumps: blocks are spans of the file's own text."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest import Raw, ingest
from pipeline.ingest.text import blocks_of
from pipeline.model import BlockKind, Verdict
from pipeline.model.text import freeze

WRAPPED = """\
The board asks every maker of a model to test it
before release, and to say in plain words what the
tests have shown, so that others can build on them.
"""


def blocks(text: str) -> list[tuple[str, int, str]]:
    return [
        (block.kind.value, block.level, text[block.span.start : block.span.end])
        for block in blocks_of(text)
    ]


def kinds(text: str) -> list[str]:
    return [f"{kind} {level}" if level else kind for kind, level, _ in blocks(text)]


def test_blank_lines_part_paragraphs_and_wrapped_lines_stay_together() -> None:
    first, second = WRAPPED.strip(), "A second\none."
    assert blocks(f"{first}\n\n\n{second}\n") == [
        ("paragraph", 0, first),
        ("paragraph", 0, second),
    ]


def test_wrapped_lines_stay_together_without_any_blank_line() -> None:
    assert len(blocks(WRAPPED)) == 1


def test_in_a_dump_each_line_is_a_block() -> None:
    dump = "Short banner.\n" + "A long paragraph of its own. " * 20 + "\nReasoning\n1 KindName\nEnd"
    assert [text for _, _, text in blocks(dump)] == [line.strip() for line in dump.split("\n")]
    assert set(kinds(dump)) == {"paragraph"}


def test_a_blank_line_in_a_dump_changes_nothing_else() -> None:
    dump = "\n".join(["Name of a measure", "1 Kind", "Other name", "2 Other kind"] * 5)
    assert len(blocks(dump + "\n\n" + dump)) == 40


@pytest.mark.parametrize(
    "marker", ["-", "*", "•", "–", "1.", "12)", "(3)", "(a)", "a)", "b.", "iv.", "(iv)", "x)"]
)
def test_list_items_are_known_by_their_markers(marker: str) -> None:
    assert blocks(f"To do:\n{marker} test the model\n{marker} tell others")[1:] == [
        ("list item", 1, f"{marker} test the model"),
        ("list item", 1, f"{marker} tell others"),
    ]


@pytest.mark.parametrize(
    "line", ["1 System", "99.9 Other", "1.1 Model", "2024. A year", "-5 degrees", "etc. and so on"]
)
def test_what_only_looks_like_a_marker_is_none(line: str) -> None:
    assert kinds(f"{line}\nAfter that, a line.") == ["paragraph", "paragraph"]


def test_items_nest_by_indentation_and_keep_their_further_lines() -> None:
    text = "- one\n  goes on\n  - inner\n    goes on\n  - inner\n- two"
    assert blocks(text) == [
        ("list item", 1, "- one\n  goes on"),
        ("list item", 2, "- inner\n    goes on"),
        ("list item", 2, "- inner"),
        ("list item", 1, "- two"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Title\n=====\nWords follow.", ["heading 1", "paragraph"]),
        ("Part\n----\n\nWords follow.", ["heading 2", "paragraph"]),
        ("RECOMMENDATIONS\n\nWords follow.", ["heading 1", "paragraph"]),
        ("1. Scope\n\nWords follow.", ["heading 1", "paragraph"]),
        ("2.3 Tests before release\n\nWords follow.", ["heading 2", "paragraph"]),
        ("1. Do this\n\n2. Do that\n\nWords.", ["list item 1", "list item 1", "paragraph"]),
        ("RECOMMENDATIONS", ["paragraph"]),
        ("1.2 That was all.\n\nWords follow.", ["paragraph", "paragraph"]),
        ("AI\n\nWords follow.", ["paragraph", "paragraph"]),
        ("a | b\n--+--\n1 | 2", ["paragraph"] * 3),
    ],
)
def test_headings_must_convince(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


def test_the_text_is_the_files_own() -> None:
    data = "\ufeffOne.\r\n\r\nTwo\x0cthree\x00.".encode()
    document = ingest(Raw("documents/t/a.txt", data, hashlib.sha256(data).hexdigest()))
    assert document.text == "One.\n\nTwo\nthree\ufffd."
    assert document.media_type == "text/plain"
    assert document.made_by == {}
    assert [tuple(page.span) for page in document.pages] == [(0, len(document.text))]


@pytest.mark.parametrize("text", ["\u200b", "--- ... ---", "\ufffd" * 3])
def test_a_file_without_words_is_blank_and_says_so(text: str) -> None:
    data = text.encode()
    document = ingest(Raw("documents/t/a.txt", data, hashlib.sha256(data).hexdigest()))
    assert document.verdict is Verdict.BLANK
    assert [issue.code for issue in document.issues] == ["blank"]


@pytest.mark.parametrize("text", ["x" * 10_000_000, "- " * 1_000_000, "=\n" * 50_000])
def test_long_lines_and_many_lines_are_read(text: str) -> None:
    assert blocks_of(text)[0].span.start == 0


@given(st.text(alphabet=st.sampled_from(list("ab AB12.-•=()\n\t\u0301\u2028")), max_size=200))
def test_blocks_are_ordered_and_hold_every_word(words: str) -> None:
    text = freeze(words)
    found = blocks_of(text)
    outside, end = [], 0
    for block in found:
        assert end <= block.span.start < block.span.end <= len(text)
        assert not text[block.span.start].isspace()
        assert not text[block.span.end - 1].isspace()
        assert (block.level > 0) == (block.kind in (BlockKind.HEADING, BlockKind.LIST_ITEM))
        outside.append(text[end : block.span.start])
        end = block.span.end
    assert not any(character.isalnum() for character in "".join(outside) + text[end:])
