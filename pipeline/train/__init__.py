"""Coded texts to weights: what `make train` does, and what it is worth on sources left out."""
