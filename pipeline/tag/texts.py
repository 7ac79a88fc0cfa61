"""The tagger alone, on bare texts: the concepts they print, and what it thinks of the rest."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from pipeline.model import Provenance, Span, Tag, Tagged
from pipeline.tag.stated import concept_named, stated
from pipeline.tag.suggest import Suggester, Suggestion, Text
from pipeline.tag.suggested import needs_curator
from pipeline.taxonomy import Concept, Taxonomy

_CONTEXT = 32
_BETWEEN = "\n"  # parts name and text, in which evidence has its place


class TextTagger:
    """Tags texts that are in no document, with one matcher and one suggester for all taxonomies."""

    def __init__(self, taxonomies: Mapping[str, Taxonomy], suggester: Suggester) -> None:
        self._taxonomies = taxonomies
        self._suggester = suggester
        self._concepts: list[tuple[Taxonomy, Concept]] = [
            (taxonomy, concept) for taxonomy in taxonomies.values() for concept in taxonomy.concepts
        ]

    @cached_property
    def _matcher(self) -> tuple[Any, Any]:
        """A tokeniser, and a matcher for the codes of all concepts with their labels."""
        import spacy
        from spacy.matcher import PhraseMatcher

        tokenise: Any = spacy.blank("en").tokenizer
        matcher = PhraseMatcher(tokenise.vocab, attr="LOWER")
        for position, (_, concept) in enumerate(self._concepts):
            if concept.code[0].isdigit() and not concept.label_is_ours:
                matcher.add(str(position), [tokenise(f"{concept.code} {concept.label}")])
        return tokenise, matcher

    def tag(self, text: str, name: str = "") -> Tagged:
        """The tags of a text, those it states first, and an issue where only a curator can tell.

        Evidence has its place in the name, a line break and the text; in the text where it has no
        name. A taxonomy of which the text states a concept gets no suggestion.
        """
        whole = f"{name}{_BETWEEN}{text}" if name else text
        tags = list(self._stated(whole))
        settled = {tag.taxonomy for tag in tags}
        wanted = [taxonomy for taxonomy in self._taxonomies if taxonomy not in settled]
        (found,) = self._suggester.suggest([Text(name=name, description=text)], wanted)
        offsets = {"name": 0, "description": len(whole) - len(text)}
        tags += [_suggested(whole, one, offsets) for one in found if one.code]
        doubts = [needs_curator(one) for one in found if one.code is None]
        return Tagged(tags=tuple(tags), issues=tuple(doubts))

    def _stated(self, whole: str) -> Iterator[Tag]:
        """Concepts that the text is the name of, or prints with code and label."""
        for taxonomy in self._taxonomies.values():
            if (concept := concept_named(whole, taxonomy)) is not None:
                source = _cite(whole, Span(0, len(whole)))
                yield stated(concept, taxonomy, "primary", source, "and nothing else")
        tokenise, matcher = self._matcher
        doc = tokenise(whole)
        found: dict[int, Span] = {}
        for match in matcher(doc, as_spans=True):
            if match.text.strip() != whole.strip():
                found.setdefault(int(match.label_), Span(match.start_char, match.end_char))
        for position, span in sorted(found.items()):
            taxonomy, concept = self._concepts[position]
            yield stated(concept, taxonomy, "other", _cite(whole, span), "with its code")


def _suggested(whole: str, one: Suggestion, offsets: Mapping[str, int]) -> Tag:
    places = [
        Span(span.start + offsets[field], span.end + offsets[field])
        for field, spans in sorted(one.matched.items())
        for span in spans
    ]
    return one.tag([_cite(whole, span, one.made_by) for span in places])


def _cite(text: str, span: Span, made_by: str = "rule:tag.label") -> Provenance:
    return Provenance(
        span=span,
        pages=(),
        boxes=(),
        quote=text[span.start : span.end],
        prefix=text[max(0, span.start - _CONTEXT) : span.start],
        suffix=text[span.end : span.end + _CONTEXT],
        made_by=made_by,
    )
