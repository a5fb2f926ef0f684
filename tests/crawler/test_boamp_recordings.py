"""Recorded notices of BOAMP in files: ours have its shape, each real one is read or refused in words."""

import json
import lzma
from collections import Counter
from pathlib import Path

import pytest

from crawler.boamp.announcement import as_record
from crawler.boamp.reading import canonical, read_record
from crawler.boamp.recordings import read_file
from procurement.errors import UnreadableFile, UnreadableNotice
from procurement.vocabulary import ContractNature, NoticeType, ProcurementMethod
from tests.crawler.boamp_records import RECORDINGS, Record, inside, read, recording, with_inside

ARCHIVED = (RECORDINGS / "archive_award.xml").read_bytes()
REAL = Path(__file__).parents[2] / ".." / "shared" / "data" / "boamp"


def test_a_file_of_records_is_read_record_by_record(tmp_path: Path) -> None:
    rows = [recording("mapa_call"), recording("broken"), {"objet": "sans clé"}]
    (tmp_path / "answer.json").write_text(json.dumps({"total_count": 3, "results": rows}))
    (tmp_path / "list.json.xz").write_bytes(lzma.compress(json.dumps(rows).encode()))
    (tmp_path / "lines.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    (tmp_path / "one.json").write_text(json.dumps(rows[0]))

    found = {path.name: [each[:2] for each in read_file(path)] for path in tmp_path.iterdir()}

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
        for _, payload, _ in read_file(path):
            try:
                read_record(payload, fetched_from=path.name)
                outcomes["read"] += 1
            except UnreadableNotice as refused:
                outcomes[f"{refused.path}: {refused.problem}"] += 1

    extract = "record: an extract of 6 fields, without `nature` and `donnees`: it lacks the notice itself"
    assert outcomes == {"read": 2, extract: 10_000}


@pytest.mark.skipif(not REAL.is_dir(), reason="the recorded notices are not on this machine")
def test_every_recorded_notice_of_the_old_schema_is_read() -> None:
    found = list(read_file(next(REAL.glob("colinmaudry*"))))

    notices = [read_record(payload, fetched_from=key) for key, payload, _ in found]

    assert len(notices) == 19
    assert [notice.source_key for notice in notices] == [each.key for each in found]
    assert all(notice.call is not None or notice.awards for notice in notices if notice.cpv_codes)
    assert (
        sum(notice.call is not None and notice.call.submission_deadline is not None for notice in notices)
        == 8
    )
    assert [notice.references[-1] for notice in notices if "ted" in dict(notice.references)] == [
        ("ted", "252708-2016")
    ]


def test_a_notice_of_the_xml_archive_says_what_the_api_would() -> None:
    notice = read_record(ARCHIVED, fetched_from="x")

    assert (notice.source_key, notice.published_on.isoformat()) == ("19-90010", "2019-09-18")
    assert notice.title == {"fr": "Repas des écoles de Mont-Clair"}
    assert (notice.notice_type, notice.procurement_method) == (NoticeType.AWARD, ProcurementMethod.OPEN)
    assert notice.contract_nature is ContractNature.SERVICES
    assert notice.buyer is not None
    assert (notice.buyer.name, notice.buyer.city) == ({"fr": "Ville de Mont-Clair"}, "Mont-Clair")
    assert notice.refers_to_key == notice.procedure_key == "19-90002"
    [award] = notice.awards
    assert (award.suppliers[0].name, award.value_high) == ("Cuisine du Val", 120_000)


def test_the_index_of_the_xml_archive_comes_in_the_fields_of_the_api() -> None:
    record = as_record(ARCHIVED)

    assert record["code_departement"] == ["1", "74"]
    assert record["descripteur_libelle"] == ["Restauration collective", "Denrées alimentaires"]
    assert (record["criteres"], record["type_marche"]) == (["SOCIAUX"], ["SERVICES"])
    assert (record["famille"], record["nature"], record["sousnature"]) == ("JOUE", "ATTRIBUTION", "STANDARD")
    assert json.loads(record["donnees"])["ATTRIBUTION"]["VALEUR_TOTALE"] == {
        "@DEVISE": "EUR",
        "#text": "120000",
    }


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (ARCHIVED[:900], "no XML"),
        (b"<DOCTYPE/>", "no notice of BOAMP"),
        (b"<ANNONCE/>", "an extract of 0 fields"),
        (ARCHIVED.replace(b"ATTRIBUTION", b"LOTERIE"), "LOTERIE"),
    ],
    ids=["cut", "other", "hollow", "unknown kind"],
)
def test_xml_that_is_no_notice_is_refused_in_words(payload: bytes, words: str) -> None:
    with pytest.raises((UnreadableNotice, ValueError), match=words):
        read_record(payload, fetched_from="x")


def test_an_extract_of_a_record_is_no_notice() -> None:
    row = {"idweb": "24-90001", "objet": "Ménage", "dateparution": "2024-07-02", "nomacheteur": "Ville"}

    with pytest.raises(UnreadableNotice, match="an extract of 4 fields") as raised:
        read_record(canonical(row), fetched_from="x")

    assert raised.value.path == "record"


def joue(**parts: object) -> Record:
    """A legacy award that names an earlier publication in the Official Journal."""
    record = recording("legacy_award")
    tree = inside(record)
    tree["PUBLICATION_ANTERIEURE"] = {"OUI": "", "REFERENCE_PUBLICATION": {"PUBLICATION_JOUE": parts}}
    return with_inside(record, tree)


@pytest.mark.parametrize(
    ("parts", "number"),
    [
        ({"ANNEE": "2020", "NUM_PARUTION": "248", "NUM_ANNONCE": "990123"}, "990123-2020"),
        ({"ANNEE": 2020, "NUM_PARUTION": 48, "NUM_ANNONCE": "090123"}, "90123-2020"),
        ({"NUM_ANNONCE": "2020/S 248-990123"}, "990123-2020"),
        ({"NATURE": {"AVIS_MARCHE": ""}, "ANNEE": "2020", "NUM_ANNONCE": "990123"}, "990123-2020"),
        ({"NATURE": {"AVIS_PREINFORMATION": ""}, "ANNEE": "2020", "NUM_ANNONCE": "990123"}, None),
        ({"ANNEE": "2020", "NUM_ANNONCE": "en cours"}, None),
        ({"NUM_ANNONCE": "990123"}, None),
    ],
)
def test_an_earlier_publication_on_ted_is_named_by_its_number(
    parts: dict[str, object], number: str | None
) -> None:
    notice = read(joue(**parts))

    assert dict(notice.references).get("ted") == number


def test_a_first_call_names_no_earlier_publication_on_ted() -> None:
    call = recording("legacy_call")
    tree = inside(call)
    tree["PUBLICATION_ANTERIEURE"] = inside(joue(ANNEE="2020", NUM_ANNONCE="990123"))[
        "PUBLICATION_ANTERIEURE"
    ]

    assert "ted" not in dict(read(with_inside(call, tree)).references)
