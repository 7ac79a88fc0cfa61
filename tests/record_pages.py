"""Record pages in our own words, made by the grammar, with what each of them states."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import strategies as st

from pipeline.model import (
    Block,
    BlockKind,
    Document,
    Page,
    Segment,
    SegmentKind,
    Segments,
    Span,
    Verdict,
)
from pipeline.model.text import freeze
from pipeline.taxonomy import load_taxonomies

TAXONOMIES = load_taxonomies()
BANNERS = (
    "We are not done with this page; send us your feedback.",
    "Figures on this page are preliminary: do not quote them yet.",
)
PARAGRAPHS = (
    "Operators ought to rehearse how they would take a service down, and they ought to do so with the people who would be on duty, for a plan that nobody has tried tends to fail in the very hour for which it was written. Each rehearsal leaves a note of what went wrong.",
    "the second half of a sentence that was cut out of a table, in which a laboratory keeps three copies of the key, one of them with a notary, and asks two officers to open it together; “nobody alone” is how the rule is put, and it binds the founders too, as the annex says.",
    "Keep a list of users.",
    "Stage: release; Stakeholder: vendor; Additional information: see the annex of the report",
    "• Ask the vendor for the test protocol",
    "1.1 Ask who is harmed. 1.2 Ask who decides. 1.3 Write both down.",
    "A soft\u00adware regis\u00adter with [links](https://example.org/a) is kept by the town; it lists who bought wich system.",
)
NAMES = (
    "Model evaluations",
    "Other uses of the register",
    "1 Awareness and education",
    "2.2 Exploratory Methods",
    "1. Applying the town's rules",
    "rehearsals for operators",
    "“Two keys” for founders",
    "• Bulleted duties",
    "3 keys",
    "Deploying slowly",
    "Primary schools",
    "User panels",
    "Governing bodies",
    "Models of harm",
)
CHILD_TEXTS = (
    "A panel meets twice a year and reads the complaints.",
    "What a panel of users decides is printed, and the vendor answers in public within a month of that day.",
)
PEOPLE = ("Ito, Hana", "van den Berg, Piet", "O'Neill, Maeve", "Ståhl, Åke-Erik", "Ruiz Paz, J. M.")


@dataclass
class Truth:
    """A page: its lines, where `\\ue000` joins a label to what is glued to it, and its fields."""

    lines: list[str] = field(default_factory=list)
    fields: dict[str, str | list[str]] = field(default_factory=dict)
    cards: list[tuple[str, str, str, str]] = field(default_factory=list)
    ambiguous: bool = False

    @property
    def text(self) -> str:
        return "\n".join(self.lines).replace("\ue000\n", "")


def printed(taxonomy: str) -> list[str]:
    return [f"{c.code} {c.label}" for c in TAXONOMIES[taxonomy].concepts if not c.label_is_ours]


def labels(taxonomy: str) -> list[str]:
    return [c.label for c in TAXONOMIES[taxonomy].concepts]


@st.composite
def pages(draw: Callable[..., "object"]) -> Truth:
    """A whole page, with the irregularities that occur."""
    pick: Callable[[st.SearchStrategy[object]], object] = draw
    page = Truth(lines=list(BANNERS))
    say, fields = page.lines.append, page.fields

    def some(values: tuple[str, ...] | list[str]) -> str:
        return str(pick(st.sampled_from(values)))

    def coin() -> bool:
        return bool(pick(st.booleans()))

    say("What firms do when their service breaks, told in a line of our own.")
    fields["definition"] = page.lines[-1]
    if coin():
        fields["also_in"] = some(["Operations & Security", "Model", "Voluntary & Cooperative"])
        say(f"Also in {fields['also_in']}")
    paragraphs = [some(PARAGRAPHS) for _ in range(int(str(pick(st.integers(0, 3)))))]
    page.lines += paragraphs
    if paragraphs:
        fields["description"] = "\n".join(paragraphs)
    reasoned = coin()
    if reasoned:
        say("Reasoning")
        say("Rehearsals prepare for failure, and that is how the category is told.")
        fields["rationale"] = page.lines[-1]
    parent = "Readiness of operators" if coin() else ""
    if parent:
        say(parent)
        fields["parent"] = parent
    children = dict.fromkeys(some(NAMES) for _ in range(int(str(pick(st.integers(0, 2))))))
    cards = [(n, some(CHILD_TEXTS), some(printed("mitigation")), "child") for n in children]
    for name in dict.fromkeys(some(NAMES) for _ in range(int(str(pick(st.integers(0, 3)))))):
        if name in {card[0] for card in cards}:
            continue
        cards.append((name, "", some(printed("mitigation")), "other"))
        if coin():
            cards.append((f"{name} > {some(NAMES)}", "", some(printed("mitigation")), "other"))
    for name, text, label, _ in cards:
        page.lines += [name, *([text] if text else []), f"{label}\ue000"]
    page.cards = cards
    if coin():
        fields["title"] = some(
            [
                "Other Ways to Fail: A Report",
                "model safety in small towns",
                "2020 vision for AI (2021)",
            ]
        )
        people = [some(PEOPLE) for _ in range(int(str(pick(st.integers(1, 3)))))]
        people = list(dict.fromkeys(people)) if coin() else ["Town of Aa"]
        fields["authors"], fields["year"] = people, "2023"
        page.lines += [str(fields["title"]), f"{'; '.join(people)} (2023)"]
        if coin():
            fields["abstract"] = PARAGRAPHS[0]
            say(PARAGRAPHS[0])
    for taxonomy, gloss in zip(
        ("lifecycle", "actor", "rmf"),
        (
            "When in its life the thing is done",
            "The one who has to do the thing",
            "Which of the functions the thing serves",
        ),
        strict=True,
    ):
        fields[f"tag.{taxonomy}"] = some(labels(taxonomy))
        page.lines += [str(fields[f"tag.{taxonomy}"]), gloss]
    if coin():
        risks = [some(printed("risk")) for _ in range(int(str(pick(st.integers(1, 3)))))]
        risks = [risk for risk in dict.fromkeys(risks) if "." in risk.split()[0]] or [
            "6.5 Governance failure"
        ]
        fields["tag.risk"] = risks
        page.lines += ["Primary", f"{risks[0]}\ue000", "Other"]
        if risks[1:]:
            say("".join(risks[1:]))
    page.ambiguous = not reasoned or (bool(parent) and not cards and "title" not in fields)
    page.lines = [freeze(line) for line in page.lines]
    return page


def document_of(text: str) -> Document:
    """A text dump as it is read: each line a block."""
    text = freeze(text)
    blocks, start = [], 0
    for line in text.split("\n"):
        if line.strip():
            blocks.append(Block(kind=BlockKind.PARAGRAPH, span=Span(start, start + len(line))))
        start += len(line) + 1
    return document(text, blocks)


def marked_up(*blocks: tuple[BlockKind, str, int]) -> Document:
    """A saved web page: its blocks one blank line apart."""
    found, start = [], 0
    for kind, text, level in blocks:
        found.append(Block(kind=kind, span=Span(start, start + len(text)), level=level))
        start += len(text) + 2
    return document("\n\n".join(text for _, text, _ in blocks), found, "text/html")


def document(text: str, blocks: list[Block], media_type: str = "text/plain") -> Document:
    return Document(
        path="documents/page.txt",
        sha256="0" * 64,
        media_type=media_type,
        verdict=Verdict.COMPLETE,
        made_by={},
        text=text,
        pages=(Page(number=1, span=Span(0, len(text))),),
        blocks=tuple(blocks),
    )


def fields_of(found: Segments) -> dict[str, str | list[str]]:
    """What the measure and the source state, one string a field; risks and authors as lists."""
    stated: dict[str, str | list[str]] = {}
    for segment in found.segments:
        for part in segment.parts:
            quotes = [source.quote for source in part.provenance]
            if part.field in {"tag.risk", "authors"}:
                before = stated.get(part.field, [])
                stated[part.field] = [*before, *quotes]
            else:
                stated[part.field] = "\n".join(quotes)
    return stated


def cards_of(found: Segments) -> list[tuple[str, str, str, str]]:
    """Name, text, label and role of each related measure."""
    measure = next((s for s in found.segments if s.kind is SegmentKind.MEASURE), None)

    def quote(card: Segment, name: str) -> str:
        part = card.part(name)
        return "\n".join(source.quote for source in part.provenance) if part else ""

    return [
        (quote(c, "name"), quote(c, "description"), quote(c, "tag.mitigation"), c.role)
        for c in (measure.related if measure else ())
    ]
