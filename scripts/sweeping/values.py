# SPDX-License-Identifier: Apache-2.0
"""Values of axes: what the program reads, what people read, and numbers among them."""
import decimal
import re
import typing

DIGITS = 12  # significant ones of a value in a range
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)
LARGEST = 300  # power of ten of a number that a float holds


class Value(typing.NamedTuple):
    """A value of an axis: YAML for the program, and what people read."""
    yaml: str
    label: str


def number(word):
    """A decimal, or None; also of what no float is as large or small as."""
    value = decimal.Decimal(word) if NUMBER.fullmatch(word) else None
    return value if value is not None and abs(value.adjusted()) <= LARGEST else None


def numeral(value):
    """A decimal as it is written in a configuration."""
    rounded = decimal.Context(prec=DIGITS).plus(value).normalize()
    return format(rounded, "f")


def same(value, text):
    """Whether two texts are the same value."""
    numbers = number(value), number(text)
    return value == text or (None not in numbers and numbers[0] == numbers[1])
