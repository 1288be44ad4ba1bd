"""What the stand-in understands of OData: $filter as a predicate, $orderby, $select, and the strictness of Exchange
(`InefficientFilter`, unknown properties)."""

import datetime
import re

TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<date>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))|(?P<number>\d+)"
                   r"|(?P<word>[A-Za-z_][\w/]*)|(?P<mark>[():,]))")


class Bad(Exception):
    """code: Graph's, for a 400."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def parse_time(text):
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?(?:Z|[+-]\d\d:\d\d)", text):
        raise Bad("ErrorInvalidUrlQueryFilter", f"not a date: {text}")
    text = re.sub(r"(\.\d{6})\d+", r"\1", text).replace("Z", "+00:00")
    return datetime.datetime.fromisoformat(text)


def format_time(moment):
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Filter:
    """A recursive descent over `a eq 'b' and (c ge 2025-01-01T00:00:00Z or …)`.

    properties: in the order in which they are named. matches(get): get(name) returns the item's value;
    get.extended(id) that of an extended property."""

    COMPARE = {"eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "ge": lambda a, b: a >= b, "gt": lambda a, b: a > b,
               "le": lambda a, b: a <= b, "lt": lambda a, b: a < b}

    def __init__(self, text):
        self.tokens, at = [], 0
        while at < len(text.rstrip()):
            match = TOKEN.match(text, at)
            if not match:
                raise Bad("BadRequest", f"Invalid filter clause at {at}: {text}")
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            at = match.end()
        self.at = 0
        self.properties = []
        self.operators = set()
        self.matches = self.either()
        if self.at != len(self.tokens):
            raise Bad("BadRequest", f"Invalid filter clause: {text}")

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else (None, None)

    def take(self, value=None):
        kind, word = self.peek()
        if kind is None or (value is not None and word.lower() != value.lower()):
            raise Bad("BadRequest", f"Invalid filter clause: {value} expected, {word} found")
        self.at += 1
        return kind, word

    def either(self):
        left = self.both()
        while self.peek()[1] == "or":
            self.take()
            self.operators.add("or")
            left = (lambda a, b: lambda get: a(get) or b(get))(left, self.both())
        return left

    def both(self):
        left = self.single()
        while self.peek()[1] == "and":
            self.take()
            left = (lambda a, b: lambda get: a(get) and b(get))(left, self.single())
        return left

    def single(self):
        kind, word = self.peek()
        if word == "(":
            self.take()
            inner = self.either()
            self.take(")")
            return inner
        if kind != "word":
            raise Bad("BadRequest", f"Invalid filter clause near {word}")
        self.take()
        if word.lower() == "singlevalueextendedproperties/any":
            return self.extended()
        self.properties.append(word)
        operator = self.take()[1].lower()
        if operator not in self.COMPARE:
            raise Bad("BadRequest", f"Invalid operator {operator}")
        value = self.literal()
        self.operators.add(operator)
        compare = self.COMPARE[operator]
        return lambda get: get(word) is not None and compare(get(word), value)

    def literal(self):
        kind, word = self.take()
        if kind == "text":
            return word[1:-1].replace("''", "'")
        if kind == "date":
            return parse_time(word)
        if kind == "number":
            return int(word)
        if word in ("true", "false"):
            return word == "true"
        raise Bad("BadRequest", f"Invalid literal {word}")

    def extended(self):
        """Any(ep: ep/id eq '…' and ep/value eq '…')"""
        self.properties.append("singleValueExtendedProperties")
        self.take("(")
        name = self.take()[1]
        self.take(":")
        wanted = {}
        for field in ("id", "value"):
            self.take(f"{name}/{field}")
            self.take("eq")
            wanted[field] = self.literal()
            if field == "id":
                self.take("and")
        self.take(")")
        return lambda get: get.extended(wanted["id"]) == wanted["value"]


def order(text):
    """[(property, descending)]"""
    found = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        words = part.split()
        if len(words) > 2 or (len(words) == 2 and words[1].lower() not in ("asc", "desc")):
            raise Bad("BadRequest", f"Invalid $orderby: {text}")
        found.append((words[0], len(words) == 2 and words[1].lower() == "desc"))
    return found


def check_efficient(conditions, ordered):
    """Exchange wants what orders to be named first in the filter, in the same order."""
    if conditions and ordered and conditions.properties[:len(ordered)] != [name for name, _ in ordered]:
        raise Bad("InefficientFilter", "The restriction or sort order is too complex for this operation.")


def split_outside(text, separator=","):
    """text at separators outside of brackets and quotes."""
    parts, depth, quoted, begin = [], 0, False, 0
    for at, char in enumerate(text):
        if char == "'":
            quoted = not quoted
        elif not quoted and char in "()":
            depth += 1 if char == "(" else -1
        elif not quoted and not depth and char == separator:
            parts.append(text[begin:at])
            begin = at + 1
    return [p.strip() for p in parts + [text[begin:]] if p.strip()]


def property_id(text):
    """Extended property ids are compared without case and leading zeros: `LONG 0x0E08` is `Long 0xe08`."""
    return re.sub(r"0x0*", "0x", text.strip().lower())
