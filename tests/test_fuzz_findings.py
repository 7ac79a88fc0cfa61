"""What fuzzing found, each in a few bytes of our own: read in real workers, by both readers."""

from random import Random
from typing import Any

import pytest
from fuzz_pdf import Case, Told, faults_of, outcomes
from mutations import mutated
from pdfminer.psexceptions import PSEOF
from printing import assembled, pdf, read_pages, text

from pipeline.ingest.pdf import lines, sources
from pipeline.ingest.pdf.leaf import Leaf
from pipeline.ingest.pdf.plumber import _MOST_CODES, _Meanings
from pipeline.ingest.pdf.sheet import Sheet, sheet_of
from pipeline.run.pool import Outcome

SEEN = text(72, 700, "Everybody sees these words.")


def read(*files: bytes) -> list[Outcome[Case, Told]]:
    """What came of files, none with a fault."""
    cases = [Case(str(number), file) for number, file in enumerate(files)]
    found = sorted(outcomes(cases), key=lambda outcome: int(outcome.task.name))
    assert [faults_of(outcome) for outcome in found] == [[]] * len(files)
    return found


def broken_pages(tree: bytes) -> bytes:
    return assembled([b"<< /Type /Catalog /Pages 2 0 R >>", tree])


# The file, and what comes of it by pdfium with pdfplumber in reserve, and by pdfplumber alone.
FOUND = {
    # pdfminer's errors came out where the number of pages is asked for, outside all guards.
    "a page tree with a value and no key": (
        broken_pages(b"<< /Type /Pages /Kids [3 0 R] /Count 1.2 0.3 >>"),
        ("failed", "not-readable"),
    ),
    "a page tree with a command in it": (
        broken_pages(b"<< /Type /Pages /Kids [] /Count 1 \xff >>"),
        ("failed", "not-readable"),
    ),
    # ... and pypdfium2's, where it decodes a title.
    "a bookmark that ends in half a character": (
        pdf(SEEN).replace(
            b"/Catalog",
            b"/Catalog /Outlines << /First << /Title (\\376\\377\\330\\000) /Dest [4 0 R /Fit] >> >>",
        ),
        ("complete", "complete"),
    ),
    "a page tree that is a reference to nothing": (broken_pages(b"R"), ("no-pages", "no-pages")),
}


def test_what_was_found_has_a_sound_outcome() -> None:
    found = read(*(file for file, _ in FOUND.values()))
    told = [outcome.result.outcomes if outcome.result else None for outcome in found]
    assert dict(zip(FOUND, told, strict=True)) == {name: told for name, (_, told) in FOUND.items()}


def test_thousands_of_words_in_one_place_are_not_held_each_against_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = 0
    joins = lines._joins

    def counted(*args: Any, **kwargs: Any) -> bool:
        nonlocal calls
        calls += 1
        return joins(*args, **kwargs)

    monkeypatch.setattr(lines, "_joins", counted)
    read_pages("".join(text(300, 400, f"w{n}", size=6) for n in range(1500)))
    assert 1500 < calls < 1.1 * 1500 * lines._MOST_BESIDE


def test_pages_that_fail_alike_are_told_of_together(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {2, 3, 5}

    def fail(leaf: Leaf) -> Sheet:
        if leaf.number in broken:
            raise KeyError
        return sheet_of(leaf)

    monkeypatch.setattr(sources, "sheet_of", fail)
    (issue,) = read_pages(*[SEEN] * 5).issues
    assert issue.message.startswith("Pages 2-3, 5 could not be read (damaged, cut off, or ")
    assert "The other pages were: print" in issue.message
    broken.add(1)
    (issue,) = read_pages(SEEN).issues
    assert "Get another copy of it" in issue.message


def test_broken_files_have_sound_outcomes() -> None:
    files = [pdf(SEEN, SEEN), pdf(SEEN + "q 99 0 0 99 72 200 cm /I Do Q\n")]
    read(*(mutated(Random(f"tests/{n}"), files[n % 2], files) for n in range(60)))


def test_a_case_is_always_the_same_file() -> None:
    one, other = (mutated(Random("7"), pdf(SEEN), [pdf(SEEN)]) for _ in range(2))
    assert one == other


def test_a_map_that_names_the_same_codes_over_and_over_ends() -> None:
    meanings = _Meanings()
    for _ in range(_MOST_CODES):
        meanings.add_cid2unichr(65, 66)
    with pytest.raises(PSEOF):
        meanings.add_cid2unichr(65, 66)
