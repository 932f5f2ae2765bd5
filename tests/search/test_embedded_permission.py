"""One term a document for its permission tokens finds what the tokens themselves say, for readers of little and of much."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from search import planning
from search.analysis.query import parse
from search.backends import embedded_permission
from search.backends.embedded import EmbeddedEngine
from search.backends.fields import TEXT
from search.queries import Anywhere, Bool, EngineQuery, Everything, Node, Nothing, OneOf, Term, any_of
from search.records import ATTACHMENT, BODY, Record, TextPart

TOKENS = ["public", "internal", "group:1", "group:2", "group:3", "group:11"]


def records() -> list[Record]:
    """Records of which most are public, each with a part that has tokens of its own."""
    dice = random.Random(3)
    made = []
    for number in range(120):
        tokens = ("public",) if number % 2 else tuple(dice.sample(TOKENS, dice.choice((0, 1, 1, 2, 3))))
        own = tuple(dice.sample(TOKENS, dice.choice((1, 1, 2))))
        parts = (TextPart(BODY, "渔港治理。"), TextPart(ATTACHMENT, "茶园夜校。", tokens=own))
        made.append(Record(f"d{number}", "案例", tokens, parts))
    return made


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedEngine:
    engine = EmbeddedEngine(Path(tmp_path_factory.mktemp("permission")))
    builder = engine.builder()
    builder.add(records())
    builder.publish()
    return engine


@pytest.mark.parametrize("seed", range(12))
def test_every_reader_finds_what_is_open_to_the_reader(library: EmbeddedEngine, seed: int) -> None:
    dice = random.Random(seed)
    viewer = frozenset(dice.sample(TOKENS, dice.randint(0, len(TOKENS))))
    for text, guarded in (("渔港", False), ("茶园", True)):
        plan = planning.make(parse(text), viewer=viewer, shares=library.shares)
        answer = library.search(EngineQuery(plan.matches, plan.scoring, tokens=viewer, limit=200, axes=("kind",)))
        open_to_all_of_it = {
            r.key
            for r in records()
            if viewer.intersection(r.tokens) and (not guarded or viewer.intersection(r.parts[1].tokens or ()))
        }
        assert {found.key for found in answer.found} == open_to_all_of_it
        assert answer.total == len(open_to_all_of_it)
        shown = {p.text for found in answer.found for p in found.passages}
        assert shown == ({"茶园夜校。" if guarded else "渔港治理。"} if open_to_all_of_it else set())


def test_a_changed_record_is_open_to_whom_it_is_for_now(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    builder = engine.builder()
    builder.add(Record(f"d{n}", "渔港", ("public",), (TextPart(BODY, "治理。"),)) for n in range(3))
    builder.publish()
    plan = planning.make(parse("渔港"), viewer=frozenset({"public"}))
    query = EngineQuery(plan.matches, plan.scoring, tokens=frozenset({"public"}))
    assert engine.search(query).total == 3
    engine.apply([Record("d1", "渔港", ("group:9",), (TextPart(BODY, "治理。"),))], [], at=1)
    assert {found.key for found in engine.search(query).found} == {"d0", "d2"}


def test_what_the_index_could_not_hold_is_open_to_nobody() -> None:
    many = [f"group:{number}" for number in range(10_000)]
    assert embedded_permission.term(many) == embedded_permission.term([])
    assert len(embedded_permission.term(many[:3000]).encode()) > 20_000


class Terms:
    """The dictionary of an index with many public documents, some internal ones and a few of many groups."""

    def terms_with_prefix(self, field: str, prefix: str, limit: int = 0) -> list[tuple[str, int]]:
        assert field in embedded_permission.FIELDS, "a field of text has millions of terms, and all are walked"
        term = embedded_permission.term
        groups = [(term([f"group:{number}"]), 10) for number in range(40)]
        found = [(term(["public"]), 900_000), (term(["internal"]), 30_000), (term(["open", "group:1"]), 100), *groups]
        return found if field == "k0" else []


def test_the_condition_names_what_is_cheaper() -> None:
    permissions = embedded_permission.Permissions(Terms())  # type: ignore[arg-type]
    term = embedded_permission.term
    groups = [f"group:{number}" for number in range(40)]
    assert permissions.condition("k0", ["public"]) == OneOf("k0", (term(["public"]),))
    # All but internal: one term to leave out is less than forty to find.
    hidden = OneOf("k0", (term(["internal"]),))
    assert permissions.condition("k0", ["public", *groups]) == Bool(must=(Everything(),), without=(hidden,))
    assert permissions.condition("k0", ["group:1"]) == OneOf("k0", (term(["open", "group:1"]), term(["group:1"])))
    assert permissions.condition("k0", ["public", "internal", "open", *groups]) == Everything()
    assert permissions.condition("k0", ["group:41"]) == permissions.condition("k1", ["public"]) == Nothing()


def test_which_slots_have_text_is_asked_of_the_few_terms_beside_it() -> None:
    assert embedded_permission.Permissions(Terms()).slots == (0,)  # type: ignore[arg-type]


def test_a_condition_under_which_is_asked_anyway_is_not_asked_twice() -> None:
    permissions = embedded_permission.Permissions(Terms())  # type: ignore[arg-type]
    viewer, other = OneOf("k0", ("public",)), OneOf("k0", ("internal",))
    word = Term("t0", "渔港")
    node = Bool(must=(word,), filters=(viewer,))
    assert embedded_permission.simplified(node, permissions, viewer) == Bool(must=(word,))
    asked = embedded_permission.simplified(node, permissions, other)
    assert asked == Bool(must=(word,), filters=(permissions.condition("k0", ["public"]),))
    elsewhere = Bool(must=(word,), filters=(OneOf("k1", ("public",)),))
    assert embedded_permission.simplified(elsewhere, permissions, viewer) == Nothing()


def test_a_large_library_is_asked_as_a_small_one(library: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.backends.embedded_query._LARGE", 10)
    monkeypatch.setattr(embedded_permission, "_BEGINNING", 0)
    library._opened = None  # what this reading remembers was made for a small one
    for seed in range(12):
        test_every_reader_finds_what_is_open_to_the_reader(library, seed)


def test_slots_in_which_nobody_has_text_are_not_looked_into(library: EmbeddedEngine, tmp_path: Path) -> None:
    """And are, as soon as somebody has."""

    def looked_into(engine: EmbeddedEngine) -> Node:
        anywhere = Anywhere(Term(TEXT, "茶园"))
        return embedded_permission.simplified(anywhere, engine._open().reading.records.translator._permissions)

    both = any_of(Term("t0", "茶园"), Term("t1", "茶园"))
    assert looked_into(library) == both
    plain = EmbeddedEngine(tmp_path)
    builder = plain.builder()
    builder.add([Record("a", "案例", ("public",), (TextPart(BODY, "茶园。"),))])
    builder.publish()
    assert looked_into(plain) == Term("t0", "茶园")
    guarded = TextPart(ATTACHMENT, "茶园夜校。", tokens=("internal",))
    plain.apply([Record("b", "案例", ("public",), (TextPart(BODY, "渔港。"), guarded))], [], at=1)
    assert looked_into(plain) == both
    plan = planning.make(parse("茶园夜校"), viewer=None)
    assert [f.key for f in plain.search(EngineQuery(plan.matches, plan.scoring)).found] == ["b"]
