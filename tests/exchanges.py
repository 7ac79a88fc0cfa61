"""What the tests of exchanges share: hostile texts, and documents read once."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from types import ModuleType

from click.testing import CliRunner, Result
from hypothesis import strategies as st
from runs import extract, put
from spacy.tokens import DocBin
from spacy.vocab import Vocab

from pipeline.__main__ import main
from pipeline.export import Corpus, Wanted, docbin, label_studio, prodigy
from pipeline.run.exporting import Choice, corpus_of
from pipeline.store import Store

HOSTILE = (
    "=1+1", "+1", "-1", "@SUM(A1)", "'=1", "1.10", "2.3.4", "0012", "1E5", "MARCH1",
    "a, b; c | d", 'say "no"', "{{7*7}}", "<img src=x onerror=alert(1)>", "\u202etxt.exe",
    "שלום עולם", "e\u0301", "🙂 smile", "a\\b ~ ^ { } $x$ % # &", "ER  - ", "TY  - JOUR",
    "one and two", "--- --", "x" * 5000,
)  # fmt: skip
_LETTERS = st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp"))
hostile = st.one_of(st.sampled_from(HOSTILE), st.text(_LETTERS, max_size=40))
# One line without spaces at its ends, as labels are.
lines = hostile.map(lambda text: " ".join(text.split())).filter(bool)

GUIDE = """# A guide to careful releases

## What to do

### Red-team the model

Two people attack the model for a week before each release, and write down what gave way.

### Keep a log

Deployers keep a log of incidents, and read it aloud once a week.

### Watch the exits

Operators watch what leaves the system, and stop it when a limit is passed.
"""
ABOUT = """licence = "CC BY 4.0"
url = "https://example.org/guide"

[bibliography]
title = "A guide to careful releases"
authors = ["Rossi, Ada"]
year = 2024
"""


def store_with_guide(folder: Path) -> Store:
    """A store with one document, read."""
    store = Store(folder / "raw", folder / "extracted")
    put(store.documents / "guides" / "release.md", GUIDE)
    put(store.documents / "guides" / "release.md.toml", ABOUT)
    extract(store)
    return store


@contextmanager
def copied(store: Store) -> Iterator[Store]:
    """A store like it to change, so that documents are read once."""
    folder = Path(mkdtemp())
    try:
        for one in (store.raw, store.extracted):
            shutil.copytree(one, folder / one.name)
        yield Store(folder / "raw", folder / "extracted")
    finally:
        shutil.rmtree(folder)


def corpus(store: Store) -> Corpus:
    """All records that stand."""
    return corpus_of(store, (), Choice.STANDING)


def gleaner(store: Store, *words: str) -> Result:
    """The command, on that store."""
    command = [words[0]]
    if words[0] == "taxonomies":
        command.append(words[1])
    rest = [*words[len(command) :]]
    folders = ["--raw", str(store.raw), "--extracted", str(store.extracted)]
    return CliRunner().invoke(main, [*command, *folders, *rest])


def written(format: ModuleType, found: Corpus, folder: Path) -> Path:
    out = folder / str(format.FILE)
    format.write(found, out, Wanted())
    return out


def answered(format: ModuleType, file: Path, answer: str) -> None:
    """As if a curator had gone through the tasks and accepted, or rejected, each."""
    if format is docbin:
        file = next(file.glob("*.spacy"))
        docs = list(DocBin(store_user_data=True).from_disk(file).get_docs(Vocab()))
        for doc in docs:
            doc.user_data["answer"] = answer
        DocBin(attrs=["ORTH", "SPACY"], store_user_data=True, docs=docs).to_disk(file)
        return
    if format is prodigy:
        tasks = [{**json.loads(line), "answer": answer} for line in file.open()]
        file.write_text("".join(json.dumps(task) + "\n" for task in tasks))
        return
    data = json.loads(file.read_text())
    if format is label_studio:
        verdict = {"from_name": "verdict", "type": "choices", "value": {"choices": [answer]}}
        for task in data:
            result = [*task["predictions"][0]["result"], verdict]
            task["annotations"] = [{"result": result, "was_cancelled": False}]
    else:
        for item in data["items"]:
            body = {"type": "TextualBody", "purpose": "assessing", "value": answer}
            item["body"].append(body)
    file.write_text(json.dumps(data))
