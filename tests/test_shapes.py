"""Small documents of our own, each in a shape of the field, against what a curator finds in them."""

import hashlib
import json
from pathlib import Path

import pytest

from pipeline.assemble import assemble
from pipeline.evaluate import below_floor, evaluate, read_gold
from pipeline.ingest import ingest
from pipeline.ingest.raw import Raw
from pipeline.model import Segments
from pipeline.rule import load_rules
from pipeline.segment import segment
from pipeline.tag import tag
from pipeline.tag.suggest import load_suggester
from pipeline.taxonomy import load_taxonomies

HERE = Path(__file__).parent
SHAPES = sorted(file.name for file in (HERE / "shapes").iterdir())
FLOORS = json.loads((HERE / "floors.json").read_text(encoding="utf-8"))
TAXONOMIES = load_taxonomies()
RULES = load_rules()


def read(text: str, name: str = "shape.md") -> Segments:
    data = text.encode()
    raw = Raw(f"documents/{name}", data, hashlib.sha256(data).hexdigest())
    return segment(ingest(raw), TAXONOMIES, RULES)


def said(segments: Segments, field: str) -> list[str]:
    parts = [part for one in segments.segments if (part := one.part(field))]
    return [" ".join(part.provenance[0].quote.split()) for part in parts]


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_reaches_its_floor(name: str) -> None:
    data = (HERE / "shapes" / name).read_bytes()
    document = ingest(Raw(f"documents/{name}", data, hashlib.sha256(data).hexdigest()))
    segments = segment(document, TAXONOMIES, RULES)
    tagged = tag(document, segments, TAXONOMIES, load_suggester(TAXONOMIES))
    file = assemble(document, segments, tagged, None, {})
    (score,) = evaluate([read_gold(HERE / "gold" / "shapes" / f"{name}.json")], [file])
    assert below_floor([score], FLOORS) == []


def test_boxes_make_a_list_of_measures_whatever_its_heading_says() -> None:
    found = read(
        "# References\n\n- [ ] The door to the rack is shut.\n- [x] Keys lie in the safe.\n"
    )
    assert said(found, "description") == ["The door to the rack is shut.", "Keys lie in the safe."]


def test_clauses_are_measures_and_their_heading_is_not() -> None:
    text = (
        "# Controls\n\n## 4.2 Logs\n\n4.2.1 The provider shall log each access.\n\n"
        "4.2.2 The provider shall keep logs for a year.\n"
    )
    assert said(read(text), "label") == ["4.2.1", "4.2.2"]


@pytest.mark.parametrize(("beside", "count"), [("GOVERN 1.1", 0), ("Measure 2.5", 2)])
def test_measure_beside_govern_is_a_function(beside: str, count: int) -> None:
    text = f"# {beside}\n\nRoles are clear.\n\n# MEASURE 2.6\n\nSafety is known.\n"
    assert len(said(read(text), "label")) == count


def test_names_in_a_table_are_told_by_the_sentences_beside_them() -> None:
    row = "| Alarm | It rings in the room where the guard sits at night | It wakes the dog too |"
    table = (
        f"| Safeguard | Working | Limits |\n|---|---|---|\n{row}\n{row.replace('Alarm', 'Bell')}\n"
    )
    found = read(f"# Catalogue\n\n{table}")
    assert said(found, "name") == ["Alarm", "Bell"]
    assert said(found, "description")[0].startswith("It rings")
