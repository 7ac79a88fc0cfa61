"""Record pages: pages of a repository of measures, each of which is one record already.

Their text dumps have no headings and glue labels to names; `grammar` takes them apart again. Saved
markup has headings, by which `sections` divides a page and `saved` reads it. Both give the same.
"""

from pipeline.model import BlockKind, Document, Segments
from pipeline.segment.record_page import grammar, saved, sections
from pipeline.segment.record_page.family import ENOUGH, LONGEST, score
from pipeline.segment.record_page.glue import learn, words_of
from pipeline.segment.record_page.rows import Row, read
from pipeline.segment.record_page.statement import state
from pipeline.taxonomy import Taxonomy

__all__ = ["segment"]


def segment(document: Document, taxonomies: dict[str, Taxonomy]) -> Segments | None:
    """The one measure, the related ones and the source of a record page; None for anything else.

    Labels are those of the taxonomies `mitigation`, `lifecycle`, `actor`, `rmf` and `risk`. A cut
    page gives what is certain of it, with the verdict CUT_SHORT.
    """
    rows = list(read(document, LONGEST + 1))
    if len(rows) > LONGEST:
        return None
    words = words_of(tuple(taxonomies.values()))
    divided: tuple[sections.Section, ...] = ()
    titles: list[Row] = []
    if document.media_type != "text/plain":
        rows = list(sections.apart(rows, words))
        words = learn([row.text for row in rows], words)
        divided = sections.divide(rows, words)
        rows, titles = sections.as_dump(divided)
    if score(rows, words) < ENOUGH:
        return None
    if sections.are_told(divided):
        page = saved.parse(divided, words)
    else:
        words = learn([row.text for row in rows if row.closed], words)
        page = grammar.parse(rows, words)
        page.context.extend(titles)
    furniture = [block.span for block in document.blocks if block.kind is BlockKind.FURNITURE]
    return state(document, page, words, furniture)
