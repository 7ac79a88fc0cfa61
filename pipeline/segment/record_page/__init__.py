"""Record pages: pages of a repository of measures, each of which is one record already.

Their text dumps have no headings and glue labels to names; `grammar` takes them apart again.
"""

from pipeline.model import BlockKind, Document, Segments
from pipeline.segment.record_page.family import ENOUGH, score
from pipeline.segment.record_page.glue import learn, words_of
from pipeline.segment.record_page.grammar import parse
from pipeline.segment.record_page.rows import read, without_titles
from pipeline.segment.record_page.statement import state
from pipeline.taxonomy import Taxonomy

__all__ = ["segment"]


def segment(document: Document, taxonomies: dict[str, Taxonomy]) -> Segments | None:
    """The one measure, the related ones and the source of a record page; None for anything else.

    Labels are those of the taxonomies `mitigation`, `lifecycle`, `actor`, `rmf` and `risk`. A cut
    page gives what is certain of it, with the verdict CUT_SHORT.
    """
    rows = read(document)
    words = words_of(tuple(taxonomies.values()))
    rows, titles = without_titles(rows, words)
    if score(rows, words) < ENOUGH:
        return None
    words = learn([row.text for row in rows if row.closed], words)
    page = parse(rows, words)
    page.context.extend(titles)
    furniture = [block.span for block in document.blocks if block.kind is BlockKind.FURNITURE]
    return state(document, page, words, furniture)
