"""Long sentences in short source lines."""


def prose(text: str) -> str:
    """Fold a text that is wrapped in the source into one line."""
    return " ".join(text.split())
