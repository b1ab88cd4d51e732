"""What a grade is made of."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from procesmijn.catalogue.fields import Count
from procesmijn.catalogue.part import Part


class Grading(Part):
    """How much each part weighs in the grade of a supplier and a customer."""

    reliability: Count = 2
    first_time_right: Count = 1
    rating: Count = 1
    least: Annotated[Count, Field(ge=1)] = 10
    """A part of fewer records is left out."""

    @model_validator(mode="after")
    def _weighs_something(self) -> Self:
        if not self.reliability + self.first_time_right + self.rating:
            raise ValueError("one of reliability, first_time_right and rating has to weigh more")
        return self
