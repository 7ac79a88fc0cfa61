"""spaCy's tokeniser of English, without spaCy's commands: a quarter of the time of its import."""

import sys
from types import ModuleType
from typing import Any

_NO_COMMANDS = ModuleType("spacy.cli.info")
_NO_COMMANDS.__dict__["info"] = None  # all that `import spacy` takes of them
sys.modules.setdefault(_NO_COMMANDS.__name__, _NO_COMMANDS)
import spacy  # noqa: E402

if sys.modules[_NO_COMMANDS.__name__] is _NO_COMMANDS:  # else spaCy was there before
    del sys.modules[_NO_COMMANDS.__name__]


def tokeniser() -> Any:
    """A new tokeniser, with a vocabulary of its own."""
    made: Any = spacy.blank("en").tokenizer
    # English exceptions split plain words ("id" as I'd, "were" as we're): keep the others.
    made.rules = {form: split for form, split in made.rules.items() if not form.isalpha()}
    return made
