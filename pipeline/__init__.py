"""Gleaner reads documents on AI risk and writes down every measure that they propose.

    raw/documents/<source>/<file>            the originals, byte for byte
      | ingest    bytes to one frozen text, with its pages and blocks
    extracted/1-documents/<source>/<file>.json
      | segment   where a measure is stated, and what each of its words is there
    extracted/2-segments/<source>/<file>.json
      | tag       concepts of the taxonomies, each with its evidence
      | assemble  names, hierarchy, ids, normal forms
    extracted/3-records/<source>/<file>.json

A stage is a pure function of the nouns in `model`; disk, clock and processes belong to `store` and
`run`. Every value quotes the words it was read from, and says who read them.
"""

from typing import TYPE_CHECKING

__version__: str

if not TYPE_CHECKING:

    def __getattr__(name: str) -> str:
        """The version, looked up when asked for: `gleaner --help` needs none."""
        if name != "__version__":
            raise AttributeError(name)
        from pipeline.version import version

        return version("gleaner") or "0+unknown"  # a checkout that nobody installed
