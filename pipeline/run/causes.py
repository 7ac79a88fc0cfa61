"""Because of what a document came out differently: the parts of its fingerprints that changed."""

from collections.abc import Callable, Mapping

from pipeline.run.archive import Kept
from pipeline.run.fresh import RAW, SIDECAR, part_change
from pipeline.store import Stage

SOURCE, RULE, TAXONOMY, WEIGHTS = "source text", "rule", "taxonomy", "weights"
LIBRARY, PIPELINE, HUMAN = "library", "pipeline", "human"
CAUSES = (SOURCE, RULE, TAXONOMY, WEIGHTS, LIBRARY, PIPELINE, HUMAN)

_OURS = {"rules/": RULE, "lexicons/": RULE, "taxonomies/": TAXONOMY, "models/": WEIGHTS}

Causes = dict[str, tuple[str, ...]]  # cause: what exactly, in words or as the file's name
Parts = Callable[[str], dict[str, str]]


def causes(was: Kept | None, now: Kept | None, parts: Parts) -> Causes:
    """Why a document differs: only what a stage depends on whose output is another now."""
    if was is None or now is None:
        return {SOURCE: ("the raw file is new" if was is None else "the raw file is gone",)}
    found: dict[str, list[str]] = {}
    if was.hashes.get(RAW) != now.hashes.get(RAW):
        found[SOURCE] = ["the raw file changed"]
    elif was.hashes.get(SIDECAR) != now.hashes.get(SIDECAR) and _differs(was, now, Stage.ASSEMBLE):
        found[SOURCE] = ["the bibliography beside it changed"]
    for at, stage in enumerate(Stage):
        if not _differs(was, now, stage) or not (was.codes and now.codes):
            continue
        before, after = parts(was.codes[at]), parts(now.codes[at])
        for part in sorted(before.keys() | after.keys()):
            if before.get(part) != after.get(part):
                told = found.setdefault(_cause(part), [])
                change = part_change(part, before.get(part), after.get(part))
                if change not in told:
                    told.append(change)
    if was.reviewed != now.reviewed and was.records == now.records:
        found.setdefault(HUMAN, []).append("decisions were taken")
    return {cause: tuple(found[cause]) for cause in CAUSES if cause in found}


def of_field(field: str, found: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Those causes of a document that can be why this field of a record differs."""
    machine = [cause for cause in found if cause != HUMAN]
    if not field.startswith("tags."):
        likely = [cause for cause in machine if cause not in (TAXONOMY, WEIGHTS)]
        return tuple(likely or machine)
    own = f"taxonomies/{field.removeprefix('tags.')}.toml "
    others = TAXONOMY in machine and not any(part.startswith(own) for part in found[TAXONOMY])
    likely = [cause for cause in machine if not (cause == TAXONOMY and others)]
    return tuple(likely or machine)


def _differs(was: Kept, now: Kept, stage: Stage) -> bool:
    return was.hashes.get(stage) != now.hashes.get(stage)


def _cause(part: str) -> str:
    for folder, cause in _OURS.items():
        if part.startswith(folder):
            return cause
    ours = "/" in part or part.endswith(".py") or part == "gleaner"
    return PIPELINE if ours else LIBRARY
