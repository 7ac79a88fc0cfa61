"""The taxonomies, and their concepts in words."""

from collections.abc import Iterator, Mapping

from pipeline.lexicon import Lexicon, LexiconError, load_lexicons
from pipeline.taxonomy import CATCH_ALL, Concept, Taxonomy, TaxonomyError, fold, load_taxonomies


class Unusable(Exception):
    """A request that cannot be met; the message says what to mend."""


def known_taxonomies(ids: tuple[str, ...]) -> dict[str, Taxonomy]:
    """The taxonomies of these ids (none: all). Raises Unusable."""
    try:
        every = load_taxonomies()
    except TaxonomyError as error:
        raise Unusable(str(error)) from error
    for wanted in ids:
        if wanted not in every:
            raise Unusable(f"There is no taxonomy {wanted}. There are: {', '.join(every)}.")
    return {one: every[one] for one in ids} if ids else every


def taxonomy_lines(taxonomies: Mapping[str, Taxonomy]) -> Iterator[str]:
    """The taxonomies, a line each."""
    width = max(map(len, taxonomies))
    for one in taxonomies.values():
        yield f"{one.id:<{width}}  {one.title}, {len(one.concepts)} concepts, version {one.version}"


def concept_lines(taxonomy: Taxonomy) -> Iterator[str]:
    """The concepts of a taxonomy, each below its parent."""
    yield f"{taxonomy.title} (version {taxonomy.version}; {taxonomy.source})"

    def below(parent: str | None, depth: int) -> Iterator[str]:
        for concept in taxonomy.children(parent):
            yield f"{'  ' * depth}{_named(concept)}"
            yield from below(concept.code, depth + 1)

    yield from below(None, 0)


def _named(concept: Concept) -> str:
    ours = " (our wording)" if concept.label_is_ours else ""
    return f"{concept.code}  {concept.label}{ours}: {concept.definition}"


def check_lines() -> Iterator[str]:
    """What is thin or doubtful in the taxonomies, a line each; nothing when all is well.

    Raises Unusable for what cannot even be loaded.
    """
    from pipeline.tag.weights import fingerprint, load_weights

    taxonomies = known_taxonomies(())
    try:
        lexicons = load_lexicons(taxonomies)
    except LexiconError as error:
        raise Unusable(str(error)) from error
    for one in taxonomies.values():
        yield from _thin(one, lexicons.get(one.id))
        yield from _overlapping(one)
        yield from _orphans(one)
    if load_weights().made_from != fingerprint(taxonomies, lexicons):
        yield "the weights were learnt beside other taxonomies or cues: make train"


def _thin(taxonomy: Taxonomy, lexicon: Lexicon | None) -> Iterator[str]:
    spoken_for = {cue.concept for cue in lexicon.cues} if lexicon else set()
    for concept in taxonomy.concepts:
        where = f"{taxonomy.id} {concept.code}"
        if not concept.examples:
            yield f"{where}: has no examples"
        if lexicon and concept.code not in spoken_for and not taxonomy.children(concept.code):
            yield f"{where}: no cue speaks for it in lexicons/{taxonomy.id}.toml"


def _overlapping(taxonomy: Taxonomy) -> Iterator[str]:
    """Names that hold another concept's name, so that printing the one prints the other.

    Published labels of one word ("Model") are in many names, and nobody can change them.
    """
    names = [(name, concept) for concept in taxonomy.concepts for name in _names(concept)]
    for name, concept in names:
        for inner, other in names:
            kin = other.code in (concept.code, concept.parent) or other.parent == concept.code
            published = inner == fold(other.label) and " " not in inner
            if not kin and not published and name != inner and f" {inner} " in f" {name} ":
                yield f"{taxonomy.id} {concept.code}: {name!r} holds {inner!r} of {other.code}"


def _names(concept: Concept) -> list[str]:
    return [name for name in map(fold, (concept.label, *concept.also)) if name != CATCH_ALL]


def _orphans(taxonomy: Taxonomy) -> Iterator[str]:
    """Codes that by their numbers belong below another, and say nothing of a parent."""
    codes = {concept.code for concept in taxonomy.concepts}
    for concept in taxonomy.concepts:
        above = concept.code.rpartition(".")[0]
        if above in codes and concept.parent is None:
            yield f"{taxonomy.id} {concept.code}: an orphan; say parent = {above!r}"
