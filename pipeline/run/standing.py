"""What stands of the documents by now: as curators decided, or as they were read."""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from pipeline.model import RecordFile, RecordStatus, Review, ReviewedFile, ReviewedRecord
from pipeline.run.reviewing import decisions_of, reviewed, up_to_date
from pipeline.run.state import State, as_read
from pipeline.store import Remote, Stage, Store, UnknownPath, read_noun


class NotStanding(ValueError):
    """A file of records that cannot be read; the message names it, and what to do."""


class Standing:
    """The documents at `paths` (none: all) that have records. Raises UnknownPath and OSError.

    A file of `4-reviewed` that is older than the last decision is passed over: the document is
    merged anew, and nothing is written.
    """

    def __init__(self, store: Store, paths: Iterable[Path] = ()) -> None:
        self._store = store
        given = tuple(paths)
        found = [one for group in store.made(Stage.ASSEMBLE, given) for one in group]
        if given:
            with closing(State(store.extracted, read_only=True)) as state:
                found = as_read(store, state, found)
        far = isinstance(store.extracted, Remote)
        known = far and not given  # each was listed, and to ask again would be a request
        self.names = sorted({one.name for one in found if known or store.has_records(one.name)})
        self._reviewed = set(store.made_reviewed()) if far else None
        if given and not self.names:
            raise UnknownPath(f"There are no records of {given[0]}. Read it first: gleaner extract")
        self._late: set[str] = set()
        with decisions_of(store) as decisions:
            if decisions:
                with closing(State(store.extracted, read_only=True)) as state:
                    fresh = up_to_date(store, state, decisions)
                self._late = set(decisions.documents()) - fresh

    def file(self, name: str) -> ReviewedFile:
        """What stands of a document. Raises NotStanding and OSError."""
        made = self._store.reviewed(name)
        read = self._store.output(Stage.ASSEMBLE, name)
        try:
            if name in self._late:
                return reviewed(self._store, name).file
            if made.is_file() if self._reviewed is None else name in self._reviewed:
                return read_noun(ReviewedFile, made)
            return undecided(read_noun(RecordFile, read))
        except ValueError as error:
            reason = str(error).partition("\n")[0]
            message = f"{made if made.is_file() else read} cannot be read ({reason})."
            raise NotStanding(f"{message} Make it again: gleaner extract --force") from error


def undecided(file: RecordFile) -> ReviewedFile:
    """The records of a document on which nobody decided yet."""
    review = Review(status=RecordStatus.UNDECIDED, waits=("undecided",))
    records = (ReviewedRecord.model_construct(**dict(one), review=review) for one in file.records)
    return ReviewedFile(
        document=file.document, source=file.source, records=tuple(records), issues=file.issues
    )
