"""Records of BOAMP kept in files: an answer of the API, an export, or one record to a line."""

import json
import lzma
from collections.abc import Iterator
from pathlib import Path

from crawler.boamp.reading import canonical
from crawler.source import read_json
from procurement.errors import UnreadableFile
from procurement.notices import digest_of


def read_file(path: Path) -> Iterator[tuple[str, bytes]]:
    """Each record of a `.json`, `.jsonl`, `.json.xz` or `.jsonl.xz` file: its key and its payload.

    A record without a key is given one from its content, so that it can be kept as unreadable.
    """
    try:
        content = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
    except (OSError, lzma.LZMAError) as problem:
        raise UnreadableFile(f"{path.name}: {problem}") from problem
    for row in _rows(content, path):
        key = row.get("idweb") if isinstance(row, dict) else None
        payload = canonical(row)
        yield key if isinstance(key, str) and key else f"row:{digest_of(payload)[:16]}", payload


def _rows(content: bytes, path: Path) -> Iterator[object]:
    try:
        if ".jsonl" in path.suffixes:
            yield from (json.loads(line) for line in content.splitlines() if line.strip())
            return
        value = read_json(content)
    except ValueError as problem:
        raise UnreadableFile(f"{path.name}: {problem}") from problem
    rows = value.get("results", [value]) if isinstance(value, dict) else value
    if not isinstance(rows, list):
        raise UnreadableFile(f"{path.name}: neither an answer of the API nor a list of records")
    yield from rows
