"""Markdown: blocks as its readers see them, front matter as metadata."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest import Raw, ingest
from pipeline.model import Cell, Document, Verdict
from pipeline.model.text import freeze

POST = """\
---
layout: post
title: Twelve tests
authors:
  - name: Ada Writer
    url: https://example.org
  - Bo Reader
date: 2024-05-06
toc:
  - name: Start
---

# Twelve tests

Makers **should** [test](https://example.org/a) what
they make<d-cite key="x"></d-cite>.<d-footnote>Or say why not.</d-footnote>

3. **<span style="color: red">Name:</span>** what to do
   - inner
4. next

> Said

| a | b |
|---|---|
| 1 | *2* |

```py
f(  x )
```

{% include figure.html %}

<div class="caption">

    Figure 1: ours.

</div>

See[^n].

[^n]: A note that
goes on.
"""


def read(text: str | bytes) -> Document:
    data = text if isinstance(text, bytes) else text.encode()
    return ingest(Raw("documents/t/a.md", data, hashlib.sha256(data).hexdigest()))


def shown(document: Document) -> list[tuple[str, int, str]]:
    return [(b.kind.value, b.level, document.quote(b.span)) for b in document.blocks]


def codes(document: Document) -> list[str]:
    return [issue.code for issue in document.issues]


def test_a_post_is_read_as_its_page() -> None:
    document = read(POST)
    assert shown(document) == [
        ("metadata", 0, "title: Twelve tests"),
        ("metadata", 0, "author: Ada Writer"),
        ("metadata", 0, "author: Bo Reader"),
        ("metadata", 0, "date: 2024-05-06"),
        ("heading", 1, "Twelve tests"),
        ("paragraph", 0, "Makers should test what they make.Or say why not."),
        ("list item", 1, "3. Name: what to do"),
        ("list item", 2, "• inner"),
        ("list item", 1, "4. next"),
        ("quotation", 0, "Said"),
        ("cell", 0, "a"),
        ("cell", 0, "b"),
        ("cell", 0, "1"),
        ("cell", 0, "2"),
        ("code", 0, "f(  x )"),
        ("caption", 0, "Figure 1: ours."),
        ("paragraph", 0, "See[^n]."),
        ("footnote", 0, "[^n]: A note that goes on."),
    ]
    assert document.media_type == "text/markdown"
    assert set(document.made_by) == {"PyYAML", "libxml2", "lxml", "markdown-it-py"}
    assert [issue.message for issue in document.issues] == [
        "Fields of the front matter that were left out: layout, toc."
    ]


def test_inlines_and_cells_of_a_post() -> None:
    document = read(POST)
    said = [(i.kind, document.quote(i.span), i.href) for b in document.blocks for i in b.inlines]
    assert said == [
        ("strong", "should", None),
        ("link", "test", "https://example.org/a"),
        ("note", "Or say why not.", None),
        ("strong", "Name:", None),
        ("emphasis", "2", None),
        ("note", "[^n]", None),
        ("note", "[^n]", None),
    ]
    assert [block.cell for block in document.blocks if block.cell] == [
        Cell(table=0, row=0, column=0, head=True),
        Cell(table=0, row=0, column=1, head=True),
        Cell(table=0, row=1, column=0),
        Cell(table=0, row=1, column=1),
    ]


@pytest.mark.parametrize(
    "front",
    ["title: 'open", "title: x\na: &a [x]\nb: *a", "title: [" + "[" * 5000, "title: x\n\t- y", "- title: x\n  a: b\nc: d\n- x"],
)  # fmt: skip
def test_front_matter_that_is_no_plain_yaml_is_kept_as_it_stands(front: str) -> None:
    document = read(f"---\n{front}\n---\nWords.")
    assert shown(document) == [("metadata", 0, front), ("paragraph", 0, "Words.")]
    assert codes(document) == ["front-matter"]


def test_yaml_makes_nothing_but_words() -> None:
    document = read("---\ntitle: !!python/object/apply:os.getcwd []\ndate: 2024-99-99\n---\nWords.")
    assert shown(document) == [("metadata", 0, "date: 2024-99-99"), ("paragraph", 0, "Words.")]


def test_text_between_two_rules_is_text() -> None:
    assert shown(read("---\nJust words\n---\nmore"))[-1] == ("paragraph", 0, "more")
    assert "Just words" in read("---\nJust words\n---\nmore").text


@pytest.mark.parametrize(
    "text",
    [
        ">" * 10_000 + " deep",
        "\n".join("  " * level + "- deep" for level in range(100)),
        "word " * 100_000 + "deep",
    ],
)
def test_what_the_parser_would_lose_is_read_as_plain_text(text: str) -> None:
    document = read(text)
    assert document.text == text
    assert codes(document) == ["not-markdown"]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10_000, "[a](<b" * 5_000, "*a **a " * 5_000, "<?" * 20_000 + "a", "<a:" * 20_000,
        "".join("`" * n + "a" for n in range(300)), "![[" * 3_000, "a\r\nb\x00c\u202e", "| a |\n|-|\n" * 500,
        "[^a]: x\n" * 2_000, "<div>" * 3_000 + "deep", "{% x %}\n" * 1_000,
    ],
)  # fmt: skip
def test_hostile_markdown_has_an_outcome(text: str) -> None:
    document = read("Before.\n\n" + text + "\n\nAfter.")
    assert document.text.startswith("Before.")
    assert document.verdict is Verdict.COMPLETE


@given(
    st.lists(
        st.sampled_from(
            ["- ", "1. ", "> ", "# ", "|", "---", "\n", "\n\n", "    ", "**", "_", "`", "[^a]: ",
             "[^a]", "[x](y)", "<b>", "</b>", "<div>", "word", "wörd", "e\u0301", "```", "{: .x}", "a: b"]
        ),
        max_size=40,
    )
)  # fmt: skip
def test_any_markdown_gives_ordered_blocks(pieces: list[str]) -> None:
    document = read("x\n" + "".join(pieces))
    assert document.text == freeze(document.text)
    ends = [0, *(block.span.end for block in document.blocks)]
    for end, block in zip(ends, document.blocks, strict=False):
        assert end <= block.span.start < block.span.end


def test_the_list_of_a_real_post_has_strong_names(shared: Path) -> None:
    data = next((shared / "gold" / "documents").glob("casper*.md")).read_bytes()
    document = read(data)
    items = [
        b
        for b in document.blocks
        if b.kind == "list item" and "1234567890".find(document.text[b.span.start]) >= 0
    ]
    names = [document.quote(b.inlines[0].span) for b in items if b.inlines[0].kind == "strong"]
    assert len(names) == 15
    assert all(name.endswith(":") and name[0].isupper() for name in names)
