"""The learnt weights: one linear model for all taxonomies that have coded texts, in one file.

The file is numpy's own (`numpy.savez`, no pickles): the vocabulary, its rarity, one byte for each
weight, and a JSON head. How it is made is in `pipeline/train`, what it is good for in its card.
"""

import hashlib
import io
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.lexicon import Lexicon
from pipeline.model import Frozen
from pipeline.tag.reading import Features, Floats, Vector
from pipeline.taxonomy import Taxonomy

FILE = Path(__file__).parent.parent / "models" / "tagger.npz"
FORMAT: Final = 1
_STEPS = 127


class WeightsError(ValueError):
    """A file of weights that cannot be used; the message says why and what to do."""


class Trust(Frozen):
    """How far each voter's score counts as log-odds: the model, the cues, the concepts' own words.

    `prior` is for how common each code is: with much to go by it adds nothing (its trust came out
    at 0.2 for mitigation-2025 and -0.3 for risk), with little it does.
    `slope` and `offset` make the best code's share a confidence: that share of such codes is right.
    The defaults, for a taxonomy without coded texts, are the mean of what was found for others.
    """

    model: float = 0.0
    cues: float = 1.65
    own_words: float = 1.1
    prior: float = 0.0
    slope: float = 0.7
    offset: float = 0.2


class Learnt(Frozen):
    """What was learnt for one taxonomy: the codes in order of their columns, and the trust.

    `texts` is how often each code was given to a text that was learnt from.
    """

    codes: tuple[str, ...]
    trust: Trust
    texts: tuple[int, ...]

    def log_share(self, code: str) -> float:
        """The logarithm of how common a code is, one text of each code being added."""
        count = self.texts[self.codes.index(code)] if code in self.codes else 0
        return math.log((count + 1) / (sum(self.texts) + len(self.codes)))


class Weights:
    """The weights (features x codes of all taxonomies), asked by taxonomy.

    `made_from` is the fingerprint of the taxonomies and lexicons that they were learnt beside.
    """

    def __init__(
        self,
        features: Features,
        learnt: Mapping[str, Learnt],
        steps: NDArray[np.int8],
        scales: NDArray[np.float32],
        made_from: str = "",
    ) -> None:
        self.made_from = made_from
        self.features = features
        self.learnt = dict(learnt)
        self.steps = steps
        self.scales = scales
        self.columns: dict[str, slice] = {}
        start = 0
        for taxonomy, one in self.learnt.items():
            self.columns[taxonomy] = slice(start, start + len(one.codes))
            start += len(one.codes)

    @classmethod
    def rounded(
        cls, features: Features, learnt: Mapping[str, Learnt], exact: Floats, made_from: str = ""
    ) -> "Weights":
        """Weights rounded to one byte each; `exact` has a column for each code of `learnt`."""
        scales = (np.abs(exact).max(axis=0, initial=1e-9) / _STEPS).astype(np.float32)
        return cls(features, learnt, np.rint(exact / scales).astype(np.int8), scales, made_from)

    def scores(self, vector: Vector) -> Floats:
        """The score of each code of all taxonomies, in the order of `columns`."""
        found = vector.values @ self.steps[vector.ids].astype(np.float64)
        return np.asarray(found * self.scales)

    def scores_of(self, stems: Sequence[str], vector: Vector, columns: Sequence[int]) -> Floats:
        """What each stem alone adds to the scores of some codes (stems x codes)."""
        found = np.zeros((len(stems), len(columns)))
        if len(vector.ids):
            ids = np.array(self.features.term_ids(stems), np.int64)
            places = np.minimum(np.searchsorted(vector.ids, ids), len(vector.ids) - 1)
            rows = np.flatnonzero(vector.ids[places] == ids)
            strength = vector.values[places[rows], None]
            steps = self.steps[ids[rows][:, None], columns]
            found[rows] = strength * steps * self.scales[columns]
        return found

    def to_bytes(self) -> bytes:
        """The file: the same weights give the same bytes."""
        head = {
            "format": FORMAT,
            "made_from": self.made_from,
            "taxonomies": {name: one.model_dump() for name, one in self.learnt.items()},
        }
        arrays: dict[str, Any] = {
            "head": _bytes(json.dumps(head)),
            "rarity": self.features.rarity.astype(np.float32),
            "steps": self.steps,
            "scales": self.scales,
        }
        for kind, vocabulary in enumerate(self.features.vocabularies):
            arrays[f"vocabulary{kind}"] = _bytes("\n".join(vocabulary))
        file = io.BytesIO()
        np.savez(file, **arrays)
        return file.getvalue()


def load_weights(file: Path | None = None) -> Weights:
    """Read a file of weights (ours, if None). Raises WeightsError when it is none."""
    file = FILE if file is None else file
    try:
        with np.load(file, allow_pickle=False) as arrays:
            head = json.loads(arrays["head"].tobytes())
            if head["format"] != FORMAT:
                raise WeightsError(f"{file.name}: of another version; make it anew by `make train`")
            vocabularies = [arrays[f"vocabulary{kind}"].tobytes().decode() for kind in range(3)]
            features = Features(
                [text.split("\n") if text else [] for text in vocabularies],
                arrays["rarity"].astype(np.float64),
            )
            learnt = {name: Learnt.model_validate(one) for name, one in head["taxonomies"].items()}
            steps, scales = arrays["steps"], arrays["scales"]
            return Weights(features, learnt, steps, scales, head["made_from"])
    except (OSError, KeyError, ValueError) as error:
        if isinstance(error, WeightsError):
            raise
        raise WeightsError(
            f"{file.name}: cannot be read ({error}); make it anew by `make train`"
        ) from error


def fingerprint(taxonomies: Mapping[str, Taxonomy], lexicons: Mapping[str, Lexicon]) -> str:
    """What weights are learnt beside, as a hash: when it changes they must be made anew."""
    known = [one.model_dump_json() for one in (*taxonomies.values(), *lexicons.values())]
    return hashlib.sha256("\n".join(known).encode()).hexdigest()[:16]


def no_weights() -> Weights:
    """Weights of nothing, for a tagger that goes by cues and the concepts' own words alone."""
    return Weights(
        Features(([], [], []), np.zeros(0)), {}, np.zeros((0, 0), np.int8), np.zeros(0, np.float32)
    )


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), np.uint8)
