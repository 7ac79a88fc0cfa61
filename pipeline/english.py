"""spaCy's tokeniser of English, without spaCy's commands: a quarter of the time of its import."""

import sys
from types import ModuleType
from typing import Any

_NO_COMMANDS = ModuleType("spacy.cli.info")
_NO_COMMANDS.__dict__["info"] = None  # all that `import spacy` takes of them
sys.modules.setdefault(_NO_COMMANDS.__name__, _NO_COMMANDS)
from spacy.lang.en import English  # noqa: E402
from spacy.tokenizer import Tokenizer  # noqa: E402
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex  # noqa: E402
from spacy.vocab import create_vocab  # noqa: E402

if sys.modules[_NO_COMMANDS.__name__] is _NO_COMMANDS:  # else spaCy was there before
    del sys.modules[_NO_COMMANDS.__name__]


def tokeniser() -> Any:
    """A new tokeniser, with a vocabulary of its own.

    It is what `spacy.blank("en")` has, without the configuration and the language around it: in
    a third of the time.
    """
    english: Any = English.Defaults
    # English exceptions split plain words ("id" as I'd, "were" as we're): keep the others.
    exceptions = english.tokenizer_exceptions
    return Tokenizer(
        create_vocab(English.lang, english),
        rules={form: split for form, split in exceptions.items() if not form.isalpha()},
        prefix_search=compile_prefix_regex(english.prefixes).search,
        suffix_search=compile_suffix_regex(english.suffixes).search,
        infix_finditer=compile_infix_regex(english.infixes).finditer,
        token_match=english.token_match,
        url_match=english.url_match,
    )
