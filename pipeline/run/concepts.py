"""The taxonomies, and their concepts in words."""

from collections.abc import Iterator, Mapping

from pipeline.taxonomy import Concept, Taxonomy, TaxonomyError, load_taxonomies


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
