"""Running the stages: on which documents, in which processes, and what came of it.

`fresh` says what must be read again and why, `pool` spreads documents over processes, `work` takes
one through the stages, `state` remembers, `extract` joins them, `report` and `show` tell of it.
"""
