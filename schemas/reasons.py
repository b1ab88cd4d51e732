"""Why a record may be refused: a closed set of codes, to be counted and to be explained."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from schemas.event import Rejection


class Reason(StrEnum):
    """A code for counting, and what it means to the one who has to mend the producer."""

    meaning: str

    def __new__(cls, code: str, meaning: str) -> Self:
        """Keep the meaning beside the code: the published table is made from it."""
        reason = str.__new__(cls, code)
        reason._value_ = code
        reason.meaning = meaning
        return reason

    TOO_LARGE = "too-large", "The value has more than 1 MiB."
    NOT_UTF8 = "not-utf8", "The value, or a `ce_` header, is not UTF-8."
    NOT_JSON = "not-json", "The value is not JSON (`NaN` and `Infinity` are not), or is missing."
    TOO_DEEP = "too-deep", "The JSON is nested more than 200 levels deep."
    UNSUPPORTED_FORMAT = (
        "unsupported-format",
        "An event format or a data content type other than JSON, or a batch of events.",
    )
    WRONG_SPECVERSION = "wrong-specversion", "Not a CloudEvent, or not of version 1.0."
    INVALID_ATTRIBUTE = (
        "invalid-attribute",
        "A CloudEvents attribute is missing, is too long, or is of the wrong type.",
    )
    UNKNOWN_TYPE = "unknown-type", "No event type of this name; the message says the nearest one."
    INVALID_TIME = "invalid-time", "`time` is no RFC 3339 timestamp."
    TIME_WITHOUT_ZONE = "time-without-zone", "`time` has no offset from UTC."
    TIME_IMPLAUSIBLE = (
        "time-implausible",
        "A time before 1970, from 2100 on, or more than a day after the record's own timestamp.",
    )
    INVALID_DATA = (
        "invalid-data",
        "A member of `data` is missing or breaks the contract of its type.",
    )
    NO_OBJECT = "no-object", "The event is about nothing: no object is named."
    STARTED_AFTER_TIME = "started-after-time", "`started_at` lies after `time`."


class ContractError(Exception):
    """A record breaks the contract.

    It never leaves this package: decoding makes a :class:`Rejection` of it.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        """Take the code, and one line for the producer that repeats no value of the record."""
        super().__init__(message)
        self.reason = reason
        self.message = message

    def rejection(self) -> Rejection:
        """Give the value that the rest of the service reads, as plain text."""
        return Rejection(self.reason.value, self.message)
