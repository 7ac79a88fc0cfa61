"""Imported by the process that workers are forked from: what all of them need is made there once.

That is 1.5 s of CPU time for each worker, and for each that takes the place of one that crashed.
"""

from contextlib import suppress

import pipeline.ingest.pdf  # noqa: F401  what most documents are
from pipeline.run.work import get_ready

with suppress(ValueError):  # a worker is to say what is wrong, of the document that needs it
    get_ready()
