"""Which decisions stand: all but those that a standing UNDO takes back."""

from collections.abc import Sequence

from pipeline.model import Act, Decision


def standing(decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions that stand, in their order (by time), without the UNDOs.

    An UNDO takes back the whole action that it names, if that came before it. An UNDO can be taken
    back as well: that is the redo.
    """
    every = {decision.key: decision for decision in decisions}
    undone: set[str] = set()
    stand = []
    for decision in sorted(every.values(), key=lambda one: (one.when, one.key), reverse=True):
        if decision.action in undone:
            continue
        if decision.act is not Act.UNDO:
            stand.append(decision)
        elif decision.of and decision.of != decision.action:
            undone.add(decision.of)
    return stand[::-1]
