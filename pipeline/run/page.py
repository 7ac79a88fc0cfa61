"""Pages to look at: self-contained HTML, everything escaped, from `templates/`."""

from typing import Any

import pipeline


def page(template: str, **values: Any) -> str:
    """The page that a template makes of values. A value that it lacks is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    pages = Environment(
        loader=PackageLoader("pipeline.run"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["thousands"] = lambda number: f"{number:,}"
    pages.filters["share"] = lambda value: f"{value:.3f}"
    pages.filters["seconds"] = seconds_in_words
    return pages.get_template(template).render(version=pipeline.__version__, **values)


def seconds_in_words(seconds: float) -> str:
    """A length of time as people say it."""
    if seconds >= 90:
        return f"{int(seconds // 60)} min {int(seconds % 60)} s"
    return f"{seconds:.1f} s" if seconds >= 0.05 else f"{seconds * 1000:.0f} ms"
