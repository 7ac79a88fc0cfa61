"""Passages as spaCy documents (DocBin): spans `fields`, categories; edited ones come back."""

import zlib
from collections.abc import Iterable, Iterator
from itertools import count, islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.export import Corpus, Said, Unreadable, Wanted
from pipeline.export.passages import (
    Mark,
    Passage,
    codes,
    head_of,
    labels,
    passages,
    quoted,
    said,
)

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

FILE = "passages-spacy"  # a folder, which spaCy's own corpus reader takes as one
ENDING = ".spacy"
PART = 2_000  # documents of one file: a DocBin is made whole in memory, 6 KB for each of them
SPANS = "fields"
LARGEST = 1 << 30  # bytes, unpacked


def write(corpus: Corpus, out: Path, wanted: Wanted) -> None:
    """Write a document for each record; a token ends wherever a mark does."""
    import spacy
    from spacy.tokens import DocBin

    nlp = spacy.blank("en")
    nlp.max_length = 1 << 30
    out.mkdir(exist_ok=True)
    rest = passages(corpus)
    for number in count(1):
        docs = [_doc(passage, nlp) for passage in islice(rest, PART)]
        if not docs:
            return
        part = DocBin(attrs=["ORTH", "SPACY"], store_user_data=True, docs=docs)
        (out / f"{number:04}{ENDING}").write_bytes(part.to_bytes())


def read(path: Path) -> Iterator[Said]:
    """What each document of a file, or of all files in a folder, says. No code is run.

    One whose `user_data` has an `answer` (accept, reject) says that.
    """
    for file in sorted(path.glob(f"*{ENDING}")) if path.is_dir() else [path]:
        yield from _said(file)


def _said(path: Path) -> Iterator[Said]:
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    _check_size(path)
    try:
        docs = list(DocBin().from_bytes(path.read_bytes()).get_docs(Vocab()))
    except (ValueError, TypeError, KeyError, IndexError, AssertionError) as error:
        raise Unreadable(f"not a DocBin of spaCy: {error}") from error
    for number, doc in enumerate(docs, start=1):
        where = f"{path.name}, document {number}"
        head = head_of(doc.user_data.get("gleaner"), where)
        spans = doc.spans.get(SPANS) or ()
        marks = [Mark(one.label_, one.start_char, one.end_char) for one in spans]
        chosen = codes((label for label, share in doc.cats.items() if share >= 0.5), where)
        answer = str(doc.user_data.get("answer", ""))
        yield said(where, head, quoted(marks, head, doc.text, where), chosen, answer)


def _check_size(path: Path) -> None:
    """A few bytes may unpack to more than any memory."""
    unpack, size = zlib.decompressobj(), 0
    with path.open("rb") as file:
        try:
            while packed := unpack.unconsumed_tail or file.read(1 << 20):
                size += len(unpack.decompress(packed, 1 << 24))
                if size > LARGEST:
                    raise Unreadable(f"it unpacks to more than {LARGEST >> 20} MB")
        except zlib.error as error:
            raise Unreadable(f"not a DocBin of spaCy: {error}") from error


def _doc(passage: Passage, nlp: "Language") -> "Doc":
    from spacy.tokens import Doc, Span

    text = passage.text
    edges = {0, len(text)} | {edge for one in passage.marks for edge in (one.start, one.end)}
    for token in nlp.make_doc(text):
        edges |= {token.idx, token.idx + len(token.text)}
    words, spaces = _tokens(text, sorted(edges))
    doc = Doc(nlp.vocab, words=words, spaces=spaces)
    found = ((doc.char_span(one.start, one.end, label=one.field), one) for one in passage.marks)
    doc.spans[SPANS] = [span or Span(doc, 0, len(doc), label=one.field) for span, one in found]
    doc.cats = dict.fromkeys(labels(passage.head.codes), 1.0)
    doc.user_data["gleaner"] = passage.head.model_dump(mode="json")
    if passage.answer:
        doc.user_data["answer"] = passage.answer
    return doc


def _tokens(text: str, edges: Iterable[int]) -> tuple[list[str], list[bool]]:
    """The pieces between edges; a single space behind a word belongs to it, as spaCy has it."""
    words: list[str] = []
    spaces: list[bool] = []
    for start, end in pairwise(edges):
        piece = text[start:end]
        if piece == " " and words and not spaces[-1]:
            spaces[-1] = True
        else:
            words.append(piece)
            spaces.append(False)
    return words, spaces
