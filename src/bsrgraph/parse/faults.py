"""What a parser's complaint means: where, in plain words, and the likely repair."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable

from bsrgraph.errors import ContentError
from bsrgraph.formats import Format
from bsrgraph.iris import PREFIXES
from bsrgraph.parse import turtle
from bsrgraph.parse.places import Lines
from bsrgraph.parse.sniff import IllFormed, when_it_failed

__all__ = ["caret", "explained"]

_PLACE = re.compile(
    r"^Parser error (?:at line \d+ (?:column \d+|between columns \d+ and (?:column )?\d+)|(?:at|between) line .*?): "
)
_QUOTES = "\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb"
_SHOWN = 100


class _Fault:
    """One complaint, and what of the document is around its place."""

    def __init__(self, message: str, data: bytes, form: Format, lines: Lines, line: int, column: int) -> None:
        self.message, self.data, self.form, self.lines = message, data, form, lines
        self.line, self.column = line, column
        self.text = lines.text(line)
        self.rest = self.text[column - 1 :]

    @property
    def found(self) -> str:
        """The word at the place."""
        match = re.match(r"<[^<>]*>|\S+", self.rest)
        return match.group()[:80] if match else ""

    def last_line(self) -> int:
        """The line of the last token before the place."""
        offset = len("\n".join(self.lines.text(n) for n in range(1, self.line)).encode()) + (self.line > 1)
        ends = [end for _, _, end in turtle.tokens(self.data, 0, offset + len(self.text[: self.column - 1].encode()))]
        return self.lines.end(ends[-1])[0] if ends else self.line


Told = tuple[str, str | None]


def explained(
    error: Exception, data: bytes, form: Format, lines: Lines, reached: tuple[int, int] | None
) -> ContentError:
    """The error as a person can use it: line, column, the line with a caret, and what to write instead.

    `reached` is how far the parser had read, for complaints that name no place.
    """
    looks = when_it_failed(data, form)
    if looks is not None:
        line, column = getattr(error, "line", None) or getattr(error, "lineno", None), None
        return _error((f"This looks like {looks.like}, not {form.label}.", looks.hint), lines, line or 1, column)
    if isinstance(error, IllFormed):
        error.caret = caret(lines.text(error.line or 1), error.column or 1)
        return error
    message = _PLACE.sub("", str(error.msg if isinstance(error, SyntaxError) else error))
    line, column = getattr(error, "lineno", None), getattr(error, "offset", None)
    if "LoadDocumentCallback" in message:
        told: Told = (
            "Its @context is in another document, and nothing is fetched from elsewhere.",
            "Write the context itself into the file.",
        )
        return _error(told, lines, _line_of(data, b"@context"), None)
    if line is None and reached is not None:
        line, column = reached
    if line is None or column is None:
        return _error((f"This is not {form.label}: {message}", None), lines, line or 1, column)
    fault = _Fault(message, data, form, lines, line, column)
    meant = next(filter(None, (meaning(fault) for meaning in _MEANINGS)), (message, None))
    return _error((f"This is not {form.label}: {meant[0]}", meant[1]), lines, fault.line, fault.column)


def _error(told: Told, lines: Lines, line: int, column: int | None) -> ContentError:
    found = ContentError(told[0], line=line, column=column, hint=told[1])
    found.caret = caret(lines.text(line), column) if column else None
    return found


def caret(text: str, column: int) -> str:
    """The part of a line around a column, with a caret under it."""
    start = max(0, column - 1 - _SHOWN * 2 // 3) if len(text) > _SHOWN else 0
    shown = "".join(c if c.isprintable() else " " for c in text[start : start + _SHOWN])
    return f"{shown}\n{' ' * (column - 1 - start)}^"


def _line_of(data: bytes, what: bytes) -> int:
    return data.count(b"\n", 0, max(0, data.find(what))) + 1


def _undeclared(fault: _Fault) -> Told | None:
    match = re.search(r"The prefix (\S*): has not been declared", fault.message)
    if match is None:
        return None
    prefix = match.group(1)
    if prefix in ("http", "https", "urn", "mailto"):
        return f"the address {fault.found} is not in angle brackets.", f"Write <{fault.found.rstrip('.;,')}>."
    sentence = f"the prefix “{prefix}:” is used and not declared."
    if prefix in PREFIXES:
        return sentence, f"Put this line at the top: @prefix {prefix}: <{PREFIXES[prefix]}> ."
    if near := difflib.get_close_matches(prefix, PREFIXES, n=1):
        return sentence, f"Did you mean “{near[0]}:”? @prefix {near[0]}: <{PREFIXES[near[0]]}> ."
    return sentence, f"Declare it at the top: @prefix {prefix}: <…> ."


def _quotes(fault: _Fault) -> Told | None:
    if not fault.rest or fault.rest[0] not in _QUOTES:
        return None
    mark = fault.rest[0]
    straight = "".join('"' if c in _QUOTES else c for c in fault.rest[:60])
    return f"the quotation mark {mark} (U+{ord(mark):04X}) is not a straight one.", f"Write {straight.strip()}"


def _no_dot(fault: _Fault) -> Told | None:
    if "dot is expected" not in fault.message.lower():
        return None
    before = fault.last_line()
    if before < fault.line:
        written = fault.lines.text(before).strip()
        return (
            f"before “{fault.found}”, the statement in line {before} has no dot at its end.",
            f"Write {written[-80:]} .",
        )
    return (
        f"before “{fault.found}” something is missing.",
        "Put ; before a further property of the same thing, a comma before a further value, . before another thing.",
    )


def _space_in_iri(fault: _Fault) -> Told | None:
    match = re.search(r"Invalid IRI code point '(.)'", fault.message, re.DOTALL)
    if match is None:
        return None
    mark = match.group(1)
    if not fault.rest.startswith("<"):
        return f"the address at “{fault.found}” has a character that no address has: {_named(mark)}.", None
    if mark == " ":
        written = re.match(r"<[^<>]*>", fault.rest)
        better = f"Write {re.sub(r' +', '-', written.group())[:120]}" if written else "Write a hyphen, or %20."
        return f"there is a space in the address {fault.found}.", better
    return f"the address {fault.found} has a character that no address has: {_named(mark)}.", "Leave it out."


def _named(mark: str) -> str:
    return f"“{mark}”" if mark.isprintable() else f"U+{ord(mark):04X}"


def _relative(fault: _Fault) -> Told | None:
    if "No scheme found" not in fault.message:
        return None
    return (
        f"the address {fault.found or '<>'} is relative, and there is no base to complete it with.",
        "Write it in full, as in <https://…>, or with a prefix.",
    )


def _unfinished(fault: _Fault) -> Told | None:
    if "end of file" not in fault.message.lower():
        return None
    if fault.rest[:1] in "\"'" and fault.rest:
        return "the text that begins here is never closed.", f"Put {fault.rest[0]} at its end."
    if fault.rest.startswith("<"):
        return "the address that begins here is never closed.", "Put > at its end."
    return "the file ends in the middle of a statement.", "Is there a dot or a bracket missing, or was it cut short?"


def _escape(fault: _Fault) -> Told | None:
    match = re.search(r"The escape sequence '(.*?)'", fault.message, re.DOTALL)
    if match is None:
        return None
    written = match.group(1)
    if re.fullmatch(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}", written):
        return f"{written} is half a character.", "Write the character itself, or \\U with eight digits."
    return f"{written[:20]} is no escape.", "For a backslash itself, write two: \\\\"


def _language(fault: _Fault) -> Told | None:
    before = re.search(r"@[\w-]*$", fault.text[: fault.column - 1])
    tag = re.match(r"[\w-]*", fault.rest)
    if before is None or tag is None or fault.text[before.start() - 1 : before.start()] not in ('"', "'"):
        return None
    return (
        f"{before.group()}{tag.group()} is no language tag.",
        "A tag is two or three letters, such as @en, or with a region @en-GB.",
    )


def _word(fault: _Fault) -> Told | None:
    """Words that other languages have."""
    if fault.found.rstrip(".;,") in ("True", "False", "TRUE", "FALSE"):
        return f"“{fault.found}” is no value.", f"Write {fault.found.lower().rstrip('.;,')}."
    if "\u00a0" in fault.rest[:1]:
        return "here is a space that is none to a parser (U+00A0).", "Put an ordinary space."
    return None


_MEANINGS: tuple[Callable[[_Fault], Told | None], ...] = (
    _quotes,
    _undeclared,
    _no_dot,
    _space_in_iri,
    _relative,
    _unfinished,
    _escape,
    _language,
    _word,
)
