"""A class roster into posts, and a list for the room that misses nobody. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .matching import Match

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


Found = tuple[PostName | None, PostName | None]


def find_position(line: RosterLine, names: Sequence[PostName], memory: dict[str, Found] | None = None) -> int | None:
    """Return the position whose longest name is a cell of the line, else stands in the line, else None.

    ``memory`` keeps what was found for each cell: in a long roster the same posts come again and again.
    """
    memory = {} if memory is None else memory
    cells = [fold(cell) for cell in line.cells]
    for cell in cells:
        if cell not in memory:
            memory[cell] = (
                _longest(name for name in names if name.folded == cell),
                _longest(name for name in names if len(name.folded) >= 2 and name.folded in cell),
            )
    for kind in (0, 1):
        best = _longest(name for cell in cells if (name := memory[cell][kind]) is not None)
        if best is not None:
            return best.position_id
    return None


def _longest(names: Iterable[PostName]) -> PostName | None:
    return max(names, key=lambda name: (len(name.folded), -name.position_id), default=None)


def choose_items(
    ranked: Mapping[int, Sequence[Match]], people: Mapping[int, int], *, per_post: int = 2, limit: int = 12
) -> list[int]:
    """Return item ids for the room: those that serve most people first, until each post has ``per_post`` of them.

    Greedy cover, deterministic: ties go to the higher sum of scores, then to the newer item.
    """
    served = dict.fromkeys(ranked, 0)
    chosen: list[int] = []
    pool = {match.pk for matches in ranked.values() for match in matches}
    scores = {post: {match.pk: match.score for match in matches} for post, matches in ranked.items()}
    while pool and len(chosen) < limit:

        def gain(pk: int) -> tuple[int, float, int]:
            open_posts = [post for post in scores if served[post] < per_post and pk in scores[post]]
            unserved_first = sum(people[post] * (per_post - served[post]) for post in open_posts)
            return unserved_first, sum(scores[post][pk] for post in open_posts), pk

        best = max(pool, key=gain)
        if gain(best)[0] == 0:
            break
        chosen.append(best)
        pool.discard(best)
        for post, items in scores.items():
            served[post] += best in items
    return chosen


def coverage(ranked: Mapping[int, Sequence[Match]], people: Mapping[int, int], chosen: Sequence[int]) -> list[Coverage]:
    """Return for each post how many people hold it and which of the chosen items speak to it; the missed ones first."""
    rows = []
    for post, count in people.items():
        fitting = {match.pk for match in ranked.get(post, ())}
        rows.append(Coverage(post, count, tuple(pk for pk in chosen if pk in fitting)))
    return sorted(rows, key=lambda row: (not row.missed, -row.people, row.position_id))
