"""The ground of all nouns: frozen, and closed to fields nobody declared."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value: equal by content, never changed, refusing unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
