"""Recorded notices of BOAMP in files: ours have its shape, each real one is read or refused in words."""

import json
import lzma
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from crawler.boamp.reading import canonical, read_record
from crawler.boamp.recordings import read_file
from procurement.errors import UnreadableFile, UnreadableNotice
from tests.crawler.boamp_records import RECORDINGS, Record, read, recording

REAL = Path(__file__).parents[2] / ".." / "shared" / "data" / "boamp"


def test_a_file_of_records_is_read_record_by_record(tmp_path: Path) -> None:
    rows = [recording("mapa_call"), recording("broken"), {"objet": "sans clé"}]
    (tmp_path / "answer.json").write_text(json.dumps({"total_count": 3, "results": rows}))
    (tmp_path / "list.json.xz").write_bytes(lzma.compress(json.dumps(rows).encode()))
    (tmp_path / "lines.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    (tmp_path / "one.json").write_text(json.dumps(rows[0]))

    found = {path.name: list(read_file(path)) for path in tmp_path.iterdir()}

    assert found["answer.json"] == found["list.json.xz"] == found["lines.jsonl"]
    keys = [key for key, _ in found["answer.json"]]
    assert keys[:2] == ["25-30001", "25-30011"]
    assert keys[2].startswith("row:")
    assert found["one.json"] == [("25-30001", canonical(rows[0]))]


@pytest.mark.parametrize(
    ("name", "content"), [("a.json", b"{"), ("a.json.xz", b"no archive"), ("a.json", b"42")]
)
def test_a_file_that_holds_no_records_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(UnreadableFile, match=name):
        list(read_file(tmp_path / name))


def test_recordings_have_the_shape_of_a_full_record() -> None:
    names = {name for path in RECORDINGS.glob("*.json") for name in json.loads(path.read_text())}

    assert len(names) == 43
    assert {"gestion", "donnees", "contractfolderid", "titulaire"} <= names


@pytest.mark.skipif(not REAL.is_dir(), reason="the recorded notices are not on this machine")
def test_every_recorded_notice_is_read_or_refused_in_words() -> None:
    outcomes: Counter[str] = Counter()
    for path in sorted(REAL.glob("nicolasmura*")):
        for _, payload in read_file(path):
            try:
                read_record(payload, fetched_from=path.name)
                outcomes["read"] += 1
            except UnreadableNotice as refused:
                outcomes[f"{refused.path}: {refused.problem}"] += 1

    assert outcomes == {"read": 2, "nature: Field required": 10_000}


@pytest.mark.skipif(not REAL.is_dir(), reason="the recorded notices are not on this machine")
def test_every_recorded_notice_of_the_old_schema_is_read() -> None:
    with tarfile.open(next(REAL.glob("colinmaudry*"))) as pack:
        members = [member for member in pack.getmembers() if member.name.endswith(".xml")]
        files = [file.read() for member in members if (file := pack.extractfile(member)) is not None]

    notices = [read(_as_record(content)) for content in files]

    assert len(notices) == 19
    assert all(notice.call is not None or notice.awards for notice in notices if notice.cpv_codes)
    assert (
        sum(notice.call is not None and notice.call.submission_deadline is not None for notice in notices)
        == 8
    )


def _as_record(content: bytes) -> Record:
    """A notice of the XML archive as the API would give it."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(content, parser)
    kind, state = (root.find(f"GESTION/REFERENCE/TYPE_AVIS/{name}")[0].tag for name in ("NATURE", "STATUT"))
    return {
        "idweb": root.findtext("GESTION/REFERENCE/IDWEB"),
        "objet": root.findtext("GESTION/INDEXATION/RESUME_OBJET"),
        "dateparution": root.findtext("GESTION/INDEXATION/DATE_PUBLICATION"),
        "nature": kind,
        "etat": state,
        "url_avis": None,
        "donnees": json.dumps(_as_json(root.find("DONNEES"))),
    }


def _as_json(element: Any) -> Any:
    found: dict[str, Any] = {f"@{name}": value for name, value in element.attrib.items()}
    for child in element:
        before, value = found.get(child.tag), _as_json(child)
        if before is None:
            found[child.tag] = value
        else:
            found[child.tag] = [*(before if isinstance(before, list) else [before]), value]
    text = (element.text or "").strip()
    return {**found, "#text": text} if found and text else found or text
