"""Records against gold: who answers what, the figures, the floors, the gains and losses.

`gold` reads what people found (`resolve` finds it again where it is kept as hashes), `matching`
pairs it with records, `figures` counts, `floors` says what must not fall, and `against` what a
change gained and lost. How well tags agree with a person's is a matter of its own.
"""

from collections.abc import Sequence
from pathlib import Path

from pipeline.evaluate.against import Change, as_dict, changes, other_corpus
from pipeline.evaluate.figures import (
    FIELDS,
    Agreement,
    Score,
    Tally,
    by_family,
    by_way,
    open_ones,
    score,
    total,
)
from pipeline.evaluate.floors import (
    below_floor,
    changed_corpus,
    fingerprint,
    fingerprint_of_all,
    lowered,
    not_scored,
    raised,
)
from pipeline.evaluate.gold import Gold, located, made_gold, parse_gold, read_gold
from pipeline.evaluate.matching import Fate, Found, Standing, Wanted, settle
from pipeline.evaluate.resolve import Half
from pipeline.model import RecordFile

__all__ = [
    "FIELDS", "Agreement", "Change", "Fate", "Found", "Gold", "Half", "Score", "Standing",
    "Tally", "Wanted", "as_dict", "below_floor", "by_family", "by_way", "changed_corpus",
    "changes", "evaluate", "fingerprint", "fingerprint_of_all", "located", "lowered", "made_gold",
    "not_scored", "open_ones", "other_corpus", "parse_gold", "raised", "read_gold", "score",
    "settle", "total",
]  # fmt: skip


def evaluate(gold: Sequence[Gold], files: Sequence[RecordFile], apart: bool = False) -> list[Score]:
    """A score for each gold document; one without a record file has no records.

    Of gold that is partly set apart only the half that may be looked at is scored, or, with
    `apart`, only the other one, if there is any; gold without halves is scored in any case.
    """
    by_name = {Path(file.document.path).name: file for file in files}
    scores = []
    for one in gold:
        file = by_name.get(Path(one.document).name)
        half: Half | None = None
        if any(want.half for want in one.measures):
            half = "apart" if apart else "tuned"
            if not any(want.half == half for want in one.measures):
                continue
        media_type = file.document.media_type if file else ""
        scores.append(score(one.document, one.measures, found_in(file), media_type, half))
    return scores


def found_in(file: RecordFile | None) -> list[Found]:
    """The records of a file, reduced to what is compared."""
    found = []
    for record in file.records if file else ():
        source = record.description or record.name
        cited = source.provenance if source else ()
        found.append(
            Found(
                id=record.id,
                label=record.label or "",
                name=str(record.name.value) if record.name else "",
                description=str(record.description.value) if record.description else "",
                rationale=record.rationale.value if record.rationale else "",
                path=record.path,
                way=record.way,
                page=cited[0].pages[0] if cited and cited[0].pages else None,
                place=cited[0].span if cited else None,
            )
        )
    return found
