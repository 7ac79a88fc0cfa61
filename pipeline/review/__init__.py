"""Records + decisions -> reviewed records, and what still waits for a curator. Nothing on disk."""

from pipeline.review.acts import coding_of
from pipeline.review.fields import fields_of
from pipeline.review.footing import words_now
from pipeline.review.grounding import ground
from pipeline.review.merge import review
from pipeline.review.standing import standing

__all__ = ["coding_of", "fields_of", "ground", "review", "standing", "words_now"]
