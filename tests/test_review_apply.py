"""Hand-edited copies of files of records, read back: real files, a real database."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from curating import AUDIT, LOGS, SHARE, cited, document, file, record, tag

from pipeline.commands.applying import apply
from pipeline.model import Claim, Decision, RecordFile
from pipeline.review.edited import read_edited
from pipeline.review.lined import BadFile
from pipeline.run.reviewing import reviewed
from pipeline.store import Stage, Store, canonical, write
from pipeline.store.decisions import Decisions

NAME = "tests/made.txt"
TEXT = document(AUDIT, LOGS, SHARE)
Copy = dict[str, Any]


def extracted() -> RecordFile:
    actor = cited(TEXT, "third party")
    audit = record(
        TEXT, "audit", AUDIT, "model audited", [tag("2.1.1"), tag("1.1.1", role="other")]
    )
    audit = audit.model_copy(
        update={"details": {"actor": Claim(value="third party", provenance=(actor,))}}
    )
    return file(TEXT, audit, record(TEXT, "logs", LOGS), record(TEXT, "share", SHARE))


class Folder:
    """A store on disk with one document, and copies of its files to edit."""

    def __init__(self, folder: Path) -> None:
        self.store, self.copy = Store(folder / "raw", folder / "extracted"), folder / "copy.json"
        write(self.store.output(Stage.INGEST, NAME), canonical(TEXT))
        self.extract(extracted())

    def extract(self, records: RecordFile) -> None:
        """Have the extractor say this."""
        write(self.store.output(Stage.ASSEMBLE, NAME), canonical(records))

    def edited(self, change: Callable[[Copy], object], of: str = "3-records") -> None:
        """A copy with a change in it."""
        text = self.store.output(Stage.ASSEMBLE, NAME).read_text()
        if of == "4-reviewed":
            text = canonical(reviewed(self.store, NAME).file)
        data = json.loads(text)
        change(data)
        self.copy.write_text(json.dumps(data, indent=2))

    def apply(self, *options: str, curator: str = "ann") -> Result:
        places = ("--raw", str(self.store.raw), "--extracted", str(self.store.extracted))
        return CliRunner().invoke(apply, [str(self.copy), "--curator", curator, *places, *options])

    def decisions(self) -> list[Decision]:
        stored = Decisions.at(self.store.raw, read_only=True)
        try:
            return stored.of_document(NAME)
        finally:
            stored.close()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def rename(data: Copy) -> None:
    data["records"][0]["name"]["value"] = "Third party audits"


def test_what_was_edited_is_decided_and_grounded(folder: Folder) -> None:
    def change(data: Copy) -> None:
        rename(data)
        data["records"][1]["description"]["value"] = "keep incident logs"
        data["records"][2]["rationale"] = "Because nobody ever learns alone."
        del data["records"][0]["details"]["actor"]

    folder.edited(change)
    result = folder.apply()
    assert result.exit_code == 0, result.output
    made = {(one.record, one.field): one for one in folder.decisions()}
    assert {key: str(one.act) for key, one in made.items()} == {
        ("audit", "name"): "edit", ("logs", "description"): "edit",
        ("share", "rationale"): "edit", ("audit", "details.actor"): "reject",
    }  # fmt: skip
    assert all(one.saw and one.curator == "ann" for one in made.values())
    assert [getattr(made[key].value, "grounding", None) for key in sorted(made)] == [
        None, "absent", "exact", "absent",
    ]  # fmt: skip
    assert (
        "audit, name: model audited -> Third party audits (absent in the document)" in result.output
    )
    found = {one.id: one for one in reviewed(folder.store, NAME).file.records}
    assert found["audit"].name is not None
    assert found["audit"].name.value == "Third party audits"


def test_the_same_copy_twice_decides_nothing_more(folder: Folder) -> None:
    def change(data: Copy) -> None:
        rename(data)
        data["records"][0]["tags"].pop()
        data["records"][1]["parent"] = "audit"
        del data["records"][2]
        data["records"].append({"name": "Keep logs", "description": "incident logs"})

    folder.edited(change)
    first = folder.apply("--json")
    assert first.exit_code == 0, first.output
    before = folder.decisions()
    assert {(one.field, str(one.act)) for one in before} == {
        ("name", "edit"), ("tags.mitigation", "edit"), ("place", "edit"), ("record", "reject"),
        ("record", "add"),
    }  # fmt: skip
    again = folder.apply("--json")
    assert (again.exit_code, json.loads(again.output)["decided"]) == (0, [])
    assert folder.decisions() == before


@pytest.mark.parametrize("of", ["3-records", "4-reviewed"])
def test_an_unedited_copy_says_nothing(folder: Folder, of: str) -> None:
    folder.edited(rename)
    folder.apply()
    before = folder.decisions()
    folder.edited(lambda data: None, of)
    result = folder.apply("--json", curator="ben")
    assert (result.exit_code, json.loads(result.output)["decided"]) == (0, [])
    assert folder.decisions() == before


def test_a_dry_run_tells_and_decides_nothing(folder: Folder) -> None:
    folder.edited(rename)
    result = folder.apply("--dry-run")
    assert "1 decision would be taken" in result.output
    assert folder.decisions() == []
    assert not folder.store.raw.exists()


def test_records_put_below_another_by_its_list_of_children_are_moved(folder: Folder) -> None:
    folder.edited(lambda data: data["records"][0]["children"].extend(["logs", "share"]))
    assert folder.apply().exit_code == 0
    found = {one.id: one for one in reviewed(folder.store, NAME).file.records}
    assert found["audit"].children == ("logs", "share")
    folder.edited(lambda data: data["records"][0].update(children=["logs"]), "4-reviewed")
    assert folder.apply().exit_code == 0
    found = {one.id: one for one in reviewed(folder.store, NAME).file.records}
    assert (found["share"].parent, found["audit"].children) == (None, ("logs",))


def test_what_the_extractor_changed_since_is_refused_and_the_rest_is_taken(folder: Folder) -> None:
    def change(data: Copy) -> None:
        rename(data)
        data["records"][1]["description"]["value"] = "keep incident logs"
        data["records"][0]["tags"].pop()

    folder.edited(change)
    now = extracted()
    logs = record(TEXT, "logs", "read them weekly")
    audit = now.records[0].model_copy(update={"tags": (tag("3.1.1", confidence=0.7),)})
    folder.extract(now.model_copy(update={"records": (audit, logs, now.records[2])}))
    result = folder.apply()
    assert result.exit_code == 1
    assert [one.field for one in folder.decisions()] == ["name"]
    assert "logs, description: refused: it changed since the copy was made" in result.output
    assert "audit, tags.mitigation: refused" in result.output


def test_a_record_that_is_new_since_the_copy_is_not_rejected(folder: Folder) -> None:
    folder.edited(rename)
    now = extracted()
    new = record(TEXT, "new", "incident logs")
    header = now.document.model_copy(update={"made_by": {"gleaner": "9"}})
    folder.extract(now.model_copy(update={"records": (*now.records, new), "document": header}))
    result = folder.apply()
    assert result.exit_code == 1
    assert "new: refused: the copy lacks it" in result.output
    assert [one.record for one in folder.decisions()] == ["audit"]


def test_a_record_that_the_extractor_dropped_is_not_added(folder: Folder) -> None:
    folder.edited(rename)
    now = extracted()
    folder.extract(now.model_copy(update={"records": now.records[:2]}))
    result = folder.apply()
    assert "share: refused: the extractor no longer finds this record" in result.output
    assert [one.record for one in folder.decisions()] == ["audit"]


def test_what_another_curator_decided_needs_a_copy_that_shows_it(folder: Folder) -> None:
    folder.edited(rename)
    folder.apply(curator="ben")
    folder.edited(lambda data: data["records"][0]["name"].update(value="Audits"))
    result = folder.apply()
    assert (result.exit_code, len(folder.decisions())) == (1, 1)
    assert "ben decided on it" in result.output
    folder.edited(lambda data: data["records"][0]["name"].update(value="Audits"), "4-reviewed")
    assert folder.apply().exit_code == 0
    assert len(folder.decisions()) == 2


def test_a_decision_taken_after_a_copy_of_the_reviewed_file_is_not_overwritten(
    folder: Folder,
) -> None:
    folder.edited(rename)
    folder.apply()
    folder.edited(lambda data: data["records"][0]["name"].update(value="Audits"), "4-reviewed")
    mine = folder.copy.read_text()
    folder.edited(lambda data: data["records"][0]["name"].update(value="Checks"), "4-reviewed")
    assert folder.apply(curator="ben").exit_code == 0
    folder.copy.write_text(mine)
    assert (folder.apply().exit_code, len(folder.decisions())) == (1, 2)


def test_a_record_pasted_from_another_is_added(folder: Folder) -> None:
    folder.edited(
        lambda data: data["records"].append(
            data["records"][1] | {"id": "logs-too", "description": {"value": "incident logs"}}
        )
    )
    result = folder.apply()
    assert result.exit_code == 0, result.output
    assert [(one.record, str(one.act)) for one in folder.decisions()] == [("logs-too", "add")]


@pytest.mark.parametrize(
    ("change", "field", "why"),
    [
        (lambda r: r[0].update(label="X-1"), "label", "read, not decided"),
        (lambda r: r[0].update(parent="nowhere"), "place", "no record of this document"),
        (lambda r: r[0]["tags"][0].update(code="9.9.9"), "tags.mitigation", "no code"),
        (lambda r: r.append(r[0]), "audit", "twice"),
        (lambda r: r.append({"rationale": "so"}), "", "needs a name or a description"),
    ],
)
def test_what_cannot_be_decided_is_refused_with_its_line(
    folder: Folder, change: Callable[[list[Any]], object], field: str, why: str
) -> None:
    folder.edited(lambda data: change(data["records"]))
    result = folder.apply()
    assert (result.exit_code, folder.decisions()) == (1, [])
    line = next(line for line in result.output.splitlines() if "refused" in line)
    assert field in line
    assert why in line
    assert line.startswith("line ")


def test_a_tag_by_hand_needs_its_code_alone(folder: Folder) -> None:
    given = {"taxonomy": "lifecycle", "code": "deploy"}
    folder.edited(lambda data: data["records"][1]["tags"].append(given))
    assert folder.apply().exit_code == 0
    assert [one.field for one in folder.decisions()] == ["tags.lifecycle"]


# --- files that cannot be used --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('"label": null', '"label": NaN', "NaN and Infinity are no values"),
        ('"label": null', '"label": 1e999', "too large"),
        ('"label": null', '"label": null, "label": null', '"label" is here a second time'),
        ('"label": null', '"lable": null', "lable"),
        ('"label": null', '"label": 3', "label: Input should be a valid string"),
        ('"label": null', '"label": ' + "[" * 200 + "]" * 200, "nested more than"),
        ('"label": null', '"label": null,,', "a comma is too many"),
        ('"label": null,', '"label": null', "A comma or a } is missing"),
        ('"label": null', '"label" null', "colon"),
        ('"label": null', '"label": none', "begins none"),
        ('"label": null', '"label": "a\nb"', "line break"),
        ('"label": null', r'"label": "\ud800"', "half a character"),
        ('"description": {', '"descripton": {', "has no description. Put it back"),
    ],
)
def test_what_is_amiss_in_a_file_is_said_with_its_line(
    folder: Folder, was: str, now: str, said: str
) -> None:
    text = folder.store.output(Stage.ASSEMBLE, NAME).read_text()
    line = text[: text.index(was)].count("\n") + 1
    folder.copy.write_text(text.replace(was, now, 1))
    result = folder.apply()
    assert result.exit_code == 2
    assert said in result.output
    numbers = {
        int(word.rstrip(":")) for word in result.output.split() if word.rstrip(":").isdigit()
    }
    assert numbers & {line, line + 1} or "audit" in result.output
    assert folder.decisions() == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file ends"),
        (b"[]", "This is no file of records"),
        (b'{"schema": "gleaner.records/9"}', "This is no file of records"),
        (b'{"schema": "gleaner.records/1"}', "document: Field required"),
        (b'{"schema": "gleaner.records/1", "records": 5}', "records"),
        (b"\xff\xfe{}", "not in UTF-8"),
        (b"{} {}", "something after"),
    ],
)
def test_a_file_of_something_else_is_refused(folder: Folder, data: bytes, said: str) -> None:
    folder.copy.write_bytes(data)
    result = folder.apply()
    assert result.exit_code == 2
    assert said in result.output


def test_a_file_of_a_document_that_is_not_here_is_refused(folder: Folder) -> None:
    folder.edited(lambda data: data["document"].update(path="documents/other.pdf"))
    result = folder.apply()
    assert (result.exit_code, "no records of other.pdf" in result.output) == (2, True)


def test_a_curator_has_a_name(folder: Folder) -> None:
    folder.edited(rename)
    assert folder.apply(curator="Ann Lee").exit_code == 2


def test_a_copy_with_a_byte_order_mark_and_windows_lines_is_the_same(folder: Folder) -> None:
    folder.edited(rename)
    text = folder.copy.read_text().replace("\n", "\r\n")
    folder.copy.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert folder.apply().exit_code == 0
    assert [one.field for one in folder.decisions()] == ["name"]


def test_the_lines_of_a_file_are_those_of_an_editor(folder: Folder) -> None:
    text = folder.store.output(Stage.ASSEMBLE, NAME).read_text()
    edited = read_edited(text)
    rows = text.splitlines()
    assert '"name"' in rows[edited.line(0, "name") - 1]
    assert '"parent"' in rows[edited.line(2, "place") - 1]
    with pytest.raises(BadFile, match="line 1"):
        read_edited("{")
