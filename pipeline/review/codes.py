"""Decided codes as tags, and codes that a taxonomy no longer has or uses for something else."""

from collections.abc import Mapping, Sequence

from pipeline.model import Act, Codes, Decision, Saw, Tag
from pipeline.model.decision import TAGS
from pipeline.review.find import Finder
from pipeline.review.footing import there
from pipeline.taxonomy import Concept, Taxonomy, fold

Labels = Mapping[tuple[str, str], str]


def labels_before(decisions: Sequence[Decision], seen: Mapping[str, Saw]) -> dict[str, Labels]:
    """For each decision on codes, by its key: the labels that codes had when it was made.

    They are known from the tags that were seen until then.
    """
    known: dict[tuple[str, str], str] = {}
    found: dict[str, Labels] = {}
    for decision in decisions:
        saw = seen.get(decision.saw)
        new = {(tag.taxonomy, tag.code): tag.label for tag in saw.record.tags} if saw else {}
        if not new.items() <= known.items():
            known = known | new
        if decision.field.startswith(TAGS):
            found[decision.key] = known
    return found


def decided_tags(
    decision: Decision,
    codes: Codes,
    tags: Sequence[Tag],
    finder: Finder,
    taxonomy: Taxonomy | None,
    labels: Labels,
) -> tuple[Tag, ...]:
    """Decided codes as tags.

    `tags` are the extractor's, the present ones before those that were seen. An accepted tag stays
    the extractor's, with its basis and evidence; a code that a curator typed is `decided`.
    """
    name = decision.field.removeprefix(TAGS)
    made_by = f"curator:{decision.curator}"
    given = []
    for code in dict.fromkeys(filter(None, (codes.primary, *codes.other))):
        role = "primary" if code == codes.primary else "other"
        same = next((tag for tag in tags if tag.code == code and tag.role == role), None)
        concept = concept_of(taxonomy, code)
        label = concept.label if concept else labels.get((name, code), code)
        evidence = there(same.evidence, finder) if same else ()
        if same and decision.act is Act.ACCEPT:
            given.append(same.model_copy(update={"label": label, "evidence": evidence}))
            continue
        given.append(
            Tag.model_validate(
                {
                    "taxonomy": name,
                    "code": code,
                    "label": label,
                    "role": role,
                    "basis": "decided",
                    "confidence": 1.0,
                    "evidence": evidence,
                    "why": decision.note or f"decided by {decision.curator}",
                    "made_by": made_by,
                }
            )
        )
    return tuple(given)


def concept_of(taxonomy: Taxonomy | None, code: str) -> Concept | None:
    """The concept of a code, or None where there is none."""
    return next((one for one in taxonomy.concepts if one.code == code), None) if taxonomy else None


def gone(name: str, codes: Codes, taxonomy: Taxonomy | None, labels: Labels) -> list[str]:
    """What is wrong with decided codes now, in words: no longer there, or re-used."""
    found = []
    for code in filter(None, (codes.primary, *codes.other)):
        concept, before = concept_of(taxonomy, code), labels.get((name, code))
        if concept is None:
            found.append(f"{name} has no code {code}{f' ({before})' if before else ''} any more")
        elif before and fold(before) not in map(fold, (concept.label, *concept.also)):
            found.append(f"{name} {code} was {before!r} and is {concept.label!r} now")
    return found
