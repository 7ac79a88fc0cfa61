"""Undo and redo: a curator's own acts on a document, the last one first, without end."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pipeline.model import Act, Decision


def undone(
    decisions: Sequence[Decision], curator: str, action: str, *, redo: bool
) -> list[Decision]:
    """The UNDO of a curator's last act that stands, or (`redo`) of their last undo that stands.

    `decisions` are those on a document, in order; `action` is the id of the new act. Empty when
    there is nothing to take back; an act after an undo leaves nothing to redo.
    """
    own = [one for one in decisions if one.curator == curator and one.record]
    last = _last_undo(own) if redo else _last_act(own)
    return [
        Decision(
            action=action,
            document=one.document,
            record=one.record,
            field=one.field,
            act=Act.UNDO,
            of=last,
            curator=curator,
            when=datetime.now(UTC),
        )
        for one in own
        if one.action == last
    ]


def _last_act(own: Sequence[Decision]) -> str | None:
    off = _taken_back(own)
    acts = [one.action for one in own if one.act is not Act.UNDO and one.action not in off]
    return acts[-1] if acts else None


def _last_undo(own: Sequence[Decision]) -> str | None:
    off = _taken_back(own)
    acts = [one for one in own if one.act is not Act.UNDO]
    plain = {one.action for one in acts}
    undos = [one for one in own if one.act is Act.UNDO and one.of in plain]
    left = [one for one in undos if one.action not in off and one.when > acts[-1].when]
    return left[-1].action if left else None


def _taken_back(own: Sequence[Decision]) -> set[str | None]:
    """The actions that a standing UNDO names."""
    off: set[str | None] = set()
    for one in sorted(own, key=lambda one: one.when, reverse=True):
        if one.act is Act.UNDO and one.action not in off:
            off.add(one.of)
    return off
