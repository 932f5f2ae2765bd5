"""How long it takes to write a printed collection, with pandoc on the same content in the same run as reference.

    python -m benchmarks.anthology --cases 200 --out book.docx

Prints JSON: CPU seconds, peak memory and size of the file, pandoc's CPU seconds (null where it is not installed), the
ratio, and with ``--oracle`` the seconds for all page numbers and for those of one edited case again.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from caselib.word.book import Book, Chapter, Cover, Index, IndexEntry, Matter, Part
from caselib.word.model import Block, Cell, Document, Heading, ImageData, Note, Paragraph, Picture, Run, Table
from caselib.word.oracle import PageOracle
from caselib.word.styles import HOUSE_STYLES
from caselib.word.writer import compile_book

CHARACTERS = 2900
PICTURE_BYTES = 200_000
PARAGRAPHS = 12
_SYLLABLES = "山水村路桥田账本公开民主议事干部群众会议记录清查整改走访入户调解纠纷修复养护服务窗口流程时限监督评议成效经验办法机制台账"


def picture(number: int) -> ImageData:
    """Return a JPEG of 200 KB, a different one for each case."""
    generator = random.Random(number)
    image = (
        Image.frombytes("L", (150, 100), generator.randbytes(15_000))
        .resize((1500, 1000), Image.Resampling.BICUBIC)
        .convert("RGB")
    )
    data = b""
    for quality in (88, 80, 70, 60, 50, 40):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality)
        data = out.getvalue()
        if len(data) <= PICTURE_BYTES - 4:
            break
    missing = PICTURE_BYTES - len(data)
    fill = b""
    while missing > 4:
        # Comment segments make up the size without changing the picture.
        size = min(missing - 4, 60_000)
        fill += b"\xff\xfe" + (size + 2).to_bytes(2, "big") + generator.randbytes(size)
        missing -= size + 4
    data = data[:2] + fill + data[2:]
    return ImageData(
        hashlib.sha1(data, usedforsecurity=False).hexdigest(), data, "image/jpeg", f"{number}.jpg", 1500, 1000
    )


def sentence(generator: random.Random, length: int) -> str:
    return "".join(generator.choice(_SYLLABLES) for _n in range(length - 3)) + "“好”。"


def chapter(number: int) -> Chapter:
    """Return a case of 2,900 characters with one photograph, a table of 6 by 4 and two footnotes."""
    generator = random.Random(number)
    image = picture(number)
    blocks: list[Block] = []
    for index in range(PARAGRAPHS):
        if index % 3 == 0:
            blocks.append(Heading(2, (Run(f"{'一二三四'[index // 3]}、{sentence(generator, 12)[:9]}"),)))
        text = sentence(generator, CHARACTERS // PARAGRAPHS)
        note = {2: "a", 7: "b"}.get(index, "")
        blocks.append(Paragraph((Run(text, note=note),)))
    rows = tuple(tuple(Cell((Paragraph((Run(sentence(generator, 8)),)),)) for _c in range(4)) for _r in range(6))
    blocks.insert(5, Table(rows, 4, 1, "表1 进度"))
    blocks.insert(9, Picture(image.key, "现场", "现场照片"))
    notes = {key: Note(key, (Run(sentence(generator, 20)),)) for key in ("a", "b")}
    return Chapter(
        f"k{number}",
        f"案例{number}：{sentence(generator, 16)[:14]}",
        Document(tuple(blocks), notes, {image.key: image}),
        byline=("某县委党校　某某某",),
        qr=f"https://library.example.invalid/r/{number}/",
        qr_line=f"编号 {number}　扫码查看最新版本",
    )


def book(chapters: list[Chapter]) -> Book:
    """Return a book of ``chapters`` in parts of forty, with foreword, contents and two indexes."""
    parts = tuple(
        Part(f"第{n // 40 + 1}组", tuple(chapters[n : n + 40]), f"第{n // 40 + 1}编")
        for n in range(0, len(chapters), 40)
    )
    keys = [c.key for c in chapters]
    indexes = tuple(
        Index(f"i{n}", title, tuple(IndexEntry(f"{title}{t}", tuple(keys[t::20])) for t in range(20)))
        for n, title in enumerate(("单位索引", "主题索引"))
    )
    foreword = Matter("f", "编者按", Document((Paragraph((Run("编者的话。" * 60),)),)), "foreword")
    return Book("案例汇编", Cover("案例汇编", "测试卷", ("某县委党校",)), front=(foreword,), body=parts, back=indexes)


def cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def peak_mb() -> float:
    """Return the most memory this process has held, in MB of 2**20 bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def markdown(chapters: list[Chapter], folder: Path) -> Path:
    """Write the same content as pandoc's markdown and return the file."""
    lines = []
    for item in chapters:
        lines.append(f"# {item.title}\n")
        for block in item.document.blocks:
            if isinstance(block, Heading):
                lines.append(f"## {block.text}\n")
            elif isinstance(block, Paragraph):
                call = next((f"[^{item.key}{run.note}]" for run in block.runs if run.note), "")
                lines.append(f"{block.text}{call}\n")
            elif isinstance(block, Picture):
                (folder / f"{block.image}.jpg").write_bytes(item.document.images[block.image].data)
                lines.append(f"![{block.caption}]({block.image}.jpg)\n")
            else:
                rows = [[cell.text for cell in row] for row in block.rows]
                lines += [
                    "| " + " | ".join(rows[0]) + " |",
                    "|---" * 4 + "|",
                    *("| " + " | ".join(row) + " |" for row in rows[1:]),
                    "",
                ]
        lines += [f"[^{item.key}{note.key}]: {note.runs[0].text}\n" for note in item.document.notes.values()]
    source = folder / "book.md"
    source.write_text("\n".join(lines), encoding="utf-8")
    return source


def pandoc_seconds(chapters: list[Chapter]) -> float | None:
    program = shutil.which("pandoc")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = markdown(chapters, folder)
        before = cpu()
        subprocess.run([program, "--toc", "-o", "out.docx", source.name], cwd=folder, check=True)
        return cpu() - before


def oracle_figures(chapters: list[Chapter], style: str) -> dict[str, Any]:
    """Return wall and CPU seconds of counting all pages, and of counting one edited case again (writing included)."""
    oracle = PageOracle()
    figures: dict[str, Any] = {}
    for name in ("oracle", "oracle_one_edited"):
        began, before = time.perf_counter(), cpu()
        made = compile_book(book(chapters), io.BytesIO(), style=HOUSE_STYLES[style], oracle=oracle)
        figures |= {f"{name}_s": round(time.perf_counter() - began, 2), f"{name}_cpu_s": round(cpu() - before, 2)}
        if not made.counted:
            return {"oracle_s": None}
        blocks = (*chapters[0].document.blocks, Paragraph((Run("补充一段。"),)))
        chapters = [replace(chapters[0], document=replace(chapters[0].document, blocks=blocks)), *chapters[1:]]
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--style", choices=sorted(HOUSE_STYLES), default="official")
    parser.add_argument("--oracle", action="store_true")
    parser.add_argument("--no-pandoc", action="store_true")
    options = parser.parse_args()
    chapters = [chapter(number) for number in range(1, options.cases + 1)]
    content = book(chapters)
    start_mb = peak_mb()
    before = cpu()
    with options.out.open("wb") as out:
        compile_book(content, out, style=HOUSE_STYLES[options.style])
    seconds = cpu() - before
    memory = peak_mb()
    pandoc = None if options.no_pandoc else pandoc_seconds(chapters)
    figures = {
        "cases": options.cases,
        "style": options.style,
        "cpu_s": round(seconds, 3),
        "peak_mb": round(memory, 1),
        "peak_mb_before_writing": round(start_mb, 1),
        "size_mb": round(options.out.stat().st_size / 2**20, 1),
        "pandoc_cpu_s": None if pandoc is None else round(pandoc, 2),
        "ratio_to_pandoc": None if not pandoc else round(seconds / pandoc, 3),
    }
    if options.oracle:
        figures |= oracle_figures(chapters, options.style)
    json.dump(figures, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
