"""The commands of `gleaner`, a module to each group. `__main__` makes one program of them.

What a command does is imported within it, so that `--help` is instant.
"""
