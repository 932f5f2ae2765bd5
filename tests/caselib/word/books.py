"""Books made by rule for the writer's tests: small, random and hostile ones."""

from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import subprocess
from pathlib import Path

from PIL import Image

from caselib.word.book import Book, Chapter, Cover, Index, IndexEntry, Matter, Part
from caselib.word.model import Block, Cell, Document, Heading, ImageData, Note, Paragraph, Picture, Run, Table


def image(width: int = 60, height: int = 40, kind: str = "PNG") -> ImageData:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (155, 44, 34)).save(out, kind)
    data = out.getvalue()
    return ImageData(
        hashlib.sha1(data, usedforsecurity=False).hexdigest(), data, f"image/{kind.lower()}", "图", width, height
    )


def text(value: str, **look: object) -> Paragraph:
    return Paragraph((Run(value),), **look)  # type: ignore[arg-type]


def table(columns: int = 3, rows: int = 3, caption: str = "表1 进度") -> Table:
    return Table(
        tuple(tuple(Cell((text(f"{r}、{c}“格”"),)) for c in range(columns)) for r in range(rows)), columns, 1, caption
    )


def chapter(number: int, paragraphs: int = 6, seed: int = 0) -> Chapter:
    """Return a case with headings, a table, a picture and a footnote, as long as ``paragraphs`` says."""
    generator = random.Random(seed * 1000 + number)
    blocks: list[Block] = [Heading(2, (Run("一、背景"),))]
    for index in range(paragraphs):
        words = "村里把账本挂在墙上——“谁都看得见”。" * generator.randint(2, 14)
        blocks.append(Paragraph((Run(words, note="n" if index == 0 else ""),)))
        if index == paragraphs // 2:
            blocks.append(Heading(2, (Run(f"二、做法{number}"),)))
            blocks.append(table())
    picture = image(600, 400)
    blocks += [Picture(picture.key, "会场", "图1 会场"), text("见表1和图1。")]
    document = Document(tuple(blocks), {"n": Note("n", (Run("见村志。"),))}, {picture.key: picture})
    return Chapter(
        f"k{number}",
        f"第{number}个村子的账本",
        document,
        ("云坪县委党校　某某",),
        qr=f"https://library.example.invalid/r/{number}/",
    )


def crowded(number: int) -> Chapter:
    """Return a case whose first page is full to its foot: notes there, and headings that keep with what follows."""
    generator = random.Random(number)
    blocks: list[Block] = []
    notes: dict[str, Note] = {}
    for index in range(14):
        blocks += [Heading(2 + level, (Run(f"{index}.{level}节"),)) for level in range(index % 4)]
        key = f"n{index}" if index % 2 else ""
        if key:
            notes[key] = Note(key, (Run("见村志，" * generator.randint(4, 30)),))
        blocks.append(Paragraph((Run("每月五日前，把账抄在墙上。" * generator.randint(1, 9), note=key),)))
    return Chapter(f"k{number}", f"第{number}个村子", Document(tuple(blocks), notes), ("云坪县委党校",))


def book(count: int = 4, paragraphs: int = 6, seed: int = 0, parts: int = 2, depth: int = 2) -> Book:
    """Return a book of ``count`` cases with every kind of matter."""
    generator = random.Random(seed)
    chapters = [chapter(n, generator.randint(1, paragraphs), seed) for n in range(1, count + 1)]
    size = -(-count // parts) if parts else count
    body: tuple[Part | Chapter | Matter, ...] = tuple(chapters)
    if parts:
        body = tuple(
            Part(f"第{n + 1}组", tuple(chapters[n * size : (n + 1) * size]), f"第{n + 1}编") for n in range(parts)
        )
        body = (*body[:1], Matter("m", "导读", Document((text("插页的话。"),)), "interlude"), *body[1:])
    index = Index(
        "i",
        "单位索引",
        (IndexEntry("云坪", tuple(c.key for c in chapters), "Y"), IndexEntry("雾河", (chapters[0].key,), "W")),
    )
    return Book(
        "村账选编",
        Cover("村账选编", "测试卷", ("云坪县委党校", "2025年12月"), "内部资料"),
        Cover("村账选编"),
        (Matter("f", "编者按", Document((text("选稿三问。" * 20),)), "foreword"),),
        body,
        (
            Matter("a", "附录", Document((table(caption=""),)), "appendix"),
            index,
            Matter("c", "", Document((text("云坪县委党校编印"),)), "colophon", listed=False),
        ),
        contents_depth=depth,
        properties={"creator": "编", "created": "2025-12-01T00:00:00Z"},
    )


HOSTILE = (
    "\x00\x01控制\x1f符",
    "孤\ud800立\udfff代理",
    "\u202e反向\u2066隔离",
    "😀𠮷\U0002a6a5👨‍👩‍👧",
    "<w:t>&amp;]]>\"'",
    "\ufffe\uffff非字符",
    "行一\n行二\r\n\t行三\x0b\x85\u2028",
    "   ",
    "",
    "长" * 50_000,
    "a" * 20_000,
    "\u0600\u0627عربي",
    "e\u0301\u0300" * 300,
)


def hostile() -> Document:
    """Return a document with everything a database can hold."""
    blocks: list[Block] = []
    for index, words in enumerate(HOSTILE):
        blocks += [
            Heading(index % 9, (Run(words[:400]),)),
            text(words),
            Paragraph((Run(words[:50], href="javascript:alert(1)", note="gone"),), lead=words[:50]),
        ]
        blocks.append(
            Paragraph((Run(words[:20], ruby=words[:20], href=f"https://x.invalid/?q={words[:5]}"),), role="list")
        )
    uneven = (
        (Cell((), 99, 99), Cell((text(HOSTILE[1]),), 0, 0)),
        (),
        (Cell((text("x" * 2000),), 2, 3),),
        (Cell((text("y"),)),) * 80,
    )
    blocks += [Table(uneven, 2, 9, HOSTILE[4]), Table((), 0), Table(((),), 1), table(5, 200, ""), table(2, 2, "")]
    broken = ImageData("broken", b"\x89PNG\r\n\x1a\nnope", "image/png")
    cut = image(300, 200, "JPEG")
    cut = ImageData("cut", cut.data[: len(cut.data) // 2], "image/jpeg")
    tall, line = image(40, 4000), image(4000, 1)
    pictures = {item.key: item for item in (broken, cut, tall, line)}
    blocks += [Picture(key, HOSTILE[0], HOSTILE[4], -5, 1e9) for key in (*pictures, "missing")]
    blocks += [table(), table()]
    return Document(
        tuple(blocks),
        {"never": Note("never", (Run(HOSTILE[1]),)), "end": Note("end", (Run("x"),), "endnote")},
        pictures,
    )


def validator() -> str | None:
    """Return the command of the Open XML SDK validator, or None where it is not installed."""
    own = (
        Path(__file__).resolve().parents[3] / ".cache" / "ooxml-validator" / "node_modules" / ".bin" / "ooxml-validator"
    )
    chosen = os.environ.get("CASELIB_OOXML_VALIDATOR", "")
    return chosen or (str(own) if own.exists() else shutil.which("ooxml-validator"))


def schema_errors(data: bytes, folder: Path) -> str:
    """Return what the validator says against ``data``, empty when it says nothing."""
    file = folder / "checked.docx"
    file.write_bytes(data)
    command = validator()
    assert command
    done = subprocess.run([command, str(file)], capture_output=True, text=True, check=False, timeout=120)
    return "" if '"ok": true' in done.stdout else done.stdout + done.stderr
