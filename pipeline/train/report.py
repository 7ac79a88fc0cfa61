"""What the tagger is worth, as lines to print."""

from collections.abc import Iterator, Mapping, Sequence

from pipeline.evaluate.coded import Coded
from pipeline.evaluate.tags import Answer, accuracy, by_concept, interval, score
from pipeline.lexicon import Lexicon
from pipeline.tag.suggest import Suggester, Text
from pipeline.tag.weights import Weights
from pipeline.taxonomy import Taxonomy
from pipeline.train.leftout import answers, left_out, lift, study

_CURVE = (8, 4, 2, 1)


def of_left_out(
    taxonomy: Taxonomy, texts: Sequence[Coded], lexicon: Lexicon | None, curve: bool = False
) -> Iterator[str]:
    """The scores on sources left out, those that no cue was mended by apart, and the lift."""
    studied = study(taxonomy, texts, lexicon)
    found = left_out(studied)
    given = answers(studied.codes, found)
    yield from of_answers(f"{taxonomy.id}: each source left out", taxonomy, given)
    fresh = [one for one in given if lexicon is None or one.source not in lexicon.read]
    if len(fresh) < len(given):
        yield from of_answers(
            f"{taxonomy.id}: sources the cues' author never read", taxonomy, fresh
        )
    lifts = lift(found)
    mean = sum(lifts.values()) / len(lifts) if lifts else 0.0
    yield f"  ten decisions lift the top-1 of the rest by {mean:+.3f} ({len(lifts)} sources)"
    if curve:
        for every in _CURVE:
            part = answers(studied.codes, left_out(studied, every))
            yield f"  learnt from 1/{every} of the texts: top-1 {accuracy(part):.3f}"
    yield "  code   texts  precision  recall  taken for"
    for one in by_concept(given):
        shares = f"{one.precision:9.2f}  {one.recall:6.2f}"
        yield f"  {one.code:6} {one.texts:5}  {shares}  {one.taken_for}"


def of_apart(
    taxonomy: Taxonomy, texts: Sequence[Coded], lexicons: Mapping[str, Lexicon], weights: Weights
) -> Iterator[str]:
    """The scores of the shipped weights on texts set apart."""
    suggester = Suggester({taxonomy.id: taxonomy}, lexicons, weights)
    suggested = suggester.suggest([Text(one.name, one.description, one.heading) for one in texts])
    given = [
        Answer(one.source, one.code, some[0].ranked)
        for one, some in zip(texts, suggested, strict=True)
    ]
    yield from of_answers(f"{taxonomy.id}: texts set apart", taxonomy, given)


def of_answers(title: str, taxonomy: Taxonomy, given: Sequence[Answer]) -> Iterator[str]:
    """The scores of answers, with the 95 % interval of the accuracy."""
    one = score(given, {concept.code: concept.parent for concept in taxonomy.concepts})
    low, high = interval(given, accuracy)
    yield f"{title} ({one.texts} texts)"
    yield f"  top-1 {one.accuracy:.3f} [{low:.3f}, {high:.3f}]  top-3 {one.top3:.3f}"
    yield f"  macro-F1 {one.macro_f1:.3f}  kappa {one.kappa:.3f}  parent {one.upper:.3f}"
    at = ", ".join(f"{share} %: {value:.3f}" for share, value in one.precision_at.items())
    over = ", ".join(f"{wanted} %: {value:.3f}" for wanted, value in one.coverage_at.items())
    yield f"  precision of the surest {at}  coverage at precision {over}"
    yield f"  calibration error {one.ece:.3f}"
