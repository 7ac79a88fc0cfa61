"""The taxonomies that records are tagged with: one TOML file each, found by their folder."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails

from pipeline.model.base import Frozen

FOLDER = Path(__file__).parent / "taxonomies"

# One line, single spaces: labels and aliases are compared with printed text.
Line = Annotated[str, StringConstraints(pattern=r"^\S+( \S+)*$")]

# Every branch of a taxonomy may end in its own "Other".
CATCH_ALL = "other"

REMEDY = {
    "missing": "add it",
    "extra_forbidden": "remove it, or mend its spelling",
    "string_type": 'put it in quotes, as in "1.10"',
    "string_pattern_mismatch": "write one line, without spaces at its ends or doubled inside",
}


class TaxonomyError(ValueError):
    """A taxonomy that cannot be used. The message names the file, the code, and what to do."""


class Concept(Frozen):
    """One category. `definition` and `examples` are our own words, whoever published the label.

    `also`: what a document may print instead of the label. `scope`: what belongs here rather than
    to a neighbour, for curators. `label_is_ours`: the published label was never seen.
    """

    code: Line
    label: Line
    definition: Line
    also: tuple[Line, ...] = ()
    scope: Line | None = None
    parent: Line | None = None
    label_is_ours: bool = False
    examples: tuple[Line, ...] = ()


class Taxonomy(Frozen):
    """Concepts in their published order. Codes are unique, parents exist, names are unambiguous.

    `primary = "one"`: a record has one primary concept. Building one that breaks this raises
    pydantic's `ValidationError`.
    """

    id: Line
    title: Line
    version: Line
    source: Line
    url: Line | None = None
    licence: Line
    primary: Literal["one"]
    concepts: tuple[Concept, ...] = Field(alias="concept")

    def concept(self, code: str) -> Concept:
        """Return the concept of this code; KeyError where there is none."""
        for concept in self.concepts:
            if concept.code == code:
                return concept
        raise KeyError(f"taxonomy {self.id!r} has no code {code!r}")

    def children(self, code: str | None) -> tuple[Concept, ...]:
        """Return the concepts right below `code`, in order; of None, those at the top."""
        if code is not None:
            self.concept(code)
        return tuple(concept for concept in self.concepts if concept.parent == code)

    def ancestors(self, code: str) -> tuple[Concept, ...]:
        """Return what lies above `code`, nearest first; empty for a concept at the top."""
        parent = self.concept(code).parent
        if parent is None:
            return ()
        return (self.concept(parent), *self.ancestors(parent))

    def by_label(self, text: str) -> tuple[Concept, ...]:
        """Return the concepts that `text` names by label or alias: several only for "Other"."""
        name = fold(text)
        return tuple(
            concept
            for concept in self.concepts
            if any(name == fold(known) for known in (concept.label, *concept.also))
        )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.concepts:
            raise ValueError("it has no concepts; add a [[concept]]")
        parents: dict[str, str | None] = {}
        for concept in self.concepts:
            if concept.code in parents:
                raise ValueError(f"code {concept.code!r} occurs twice; give one of them another")
            parents[concept.code] = concept.parent
        for code in parents:
            _check_way_up(code, parents)
        named: dict[tuple[str, str | None], str] = {}
        for concept in self.concepts:
            for name in map(fold, (concept.label, *concept.also)):
                scope = concept.parent if name == CATCH_ALL else ""
                other = named.setdefault((name, scope), concept.code)
                if other != concept.code:
                    raise ValueError(
                        f"code {concept.code!r}: the name {name!r} belongs to {other!r} too; "
                        f"take it from one of them"
                    )
        return self


def _check_way_up(code: str, parents: dict[str, str | None]) -> None:
    seen = [code]
    while (parent := parents[seen[-1]]) is not None:
        if parent not in parents:
            raise ValueError(
                f"code {seen[-1]!r}: its parent {parent!r} is no code of this file; "
                f"add that concept, or mend the parent"
            )
        if parent in seen:
            way = " > ".join([*seen, parent])
            raise ValueError(f"code {code!r}: its parents go in a circle ({way}); break it")
        seen.append(parent)


def fold(text: str) -> str:
    """Return `text` as names are compared: no case, single spaces, "&" read as "and"."""
    return " ".join(text.casefold().replace("&", " and ").split())


def load_taxonomies(folder: Path | None = None) -> dict[str, Taxonomy]:
    """Read every *.toml of `folder` (ours, if None); return them by id, in order of file name.

    Raises TaxonomyError for the first file that cannot be used, or if there is none.
    """
    folder = FOLDER if folder is None else folder
    files = sorted(folder.glob("*.toml"), key=lambda file: file.name)
    if not files:
        raise TaxonomyError(f"{folder}: no taxonomies here; put at least one *.toml into it")
    return {file.stem: _load(file) for file in files}


def _load(file: Path) -> Taxonomy:
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TaxonomyError(f"{file}: not TOML in UTF-8 ({error}); mend that place") from error
    try:
        taxonomy = Taxonomy.model_validate(raw)
    except ValidationError as error:
        complaints = "\n".join(f"{file}: {_complaint(raw, found)}" for found in error.errors())
        raise TaxonomyError(complaints) from error
    if taxonomy.id != file.stem:
        raise TaxonomyError(
            f"{file}: its id is {taxonomy.id!r}; name the file {taxonomy.id}.toml, "
            f"or write id = {file.stem!r}"
        )
    return taxonomy


def _complaint(raw: dict[str, Any], found: ErrorDetails) -> str:
    """Say what pydantic found, by the code of the concept rather than by its place in the list."""
    if found["type"] == "value_error":
        return str(found["ctx"]["error"])
    where = "head of the file"
    loc = found["loc"]
    if len(loc) > 1 and isinstance(loc[1], int):
        listed = raw.get(str(loc[0]), [])[loc[1]]
        code = listed.get("code") if isinstance(listed, dict) else None
        where = f"concept number {loc[1] + 1}" if code is None else f"code {code!r}"
        loc = loc[2:]
    key = ".".join(map(str, loc))
    return f"{where}: {key}: {found['msg']}; {REMEDY.get(found['type'], 'mend it')}"
