"""Do numbers read as people write them?"""

import math

import pytest
from markupsafe import Markup

from reports import formats


@pytest.mark.parametrize(("value", "text"), [
    (48_210_000, "48.2\u202fM"), (999.6, "1.00\u202fk"), (0, "0"), (12.34, "12.3"),
    (1.5e9, "1.50\u202fG"), (999_999, "1.00\u202fM"), (None, "–"), (math.inf, "–")])
def test_rates_carry_a_prefix(value: float, text: str) -> None:
    assert formats.si(value) == text


@pytest.mark.parametrize(("ns", "text"), [
    (0, "0\u202fns"), (81.26, "81.3\u202fns"), (999.4, "999\u202fns"), (999.6, "1.00\u202fµs"),
    (1234.5, "1.23\u202fµs"), (2e7, "20.0\u202fms"), (3.1e9, "3.10\u202fs"), (None, "–"),
    (math.inf, "–")])
def test_durations_have_the_unit_that_suits_them(ns: float, text: str) -> None:
    assert formats.duration(ns) == text


@pytest.mark.parametrize(("value", "text"), [
    (1234.5, "1\u202f230"), (0.01234, "0.0123"), (1.92e-7, "1.92e-7"), (99.96, "100"),
    (0.0, "0"), (math.nan, "–")])
def test_significant_digits_stay_and_no_number_is_a_riddle(value: float, text: str) -> None:
    assert formats.significant(value) == text


@pytest.mark.parametrize(("value", "text"), [
    (1.834, "1.83×"), (12.34, "12.3×"), (345.6, "346×"), (0.0471, "0.047×"), (None, "–")])
def test_ratios_say_so(value: float, text: str) -> None:
    assert formats.ratio(value) == text


@pytest.mark.parametrize(("value", "text"), [
    (0.1, "0.1 s"), (12.0, "12 s"), (200, "3 min 20 s"), (7500, "2 h 5 min"), (59.9996, "60 s")])
def test_durations_suit_their_size(value: float, text: str) -> None:
    assert formats.seconds(value) == text


def test_shares_and_whole_numbers() -> None:
    assert formats.percent(0.9375, 2) == "93.75\u202f%"
    assert formats.percent(0.5) == "50\u202f%"
    assert formats.whole(1234567) == "1\u202f234\u202f567"


def test_characters_that_turn_the_text_are_spelled_out_and_all_else_stays() -> None:
    turned = formats.without_turns(Markup("<b>exe.\u202egpj</b>\u2069"))

    assert turned == "<b>exe.\\u202egpj</b>\\u2069" and isinstance(turned, Markup)
    for same in ("lock 10\u202fM – été", Markup("<i>"), None, 7):
        assert formats.without_turns(same) is same
