"""Marks of state secrets and internal documents that were left in a text."""

from __future__ import annotations

import regex

from caselib.review.enums import Category, Severity

from .hits import Hit
from .matcher import Joined
from .personal import PACK

_SECRET = regex.compile(
    r"(?:绝密|机密|秘密)[ \x1e]{0,3}[★☆\*](?:[ ]?\d{1,2}[ ]?(?:年|个?月))?|[★☆][ ]{0,2}(?:绝密|机密|秘密)?[ ]{0,2}\d{1,2}\s?年"
    r"|(?:密级|保密等级)[:： ]{0,3}(?:绝密|机密|秘密)|(?:绝密|机密|秘密)[（\(【\[〔]?(?:文件|资料|件|级|等级)"
    r"|(?<=^|\x1e)(?:【|\[|（)?(?:绝密|机密|秘密)(?:】|\]|）)?(?=\x1e|$)|(?:top\s?secret|confidential)(?![a-z])"
)
_INTERNAL = regex.compile(
    r"内部(?:资料|文件|材料|刊物|参考|发行|使用|传阅)[,，；;。\x1e \(（]{0,3}(?:注意保存|请勿外传|不得外传|严禁外传|妥善保管|不得公开)?"
    r"|(?:请勿|不得|严禁|切勿|禁止)(?:外传|外泄|翻印|转发|公开引用|公开发表|公开传播)|(?:仅供|只供|限于?|限)(?:内部|本单位|领导)(?:参考|使用|阅读|传阅|掌握)"
    r"|(?:不予公开|依申请公开|阅后即?(?:收回|销毁|焚)|发至县团级|发至(?:省军|地师|县团|乡镇)级)"
)


def marking_hits(joined: Joined, *, public: bool) -> list[Hit]:
    """Return the markings in ``joined``. A secrecy marking always blocks; an internal one blocks a public item."""
    hits: list[Hit] = []
    internal = Severity.BLOCKING if public else Severity.WARNING
    for key, severity, pattern in (("secret-mark", Severity.BLOCKING, _SECRET), ("internal-mark", internal, _INTERNAL)):
        for match in pattern.finditer(joined.folded.text):
            start, end = match.span()
            passage, first, last = joined.locate(start, end)
            quote = joined.passages[passage][first:last]
            hits.append(Hit(passage, first, last, PACK, key, Category.MARKING, severity, "", quote))
    return hits
