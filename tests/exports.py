"""Reviewed records made by hand, hostile ones too, for the tests of exports."""

from collections.abc import Sequence
from pathlib import Path

from hypothesis import strategies as st

from pipeline.export import Corpus
from pipeline.model import (
    Author,
    Claim,
    DocumentHeader,
    FieldReview,
    FieldStatus,
    Provenance,
    Rationale,
    RecordStatus,
    Review,
    ReviewedFile,
    ReviewedRecord,
    Source,
    Span,
    Tag,
    Verdict,
)
from pipeline.taxonomy import load_taxonomies

TAXONOMIES = load_taxonomies()
HOSTILE = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1+1", "\"=1+1", "'=1", "''", "=cmd|' /C calc'!A0",
    "1.10", "2.3.4", "0012", "1E5", "MARCH1", "12345678901234567890", "1/2", "TRUE", "#N/A",
    "2024-01-01", "12:30", "5 %", "1. März", "a\nb", "a\r\nb", "\r", "\n", "a\tb", "a;b, c\\; \"d\"",
    "<img src=x onerror=alert(1)>", "{{7*7}}", "[x](javascript:alert(1))", "'; DROP TABLE records;--",
    "\u202eevil", "\u200b=1", "_x000D_", "_x005F_", "\x0b\x0c\x1f", "\ufffe", "é" * 3, "💥", " > ", "a > b",
    "\\", "\\0", "\\n", "| a | b |", "`code`", "# head", "- item", "&amp;", "％", "＝1", "",
]  # fmt: skip

text = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
)
CODES = {
    one: [concept.code for concept in taxonomy.concepts] for one, taxonomy in TAXONOMIES.items()
}


def cited(words: str = "Words of the source.") -> Provenance:
    return Provenance(
        span=Span(0, max(1, len(words))), pages=(3,), boxes=(), quote=words, prefix="", suffix="",
        made_by="rule:test",
    )  # fmt: skip


def claim(value: str | int | tuple[str, ...]) -> Claim:
    count = len(value) if isinstance(value, tuple) else 1
    return Claim(value=value, provenance=(cited(),) * count)


def tag(taxonomy: str, code: str, role: str = "primary", basis: str = "suggested") -> Tag:
    return Tag.model_validate(
        {"taxonomy": taxonomy, "code": code, "label": code, "role": role, "basis": basis,
         "confidence": 0.25, "evidence": (cited(),), "why": "=because", "made_by": "model:test"}
    )  # fmt: skip


def record(
    identifier: str = "a-1",
    name: str | None = "A name",
    description: str | None = "Do it.",
    rationale: str | None = None,
    path: tuple[str, ...] = (),
    parent: str | None = None,
    details: dict[str, str | int | tuple[str, ...]] | None = None,
    tags: Sequence[Tag] = (),
    status: RecordStatus = RecordStatus.UNDECIDED,
    waits: tuple[str, ...] = ("undecided",),
    decided: Sequence[str] = (),
) -> ReviewedRecord:
    return ReviewedRecord(
        id=identifier,
        way="test",
        label=None,
        name=claim(name) if name is not None else None,
        path=path,
        parent=parent,
        children=(),
        description=claim(description) if description is not None else None,
        rationale=Rationale(value=rationale, basis="stated", provenance=(cited(),))
        if rationale is not None
        else None,
        details={key: claim(value) for key, value in (details or {}).items()},
        tags=tuple(tags),
        review=Review(
            status=status,
            waits=waits,
            fields=tuple(FieldReview(field=one, status=FieldStatus.ACCEPTED) for one in decided),
        ),
    )


def file(
    *records: ReviewedRecord,
    path: str = "documents/tests/made.pdf",
    url: str | None = "https://example.org/made.pdf",
    title: str = "A made document",
    media_type: str = "application/pdf",
) -> ReviewedFile:
    return ReviewedFile(
        document=DocumentHeader(
            id="0" * 16, path=path, sha256="0" * 64, media_type=media_type, pages=3,
            verdict=Verdict.COMPLETE, made_by={},
        ),
        source=Source(
            title=claim(title),
            authors=(Author(family="Okafor", given="Amara", provenance=()),),
            year=claim(2025),
            url=claim(url) if url else None,
        ),
        records=records,
    )  # fmt: skip


def corpus(*files: ReviewedFile) -> Corpus:
    def no_document(path: str) -> None:
        raise FileNotFoundError(path)

    return Corpus(lambda: iter(files), no_document, TAXONOMIES)  # type: ignore[arg-type]


@st.composite
def records(draw: st.DrawFn, identifier: str = "a-1") -> ReviewedRecord:
    """A record with hostile words everywhere."""
    tags = [
        tag(one, code, role)
        for one in draw(st.lists(st.sampled_from(sorted(CODES)), unique=True, max_size=2))
        for role, code in zip(
            ("primary", "other", "other"),
            draw(st.lists(st.sampled_from(CODES[one]), unique=True, max_size=3)),
            strict=False,
        )
    ]
    values = st.one_of(text, st.integers(0, 10**6), st.lists(text, max_size=3).map(tuple))
    return record(
        identifier,
        name=draw(st.none() | text),
        description=draw(st.none() | text),
        rationale=draw(st.none() | text),
        path=draw(st.lists(text, max_size=3).map(tuple)),
        parent=draw(st.sampled_from([None, "b-2"])),
        details=draw(st.dictionaries(st.sampled_from(["risks", "year", "=x"]), values, max_size=2)),
        tags=tags,
    )


def written(module: object, made: Corpus, out: Path, **wanted: object) -> Path:
    """What a format writes."""
    from pipeline.export import Wanted

    module.write(made, out, Wanted(**wanted))  # type: ignore[attr-defined, arg-type]
    return out
