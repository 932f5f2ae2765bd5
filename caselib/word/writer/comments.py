"""Reviewers' comments: their marks in the text and the part that holds them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from caselib.word import ooxml
from caselib.word.model import Comment, Run


def comment_ends(comments: Sequence[Comment], made: list[str]) -> tuple[str, str]:
    """Return the marks before and behind a passage that ``comments`` are about; the comments go to ``made``."""
    opening = closing = ""
    for comment in comments:
        number = _add(comment, made)
        opening += f'<w:commentRangeStart w:id="{number}"/>'
        closing += _close(number)
    return opening, closing


def commented(
    runs: Sequence[Run], comments: Sequence[Comment], offset: int, write: Callable[[Run], str], made: list[str]
) -> str:
    """Return ``runs`` with the ranges of ``comments``, whose offsets count from ``offset`` characters before."""
    total = sum(len(item.text) for item in runs)
    marks: list[tuple[int, int, str]] = []
    for comment in comments:
        start = min(max(comment.start - offset, 0), total)
        end = min(max(comment.end - offset, start), total)
        end = total if end == start else end
        number = _add(comment, made)
        marks += [(start, 1, f'<w:commentRangeStart w:id="{number}"/>'), (max(end, start), 2, _close(number))]
    marks.sort(key=lambda mark: mark[:2])
    chunks: list[str] = []
    at = 0
    for item in runs:
        text = item.text
        while marks and marks[0][0] < at + len(text):
            cut = marks[0][0] - at
            if cut > 0:
                chunks.append(write(replace(item, text=text[:cut], note="")))
                text, at = text[cut:], at + cut
            chunks.append(marks.pop(0)[2])
        chunks.append(write(replace(item, text=text)))
        at += len(text)
    return "".join(chunks) + "".join(mark[2] for mark in marks)


def _add(comment: Comment, made: list[str]) -> int:
    number = len(made)
    author = ooxml.line(comment.author)[:60] or "?"
    date = f' w:date="{comment.at[:19]}Z"' if re.match(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", comment.at) else ""
    mark = '<w:r><w:rPr><w:rStyle w:val="CommentReference"/></w:rPr><w:annotationRef/></w:r>'
    inner = "".join(
        ooxml.paragraph("CommentText", (mark if index == 0 else "") + ooxml.run(text))
        for index, text in enumerate(ooxml.clean(comment.text).split("\n"))
    )
    made.append(
        f'<w:comment w:id="{number}" w:author="{ooxml.escape(author)}"{date} w:initials="{ooxml.escape(author[:2])}">'
        f"{inner}</w:comment>"
    )
    return number


def _close(number: int) -> str:
    return (
        f'<w:commentRangeEnd w:id="{number}"/><w:r><w:rPr><w:rStyle w:val="CommentReference"/></w:rPr>'
        f'<w:commentReference w:id="{number}"/></w:r>'
    )
