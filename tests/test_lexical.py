"""A text is a value of its datatype exactly where XML Schema says so, held against judges of another make."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bsrgraph.iris import PREFIXES, XSD
from bsrgraph.lexical import DATATYPES, is_value

EXAMPLES = {
    "integer": (
        ["0", "-0", "+7", "007", "40", "123456789012345678901234567890"],
        ["", "1.0", "1e3", "1,000", "1 000", " 1", "1 ", "1\n", "+", "--1", "0x1", "١", "½", "1_000", "NaN"],
    ),
    "decimal": (
        ["5000000.00", "-1.5", "+.5", "5.", "0", "1000000000000000000000000000.01"],
        ["", ".", "+", "1.9E7", "1e3", "INF", "NaN", "12,5", "5.000.000", "1 000", "€5", "5000000.00\n", "1.2.3", "٥"],
    ),
    "boolean": (
        ["true", "false", "1", "0"],
        ["yes", "no", "True", "FALSE", "", "2", "t", "truest", "10", "falsetto", " true", "true\n"],
    ),
    "date": (
        [
            "2013-12-31",
            "2012-02-29",
            "2000-02-29",
            "0001-01-01",
            "-0004-02-29",
            "12013-01-01",
            "2013-12-31Z",
            "2013-12-31+14:00",
        ],
        [
            "2013-02-29",
            "1900-02-29",
            "2013-02-30",
            "2013-04-31",
            "2013-13-01",
            "2013-00-01",
            "2013-01-00",
            "2013-01-32",
            "13-01-01",
            "2013-1-1",
            "31.12.2013",
            "31/12/2013",
            "2013/12/31",
            "20131231",
            "2013-12-31T00:00:00",
            "2013-12-31+14:01",
            "2013-12-31+15:00",
            "2013-12-31z",
            "02013-12-31",
            "+2013-12-31",
            "2013-12-31\n",
            "",
            "2013-12",
            "٢٠١٣-١٢-٣١",
        ],
    ),
    "gYear": (
        ["2013", "0001", "0000", "-0044", "12013", "2013Z", "2013+02:00"],
        ["13", "2010x", "02013", "", "2013-01", "2013\n", "+2013"],
    ),
    "gYearMonth": (
        ["2013-12", "-0044-03", "2013-12Z", "2013-12-05:00"],
        ["2013-13", "2013-00", "2013-1", "12-2013", "2013", "2013-12\n", ""],
    ),
    "dateTime": (
        [
            "2013-12-31T12:00:00",
            "2013-12-31T12:00:00Z",
            "2013-12-31T12:00:00.123+02:00",
            "2013-12-31T24:00:00",
            "2013-12-31T24:00:00.0Z",
        ],
        [
            "2013-12-31",
            "2013-12-31T",
            "2013-12-31 12:00:00",
            "2013-12-31T12:00",
            "2013-12-31T25:00:00",
            "2013-12-31T12:60:00",
            "2013-12-31T12:00:60",
            "2013-12-31T24:00:01",
            "2013-02-30T12:00:00",
            "2013-12-31t12:00:00",
            "2013-12-31T12:00:00.",
            "2013-12-31ZT12:00:00",
            "2013-12-31T12:00:00\n",
            "T12:00:00",
            "",
            "2013-12-31T12:00:00T",
            "2013-12-31T12:00:00+1:00",
        ],
    ),
    "string": (["", "anything at all", "\n"], []),
}


@pytest.mark.parametrize(("name", "text"), [(name, t) for name, (good, _) in EXAMPLES.items() for t in good])
def test_a_value_is_a_value(name, text):
    assert is_value(text, XSD + name)


@pytest.mark.parametrize(("name", "text"), [(name, t) for name, (_, bad) in EXAMPLES.items() for t in bad])
def test_what_is_no_value_is_none(name, text):
    assert not is_value(text, XSD + name)


def test_every_datatype_has_examples_and_says_what_its_values_look_like():
    names = {XSD + name for name in EXAMPLES} | {PREFIXES["rdf"] + "langString"}
    assert set(DATATYPES) == names
    for datatype, (look, _check) in DATATYPES.items():
        shown = re.search(r"such as ([^ ,]+)", look)
        assert shown is None or is_value(shown.group(1), datatype)


def _strftime_day(day: datetime.date) -> str:
    return f"{day.year:04}-{day.month:02}-{day.day:02}"


@given(st.dates())
def test_every_day_of_the_calendar_is_a_date(day):
    assert is_value(_strftime_day(day), XSD + "date")
    assert is_value(_strftime_day(day)[:7], XSD + "gYearMonth")
    assert is_value(_strftime_day(day)[:4], XSD + "gYear")


@given(st.integers(1, 9999), st.integers(0, 13), st.integers(0, 32))
def test_a_day_that_python_does_not_know_is_no_date(year, month, day):
    try:
        datetime.date(year, month, day)
        real = True
    except ValueError:
        real = False
    assert is_value(f"{year:04}-{month:02}-{day:02}", XSD + "date") == real


@given(st.integers(10_000, 10**9), st.sampled_from(["-", ""]), st.integers(1, 12), st.integers(1, 31))
def test_years_beyond_python_s_follow_the_same_calendar(year, sign, month, day):
    """The Gregorian calendar comes back after 400 years, before the year 1 as well."""
    proleptic = (-year if sign else year) % 400 + 400
    assert is_value(f"{sign}{year}-{month:02}-{day:02}", XSD + "date") == is_value(
        f"{proleptic:04}-{month:02}-{day:02}", XSD + "date"
    )


@given(st.datetimes(timezones=st.none() | st.timezones()))
def test_every_moment_of_python_is_a_date_time(moment):
    offset = moment.utcoffset()
    minute, most = datetime.timedelta(minutes=1), datetime.timedelta(hours=14)
    # XML Schema has no zones with seconds, and none beyond 14 hours; the local times of old had both.
    if offset is None or (offset % minute == datetime.timedelta(0) and abs(offset) <= most):
        assert is_value(moment.isoformat(), XSD + "dateTime")
        assert not is_value(moment.isoformat(" "), XSD + "dateTime")


NEARLY_NUMBERS = st.from_regex(r"[+-]?[0-9]{0,6}\.?[0-9]{0,6}", fullmatch=True) | st.text(
    "0123456789+-.eE ,_INFa\n٣", max_size=9
)


@given(NEARLY_NUMBERS)
def test_a_decimal_is_what_python_reads_as_one_without_its_extras(text):
    """Python's also takes exponents, underscores, other digits, white space and what is no number."""
    try:
        read = bool(Decimal(text).is_finite()) and not set(text.lower()) & set("e_ \n٣")
    except InvalidOperation:
        read = False
    assert is_value(text, XSD + "decimal") == read


@given(NEARLY_NUMBERS)
def test_an_integer_is_what_python_reads_as_one_without_its_extras(text):
    try:
        read = int(text) is not None and not set(text) & set("_ \n٣")
    except ValueError:
        read = False
    assert is_value(text, XSD + "integer") == read


def _engine_takes(text: str, name: str) -> bool:
    """Whether the query engine's own cast makes a value of `text`."""
    literal = str(ox.Literal(text))
    return bool(ox.Store().query(f"ASK {{ BIND(<{XSD}{name}>({literal}) AS ?v) FILTER(BOUND(?v)) }}"))


NEARLY_DATES = st.from_regex(
    r"-?[0-9]{4}-[0-3][0-9]-[0-3][0-9](T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{1,3})?)?(Z|[+-][01][0-9]:[0-6][0-9])?",
    fullmatch=True,
)


@pytest.mark.parametrize("name", ["integer", "decimal", "boolean", "date", "dateTime"])
@given(st.data())
def test_the_query_engine_takes_the_same_texts(name, data):
    """Numbers are kept short of the engine's 64 bits, years within its range."""
    near = {"boolean": st.sampled_from([*EXAMPLES["boolean"][0], *EXAMPLES["boolean"][1]])}
    text = data.draw(near.get(name, NEARLY_DATES if name.startswith("date") else NEARLY_NUMBERS))
    assert is_value(text, XSD + name) == _engine_takes(text, name)


@given(st.text(), st.sampled_from(sorted(DATATYPES)))
def test_no_text_breaks_a_check(text, datatype):
    assert is_value(text, datatype) in (True, False)
