"""A class roster into posts, and a list for the room that misses nobody. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .matching import Match
from .titles import STANDINGS, position_code

MAX_LINES = 3000
SEPARATORS = re.compile(r"[\t,，;；、|｜/／]+|\s{2,}")


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One line of a roster: where it stood (from 1) and its cells."""

    number: int
    cells: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.cells)


# What stands above, between and below the people of a roster.
HEADINGS = frozenset(
    "序号 编号 姓名 名字 学员 学员姓名 性别 民族 年龄 出生年月 单位 所在单位 工作单位 单位名称 单位及职务 单位职务 部门 职务 现任职务 职务职级 职级 级别 岗位 "
    "岗位名称 现任岗位 身份 政治面貌 电话 手机 手机号 手机号码 联系电话 联系方式 身份证号 组别 小组 座位 座位号 房间号 签到 签名 备注 "
    "no name post position unit department rank title telephone phone remark remarks".split()
)
ONLY_HEADS = re.compile(f"(?:{'|'.join(sorted(HEADINGS, key=len, reverse=True))})*")
TITLE = re.compile(r"(名单|名册|花名册|签到表|签到簿|登记表|通讯录|一览表)(\W.*)?$")
TOTAL = re.compile(r"^(共计?|合计|总计|小计)\W*\d*\W*(人|名)?\W*$|^(制表|填表|审核|联系)人?\W|^(备注|注|说明)\s*[:：]")


@dataclass(frozen=True, slots=True)
class PostName:
    """A name by which a position may stand in a roster: the term's own name or a synonym, folded."""

    position_id: int
    folded: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the room's list serves one post."""

    position_id: int
    people: int
    item_ids: tuple[int, ...]

    @property
    def missed(self) -> bool:
        return not self.item_ids


def fold(text: str) -> str:
    """Return ``text`` without width, case, spaces and punctuation."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def parse_lines(text: str) -> list[RosterLine]:
    """Cut pasted text into lines and cells; empty lines are left out. At most ``MAX_LINES`` lines are read."""
    lines = []
    for number, raw in enumerate(text.splitlines(), start=1):
        cells = tuple(cell.strip()[:80] for cell in SEPARATORS.split(raw.strip()) if cell.strip())
        if cells:
            lines.append(RosterLine(number, cells))
        if len(lines) == MAX_LINES:
            break
    return lines


def is_heading(line: RosterLine) -> bool:
    """Whether a line names nobody: the title of the roster, the heads of its columns, a total, a note."""
    folded = [fold(cell) for cell in line.cells]
    if ONLY_HEADS.fullmatch("".join(folded)) or sum(cell in HEADINGS for cell in folded) >= 2:
        return True
    return len(line.cells) == 1 and bool(TITLE.search(line.cells[0]) or TOTAL.search(line.cells[0]))


@dataclass(frozen=True, slots=True)
class PostBook:
    """What positions may be called: the names that the office keeps, and the position behind each code."""

    names: Sequence[PostName]
    codes: Mapping[str, int] = field(default_factory=dict)
    memory: dict[str, tuple[PostName | None, PostName | None]] = field(default_factory=dict, compare=False)

    def look_up(self, cell: str) -> tuple[PostName | None, PostName | None]:
        """Return the name that ``cell`` (folded) is and the longest name within it; in a long roster cells repeat."""
        if cell not in self.memory:
            self.memory[cell] = (
                _longest(name for name in self.names if name.folded == cell),
                _longest(name for name in self.names if len(name.folded) >= 2 and name.folded in cell),
            )
        return self.memory[cell]


TELLING = 4  # characters: a name of this length within a cell says more than the words around it


def find_position(line: RosterLine, book: PostBook) -> int | None:
    """Return the position that a line names, or None.

    In this order: a name of the office's that is a cell; the longest within a cell, if it is long; what posts are called
    (``titles``), read over the whole line, for unit and post stand in cells of their own; a short name within a cell.
    What stands in the column of political standing counts only if nothing else does.
    """
    cells = [fold(cell) for cell in line.cells]
    standing = [cell for cell in cells if cell in STANDINGS]
    cells = [cell for cell in cells if cell not in STANDINGS]
    found = [book.look_up(cell) for cell in cells]
    exact = _longest(name for name, _within in found if name is not None)
    if exact is not None:
        return exact.position_id
    within = _longest(name for _exact, name in found if name is not None)
    if within is not None and len(within.folded) >= TELLING:
        return within.position_id
    said = book.codes.get(position_code("".join(cells)) or "")
    if said is not None:
        return said
    last = within or _longest(name for cell in standing if (name := book.look_up(cell)[1]) is not None)
    return last.position_id if last is not None else None


def _longest(names: Iterable[PostName]) -> PostName | None:
    return max(names, key=lambda name: (len(name.folded), -name.position_id), default=None)


def choose_items(
    ranked: Mapping[int, Sequence[Match]], people: Mapping[int, int], *, per_post: int = 2, limit: int = 12
) -> list[int]:
    """Return item ids for the room: those that serve most people first, until each post has ``per_post`` of them.

    What was written for a wider or narrower group counts for a part only (``Match.closeness``), so that a post is not
    filled up with what is for everybody while something of its own is there. Greedy cover, deterministic: ties go to the
    higher sum of scores, then to the newer item.
    """
    served = dict.fromkeys(ranked, 0.0)
    chosen: list[int] = []
    pool = {match.pk for matches in ranked.values() for match in matches}
    found = {post: {match.pk: match for match in matches} for post, matches in ranked.items()}
    while pool and len(chosen) < limit:

        def gain(pk: int) -> tuple[float, float, int]:
            open_posts = [post for post in found if served[post] < per_post and pk in found[post]]
            unserved_first = sum(
                people[post] * (per_post - served[post]) * found[post][pk].closeness for post in open_posts
            )
            return unserved_first, sum(found[post][pk].score for post in open_posts), pk

        best = max(pool, key=gain)
        if gain(best)[0] == 0:
            break
        chosen.append(best)
        pool.discard(best)
        for post, matches in found.items():
            served[post] += matches[best].closeness if best in matches else 0
    return chosen


def coverage(ranked: Mapping[int, Sequence[Match]], people: Mapping[int, int], chosen: Sequence[int]) -> list[Coverage]:
    """Return for each post how many people hold it and which of the chosen items speak to it; the missed ones first."""
    rows = []
    for post, count in people.items():
        fitting = {match.pk for match in ranked.get(post, ())}
        rows.append(Coverage(post, count, tuple(pk for pk in chosen if pk in fitting)))
    return sorted(rows, key=lambda row: (not row.missed, -row.people, row.position_id))
