"""The tagger's own opinions: for each text and taxonomy a code, how sure it is, and why."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from pipeline.lexicon import Lexicon, load_lexicons
from pipeline.model import Provenance, Span, Tag
from pipeline.tag import why
from pipeline.tag.decided import DECIDED_NAMES, Decided, Decision
from pipeline.tag.reading import Floats, Text, read
from pipeline.tag.voters import Voters, Votes, confidences
from pipeline.tag.weights import Weights, load_weights, no_weights
from pipeline.taxonomy import Taxonomy

__all__ = ["Suggester", "Suggestion", "Text", "load_suggester"]

# Below ENOUGH (4 % of the texts of mitigation-2025, 0.2 % of risk) one code in six was right where
# left out: the parent is given if it is likelier than not, else the text is left to a curator.
# From WORTH on a further code is worth a look.
ENOUGH = 0.3
PARENT = 0.5
WORTH = 0.2
_OTHERS = 2
_RANKED = 5
_DIGITS = 4


class Suggestion(NamedTuple):
    """A code suggested for a text; None where only a curator can tell.

    `confidence` is the share of such suggestions that are right. `matched` are the places, by
    field of the text, of the phrases that speak for the code. `ranked` are the best leaves with
    their confidences.
    """

    taxonomy: str
    code: str | None
    label: str
    role: Literal["primary", "other"]
    confidence: float
    matched: dict[str, tuple[Span, ...]]
    why: str
    made_by: str
    ranked: tuple[tuple[str, float], ...]

    def tag(self, evidence: Sequence[Provenance]) -> Tag:
        """The tag that this suggests; a ValueError where it leaves the code to a curator."""
        if self.code is None:
            raise ValueError(f"nothing is suggested for {self.taxonomy}")
        return Tag(
            taxonomy=self.taxonomy,
            code=self.code,
            label=self.label,
            role=self.role,
            basis="suggested",
            confidence=self.confidence,
            evidence=tuple(evidence),
            why=self.why,
            made_by=self.made_by,
        )


class _Ranking(NamedTuple):
    """The leaves of a taxonomy for a text: log-odds and confidence of each, and the best first."""

    taxonomy: str
    log_odds: Sequence[float]
    sure: Sequence[float]
    order: Sequence[int]


class Suggester:
    """Suggests codes of several taxonomies: by weights, by cues and by the concepts' own words."""

    def __init__(
        self,
        taxonomies: Mapping[str, Taxonomy],
        lexicons: Mapping[str, Lexicon],
        weights: Weights | None = None,
    ) -> None:
        self._voters = Voters(list(taxonomies.values()), lexicons, weights or no_weights())
        self._labels = {
            taxonomy.id: {concept.code: concept.label for concept in taxonomy.concepts}
            for taxonomy in taxonomies.values()
        }
        self._names = {
            taxonomy.id: {
                concept.code: f"{concept.code} {concept.label}"
                if "." in concept.code or concept.code.isdigit()
                else concept.label
                for concept in taxonomy.concepts
            }
            for taxonomy in taxonomies.values()
        }
        self._ways_up = {
            taxonomy.id: {
                concept.code: tuple(above.code for above in taxonomy.ancestors(concept.code))
                for concept in taxonomy.concepts
            }
            for taxonomy in taxonomies.values()
        }

        # A cue for a concept above or below speaks for a code too.
        self._families = {
            taxonomy: {
                code: {code, *above, *(low for low, ups in ways_up.items() if code in ups)}
                for code, above in ways_up.items()
            }
            for taxonomy, ways_up in self._ways_up.items()
        }

    def suggest(
        self,
        texts: Sequence[Text],
        taxonomies: Sequence[str] | None = None,
        decided: Mapping[str, Sequence[tuple[Text, str]]] | None = None,
    ) -> list[list[Suggestion]]:
        """For each text, by taxonomy: one primary suggestion, then others worth a look.

        `taxonomies` are the ids wanted (all, if None); an unknown one is a KeyError. `decided` are,
        by taxonomy, texts of the same document with the codes that a curator gave them. The
        answer to a text does not depend on the texts beside it.
        """
        wanted = list(self._labels if taxonomies is None else taxonomies)
        known = {
            taxonomy: self._decided(taxonomy, pairs)
            for taxonomy, pairs in (decided or {}).items()
            if taxonomy in wanted
        }
        answers = []
        for text in texts:
            votes = self._voters.votes(read(text))
            rankings = []
            for taxonomy in wanted:
                log_odds = votes.log_odds[self._voters.columns[taxonomy]]
                if known_here := known.get(taxonomy):
                    features = self._voters.weights.features
                    log_odds = log_odds + known_here.shift(
                        features.vector(votes.text, DECIDED_NAMES)
                    )
                rankings.append(self._ranking(taxonomy, log_odds))
            spoken = self._spoken(votes, rankings)
            answers.append(
                [
                    one
                    for ranking, words in zip(rankings, spoken, strict=True)
                    for one in self._suggestions(ranking, votes, words)
                ]
            )
        return answers

    def kin(self, taxonomy: str, code: str, other: str) -> bool:
        """Whether one of two codes is the other or lies above it."""
        ways_up = self._ways_up[taxonomy]
        return code == other or code in ways_up.get(other, ()) or other in ways_up.get(code, ())

    def _decided(self, taxonomy: str, pairs: Sequence[tuple[Text, str]]) -> Decided | None:
        codes = self._voters.codes[taxonomy]
        decisions = []
        for text, code in pairs:
            if code in codes:  # a decided parent does not say which leaf
                words = read(text)
                votes = self._voters.votes(words)
                vector = self._voters.weights.features.vector(words, DECIDED_NAMES)
                log_odds = votes.log_odds[self._voters.columns[taxonomy]]
                decisions.append(Decision(vector, log_odds, codes.index(code)))
        return Decided(decisions) if decisions else None

    def _ranking(self, taxonomy: str, log_odds: Floats) -> "_Ranking":
        odds = log_odds.tolist()
        sure = confidences(odds, self._voters.trust[taxonomy])
        return _Ranking(taxonomy, odds, sure, sorted(range(len(sure)), key=lambda at: -sure[at]))

    def _spoken(self, votes: Votes, rankings: Sequence["_Ranking"]) -> list[list[str]]:
        """For each taxonomy the words that speak most for its best leaf."""
        starts = (self._voters.columns[ranking.taxonomy].start for ranking in rankings)
        best = [start + one.order[0] for start, one in zip(starts, rankings, strict=True)]
        forms, added = self._voters.spoken(votes, best)
        return [why.words(forms, one) for one in added.T]

    def _suggestions(
        self, ranking: "_Ranking", votes: Votes, words: Sequence[str]
    ) -> list[Suggestion]:
        taxonomy, _, sure, order = ranking
        codes = self._voters.codes[taxonomy]
        ranked = tuple((codes[at], _rounded(sure[at])) for at in order[:_RANKED])
        best = order[0]
        code, confidence = self._enough(taxonomy, codes, best, sure)
        guessed = self._voters.trust[taxonomy].prior > 0 and not votes.heard.get(taxonomy)
        if guessed:  # by how common a code is, which says nothing of this text
            code = None
        leaf = code == codes[best]
        matched = self._matched(taxonomy, votes, codes[best])
        made_by, line = self._reason(ranking, votes, words, matched)
        if code is not None and not leaf:
            matched = self._matched(taxonomy, votes, code)
        primary = Suggestion(
            taxonomy=taxonomy,
            code=code,
            label=self._label(taxonomy, code),
            role="primary",
            confidence=confidence,
            matched=matched if code else {},
            why=line if leaf else f"{self._doubt(taxonomy, code, confidence, guessed)}; {line}",
            made_by=made_by,
            ranked=ranked,
        )
        if code is None:
            return [primary]
        return [primary] + [
            Suggestion(
                taxonomy=taxonomy,
                code=other,
                label=self._label(taxonomy, other),
                role="other",
                confidence=worth,
                matched=self._matched(taxonomy, votes, other),
                why=f"{self._names[taxonomy][other]} is possible too ({worth:.2f})",
                made_by=made_by,
                ranked=(),
            )
            for other, worth in ranked[: _OTHERS + 1]
            if other != code and worth >= WORTH
        ]

    def _enough(
        self, taxonomy: str, codes: Sequence[str], best: int, sure: Sequence[float]
    ) -> tuple[str | None, float]:
        """The best leaf, or the nearest code above it that is sure enough, or none."""
        if sure[best] >= ENOUGH:
            return codes[best], _rounded(sure[best])
        for above in self._ways_up[taxonomy][codes[best]]:
            share = sum(
                sure[at] for at, code in enumerate(codes) if above in self._ways_up[taxonomy][code]
            )
            if share >= PARENT:
                return above, _rounded(share)
        return None, _rounded(sure[best])

    def _reason(
        self,
        ranking: "_Ranking",
        votes: Votes,
        words: Sequence[str],
        matched: dict[str, tuple[Span, ...]],
    ) -> tuple[str, str]:
        """Who made the suggestion of the best leaf, and the line that says why."""
        voters = self._voters
        taxonomy, log_odds, sure, order = ranking
        codes, names = voters.codes[taxonomy], self._names[taxonomy]
        start, best = voters.columns[taxonomy].start, order[0]
        heard = votes.heard.get(taxonomy, ())
        lead = votes.trusted[:, start + best]
        runner, tip = None, None
        if len(order) > 1:
            second = order[1]
            lag = log_odds[best] - log_odds[second]
            runner = why.Runner(names[codes[second]], sure[second], lag)
            lead = lead - votes.trusted[:, start + second]
            tip = why.tipping(
                voters.ears.of(taxonomy, codes[second]),
                heard,
                float(votes.scores[1, start + second]),
                runner,
                voters.trust[taxonomy].cues,
            )
        line = why.reason(names[codes[best]], votes.text.text, matched, words, runner, tip)
        return why.maker(lead, taxonomy), line

    def _matched(self, taxonomy: str, votes: Votes, code: str) -> dict[str, tuple[Span, ...]]:
        return why.phrases(votes.heard.get(taxonomy, ()), self._families[taxonomy][code])

    def _label(self, taxonomy: str, code: str | None) -> str:
        return "" if code is None else self._labels[taxonomy][code]

    def _doubt(self, taxonomy: str, code: str | None, confidence: float, guessed: bool) -> str:
        if guessed:
            return "needs a curator: no phrase in it is known"
        if code is None:
            return f"needs a curator: the likeliest code has a chance of {confidence:.2f} only"
        return f"only {self._names[taxonomy][code]} as a whole is likely"


def load_suggester(taxonomies: Mapping[str, Taxonomy]) -> Suggester:
    """The suggester with the lexicons and the weights that are shipped.

    Raises LexiconError or WeightsError when these cannot be used.
    """
    return Suggester(taxonomies, load_lexicons(taxonomies), load_weights())


def _rounded(share: float) -> float:
    return round(share, _DIGITS)
