"""Concepts that a document names: by code and label, by label, or by an alias."""

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from pipeline.model import Provenance, Tag
from pipeline.model.text import fold, normal_form
from pipeline.taxonomy import Concept, Taxonomy

Role = Literal["primary", "other"]

_CODE = re.compile(r"(?P<code>\d+(?:\.[\dX]+)*|X\.X)\s*(?P<label>\S.*)", re.DOTALL)
_NUMBERED = re.compile(r"(?P<label>[A-Z]{3,}(?: [A-Z]{2,})*)[ -](?P<number>\d+(?:\.\d+)*)\b")


def concept_named(printed: str, taxonomy: Taxonomy) -> Concept | None:
    """The concept that the whole of `printed` names, or None.

    Code and label must agree, but where the label is only ours the code is enough; a label that
    two concepts share ("Other") names none without a code.
    """
    text = normal_form(printed)
    by_label = taxonomy.by_label(text)
    if len(by_label) == 1:
        return by_label[0]
    if found := _CODE.fullmatch(text):
        labelled = {concept.code for concept in taxonomy.by_label(found["label"])}
        for concept in taxonomy.concepts:
            if concept.code == found["code"] and (
                concept.label_is_ours or concept.code in labelled
            ):
                return concept
    return None


def named_by_heading(
    heading: str, taxonomies: Iterable[Taxonomy]
) -> list[tuple[Taxonomy, Concept]]:
    """The concepts whose label in capitals and a number open a heading: `GOVERN 1.1: ...`."""
    found = _NUMBERED.match(normal_form(heading))
    if found is None:
        return []
    named = [(taxonomy, taxonomy.by_label(found["label"])) for taxonomy in taxonomies]
    # Only taxonomies without numbers of their own are numbered by the documents that use them.
    return [
        (taxonomy, concepts[0])
        for taxonomy, concepts in named
        if len(concepts) == 1 and not concepts[0].code[0].isdigit()
    ]


def taxonomy_of_title(title: str, taxonomies: Mapping[str, Taxonomy]) -> Taxonomy | None:
    """The taxonomy that a column's title speaks of: one whose name shares a word with it."""
    words = {word.removesuffix("s") for word in fold(title).split()}
    for taxonomy in taxonomies.values():
        if taxonomy.id in words:
            return taxonomy
    return None


def stated(
    concept: Concept,
    taxonomy: Taxonomy,
    role: Role,
    source: Provenance,
    where: str,
) -> Tag:
    """The tag of a concept that the document names at `source`."""
    return Tag(
        taxonomy=taxonomy.id,
        code=concept.code,
        label=concept.label,
        role=role,
        basis="stated",
        confidence=1.0,
        evidence=(source,),
        why=f"the document says {normal_form(source.quote)!r} {where}",
        made_by="rule:tag.label",
    )
