"""The tagger alone, on bare texts: the labels and aliases of concepts that a text prints."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from pipeline.model import Provenance, Span, Tag
from pipeline.taxonomy import Concept, Taxonomy

_CONTEXT = 32
# A label in running prose may be meant as plain words. Unmeasured until curators have coded texts:
# low enough never to pass for certain, and an alias below a label.
_LABEL, _ALIAS = 0.6, 0.4


class TextTagger:
    """Finds the concepts that texts name, with one phrase matcher for all taxonomies."""

    def __init__(self, taxonomies: Mapping[str, Taxonomy]) -> None:
        self._concepts: list[tuple[Taxonomy, Concept]] = [
            (taxonomy, concept) for taxonomy in taxonomies.values() for concept in taxonomy.concepts
        ]

    @cached_property
    def _matcher(self) -> tuple[Any, Any]:
        import spacy
        from spacy.matcher import PhraseMatcher

        tokenise: Any = spacy.blank("en").tokenizer
        matcher = PhraseMatcher(tokenise.vocab, attr="LOWER")
        for position, (_, concept) in enumerate(self._concepts):
            names = [name for name in (concept.label, *concept.also) if name.casefold() != "other"]
            if names:
                matcher.add(str(position), [tokenise(name) for name in names])
        return tokenise, matcher

    def tag(self, text: str) -> list[Tag]:
        """The concepts named in `text`, by taxonomy and code, each with all its places."""
        from spacy.util import filter_spans

        tokenise, matcher = self._matcher
        doc = tokenise(text)
        places: dict[int, list[Any]] = {}
        for match in matcher(doc, as_spans=True):
            places.setdefault(int(match.label_), []).append(match)
        return [
            self._tag(
                text,
                *self._concepts[position],
                [Span(found.start_char, found.end_char) for found in filter_spans(matches)],
            )
            for position, matches in sorted(places.items())
        ]

    def _tag(self, text: str, taxonomy: Taxonomy, concept: Concept, spans: Sequence[Span]) -> Tag:
        printed = text[spans[0].start : spans[0].end]
        whole = printed == text.strip()
        by_label = printed.casefold() == concept.label.casefold()
        return Tag(
            taxonomy=taxonomy.id,
            code=concept.code,
            label=concept.label,
            role="other",
            basis="stated" if whole else "suggested",
            confidence=1.0 if whole else _LABEL if by_label else _ALIAS,
            evidence=tuple(_cite(text, span) for span in spans),
            why=f"the text says {printed!r}"
            + ("" if by_label else f", another name of {concept.label}"),
            made_by="rule:tag.label" if by_label else "rule:tag.alias",
        )


def _cite(text: str, span: Span) -> Provenance:
    return Provenance(
        span=span,
        pages=(),
        boxes=(),
        quote=text[span.start : span.end],
        prefix=text[max(0, span.start - _CONTEXT) : span.start],
        suffix=text[span.end : span.end + _CONTEXT],
        made_by="rule:tag.label",
    )
