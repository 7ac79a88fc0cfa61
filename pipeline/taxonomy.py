"""The taxonomies that records are tagged with: one TOML file each, found by their folder."""

import tomllib
from collections.abc import Mapping
from functools import cached_property
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


class Change(Frozen):
    """What a new version of a taxonomy does to one code (`before` and `after` its concept).

    `moved`: to another parent. `renumbered`: the concept has another code now (that of `after`).
    `reused`: the code stands for something else, so that old tags would lie.
    """

    kind: Literal["added", "removed", "moved", "relabelled", "redefined", "renumbered", "reused"]
    code: str
    before: Concept | None = None
    after: Concept | None = None


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
        return self._by_name.get(fold(text), ())

    @cached_property
    def _by_name(self) -> dict[str, tuple[Concept, ...]]:
        found: dict[str, tuple[Concept, ...]] = {}
        for concept in self.concepts:
            for name in dict.fromkeys(map(fold, (concept.label, *concept.also))):
                found[name] = (*found.get(name, ()), concept)
        return found

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


def difference(old: Taxonomy, new: Taxonomy) -> tuple[Change, ...]:
    """What the new version changes, code by code: in the order of the old, then what is added.

    A code is reused when label and definition both changed, and the new concept does not own to
    the old label (`also`); or when its old concept stands under another code now.
    """
    before = {concept.code: concept for concept in old.concepts}
    after = {concept.code: concept for concept in new.concepts}
    gone_to = {code: _new_code(concept, after) for code, concept in before.items()}
    changes: list[Change] = []
    for code, was in before.items():
        now, elsewhere = after.get(code), gone_to[code]
        if elsewhere:
            changes.append(_change("renumbered", code, was, after[elsewhere]))
        elif now is None:
            changes.append(_change("removed", code, was, None))
        if now is None:
            continue
        if elsewhere or not _same_meaning(was, now):
            changes.append(_change("reused", code, was, now))
            continue
        if fold(was.label) != fold(now.label):
            changes.append(_change("relabelled", code, was, now))
        if fold(f"{was.definition} {was.scope}") != fold(f"{now.definition} {now.scope}"):
            changes.append(_change("redefined", code, was, now))
        if was.parent != now.parent:
            changes.append(_change("moved", code, was, now))
    known = {*before, *filter(None, gone_to.values())}
    changes += [_change("added", code, None, after[code]) for code in after if code not in known]
    return tuple(changes)


def _change(kind: Any, code: str, before: Concept | None, after: Concept | None) -> Change:
    return Change(kind=kind, code=code, before=before, after=after)


def _same_meaning(was: Concept, now: Concept) -> bool:
    names = map(fold, (now.label, *now.also))
    return fold(was.label) in names or fold(was.definition) == fold(now.definition)


def _new_code(was: Concept, after: Mapping[str, Concept]) -> str | None:
    """The other code under which a concept stands now, if its own says something else or nothing.

    "Other" is in every branch, so that its label alone tells nothing.
    """
    now = after.get(was.code)
    if now and _same_meaning(was, now):
        return None
    return next(
        (
            code
            for code, concept in after.items()
            if code != was.code
            and fold(concept.label) == fold(was.label)
            and (fold(was.label) != CATCH_ALL or concept.definition == was.definition)
        ),
        None,
    )


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


def read_taxonomy(data: bytes, where: str) -> Taxonomy:
    """The taxonomy of a TOML file. Raises TaxonomyError, naming `where`."""
    try:
        raw = tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TaxonomyError(f"{where}: not TOML in UTF-8 ({error}); mend that place") from error
    return make_taxonomy(raw, where)


def make_taxonomy(raw: dict[str, Any], where: str) -> Taxonomy:
    """The taxonomy of what a file says. Raises TaxonomyError, naming `where` and the codes."""
    try:
        return Taxonomy.model_validate(raw)
    except ValidationError as error:
        complaints = "\n".join(f"{where}: {_complaint(raw, found)}" for found in error.errors())
        raise TaxonomyError(complaints) from error


def _load(file: Path) -> Taxonomy:
    taxonomy = read_taxonomy(file.read_bytes(), str(file))
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
