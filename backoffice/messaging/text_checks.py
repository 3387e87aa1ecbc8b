"""Whether a text can be sent as it is written: each fault with its line and a reason that says what to do.

Only variables of the kind, conditions and simple lists are let through, so what a text can do is known before it runs.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from jinja2 import TemplateSyntaxError, nodes

from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.messaging.models import Kind
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.samples import sample_name, sample_values
from backoffice.messaging.texts import written
from backoffice.messaging.variables import FILTERS, KINDS, Shape, Variable, variables_of
from backoffice.messaging.wording import Source, own_environment
from backoffice.studio.models import Studio

LONGEST_SUBJECT = 150
LONGEST_BODY = 4_000

EMPTY = N_("Please write something.")
TOO_LONG = N_("This is too long: %(most)s characters at most.")
UNREADABLE = N_(
    "Line %(line)s: the brackets {{ }} or {%% %%} do not match. Please compare with the standard text."
)
NOT_ALLOWED = N_(
    "Line %(line)s: only variables, conditions (if) and simple lists (for) can stand in brackets."
)
UNKNOWN = N_("Line %(line)s: there is no variable “%(name)s” in this kind of message.")
HEALTH = N_("Line %(line)s: “%(name)s” is about health. Nothing about health goes into automatic messages.")
BARE = N_("Line %(line)s: please write “%(name)s” as one of %(ways)s.")
ONLY_CONDITION = N_("Line %(line)s: “%(name)s” is a yes or no: it can only stand in a condition (if).")
ONLY_LIST = N_("Line %(line)s: “%(name)s” is a list: it can only stand in a for.")
NO_LIST = N_("Line %(line)s: “%(name)s” is no list.")
ADVERTISES = N_(
    "Line %(line)s: “%(words)s” is advertising. This message also goes to people who did not agree to advertising. "
    "Please put it into a follow-up."
)
MISSING = N_("Please say one of these: %(names)s. Without it the message is of no use.")
NOT_WRITTEN = N_(
    "This text comes out empty, or not at all, in some cases. Please compare with the standard text."
)

HEALTH_WORDS = re.compile(
    r"(?:^|[._])(?:health|screening|sheet|injur|pain|allerg|disease|illness|symptom|diagnos|medic|doctor|pregnan|limits?\b|"
    r"weight|body|fat\b|measure|blood|heart|sleep|fatigue|sore|stress|meals?\b|diet|protein|water|care\b|"
    r"check_?in|goal|effort|progress)"
)
"""How names begin that would be about health, if there were such a variable."""

ADVERTISING = re.compile(
    r"キャンペーン|割引|割り引き|値引|円引き|半額|[0-9]\s*割(?!合)|%\s*(?:off|オフ|引き)|円\s*(?:off|オフ)|特典|特価|お得|"
    r"期間限定|数量限定|先着|セール|クーポン|プレゼント|ギフト券|お友達紹介|ご?紹介(?:キャンペーン|特典|割)|"
    r"入会金(?:無料|0円|なし)|無料体験|新(?:コース|プラン|メニュー|商品)|好評(?:発売|販売)|発売中|販売中|"
    r"ご?入会を(?:ご検討|お待ち)|この機会に|"
    r"\b(?:campaign|discounts?|% off|special (?:offer|price|deal)s?|coupons?|vouchers?|on sale|sales?|promo\w*|"
    r"limited time|refer a friend|free trial|half price|gift cards?|join (?:now|today)|sign up (?:now|today)|bargain)\b"
)


@dataclass(frozen=True)
class Fault:
    """What is wrong: in which field, the reason (N_) and what fills it."""

    field: str
    message: str
    params: Mapping[str, object]

    def refusal(self) -> Invalid:
        """The fault as a refusal."""
        return Invalid(self.message, field=self.field, **self.params)


def faults(
    studio: Studio, kind: Kind, language: str, subject: str, body: str, *, now: datetime
) -> list[Fault]:
    """All that is wrong with a text, subject first; empty when it can be sent. Last, it is tried with examples."""
    found = [
        *_of_field(kind, "subject", subject, LONGEST_SUBJECT),
        *_of_field(kind, "body", body, LONGEST_BODY),
    ]
    source = Source(subject, body, is_own=True)
    return found or [*_missing(kind, body)] or [*_tried(studio, kind, language, source, now)]


def _of_field(kind: Kind, field: str, text: str, longest: int) -> Iterator[Fault]:
    if not text.strip():
        yield Fault(field, EMPTY, {})
    elif len(text) > longest:
        yield Fault(field, TOO_LONG, {"most": longest})
    else:
        try:
            tree = own_environment().parse(text)
        except TemplateSyntaxError as error:
            yield Fault(field, UNREADABLE, {"line": error.lineno})
            return
        found = [Fault(field, *one) for one in _Reading(variables_of(kind)).body(tree.body)]
        if not POLICIES[kind].needs_consent:
            found += _advertising(field, text)
        yield from sorted(found, key=lambda one: int(str(one.params["line"])))


def _advertising(field: str, text: str) -> Iterator[Fault]:
    for line, words in enumerate(text.splitlines(), 1):
        found = ADVERTISING.search(unicodedata.normalize("NFKC", words).casefold())
        if found:
            yield Fault(field, ADVERTISES, {"line": line, "words": found[0].strip()})


def _tried(studio: Studio, kind: Kind, language: str, source: Source, now: datetime) -> Iterator[Fault]:
    for flags in (True, False):
        values = sample_values(studio, language, now=now, flags=flags)
        try:
            written(source, kind, language, studio, sample_name(language), values)
        except Exception:
            yield Fault("body", NOT_WRITTEN, {})
            return


def _missing(kind: Kind, body: str) -> Iterator[Fault]:
    said = set(_said(body))
    for group in KINDS[kind].needs:
        if not said & set(group):
            yield Fault("body", MISSING, {"names": " / ".join(group)})


def _said(body: str) -> Iterator[str]:
    """The paths that stand in a text, wherever they stand."""
    tree = own_environment().parse(body)
    for node in tree.find_all((nodes.Name, nodes.Getattr)):
        yield _path(node)


def _path(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{_path(node.node)}.{node.attr}"
    return "…"


Found = tuple[str, dict[str, object]]


class _Reading:
    """Walks through a text and yields what may not stand there. Inside a `for` there are its fields as well."""

    def __init__(self, known: Mapping[str, Variable], *, is_in_list: bool = False) -> None:
        self.known = known
        self.is_in_list = is_in_list

    def body(self, found: list[nodes.Node]) -> Iterator[Found]:
        for node in found:
            if isinstance(node, nodes.Output):
                for one in node.nodes:
                    yield from self._output(one)
            elif isinstance(node, nodes.If):
                yield from self._condition(node)
            elif isinstance(node, nodes.For):
                yield from self._list(node)
            else:
                yield NOT_ALLOWED, {"line": node.lineno}

    def _output(self, node: nodes.Node) -> Iterator[Found]:
        if isinstance(node, nodes.TemplateData):
            return
        written = ""
        if isinstance(node, nodes.Filter) and node.node is not None and not (node.args or node.kwargs):
            written, node = node.name, node.node
        if not isinstance(node, nodes.Name | nodes.Getattr):
            yield NOT_ALLOWED, {"line": node.lineno}
            return
        variable = self.known.get(_path(node))
        if variable is None:
            yield self._unknown(node)
        elif variable.shape is Shape.FLAG:
            yield ONLY_CONDITION, {"line": node.lineno, "name": _path(node)}
        elif variable.shape is Shape.LIST:
            yield ONLY_LIST, {"line": node.lineno, "name": _path(node)}
        elif written not in FILTERS.get(variable.shape, ("",)):
            ways = [
                f"{_path(node)}|{one}" if one else _path(node) for one in FILTERS.get(variable.shape, ("",))
            ]
            yield BARE, {"line": node.lineno, "name": _path(node), "ways": " / ".join(ways)}

    def _condition(self, node: nodes.If) -> Iterator[Found]:
        yield from self._test(node.test)
        yield from self.body(node.body)
        for other in node.elif_:
            yield from self._condition(other)
        yield from self.body(node.else_)

    def _test(self, node: nodes.Node) -> Iterator[Found]:
        if isinstance(node, nodes.Not):
            yield from self._test(node.node)
        elif isinstance(node, nodes.And | nodes.Or):
            yield from self._test(node.left)
            yield from self._test(node.right)
        elif not isinstance(node, nodes.Name | nodes.Getattr):
            yield NOT_ALLOWED, {"line": node.lineno}
        elif _path(node) not in self.known:
            yield self._unknown(node)

    def _list(self, node: nodes.For) -> Iterator[Found]:
        """A list inside a list is not needed, and could make a long text of a short one."""
        is_simple = isinstance(node.target, nodes.Name) and node.test is None and not node.recursive
        is_taken = _path(node.target) in {path.partition(".")[0] for path in self.known}
        if (
            self.is_in_list
            or is_taken
            or not is_simple
            or not isinstance(node.iter, nodes.Name | nodes.Getattr)
        ):
            yield NOT_ALLOWED, {"line": node.lineno}
            return
        variable = self.known.get(_path(node.iter))
        if variable is None:
            yield self._unknown(node.iter)
            return
        if variable.shape is not Shape.LIST:
            yield NO_LIST, {"line": node.lineno, "name": variable.path}
            return
        each = _path(node.target)
        fields = {f"{each}.{one.path}": one for one in variable.fields}
        yield from _Reading({**self.known, **fields}, is_in_list=True).body(node.body)
        yield from self.body(node.else_)

    def _unknown(self, node: nodes.Node) -> Found:
        name = _path(node)
        reason = HEALTH if HEALTH_WORDS.search(name.casefold()) else UNKNOWN
        return reason, {"line": node.lineno, "name": name}
