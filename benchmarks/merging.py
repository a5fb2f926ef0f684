"""How well merging tells the same tender at two sources from two, on labelled pairs of published notices.

    python -m benchmarks.merging --data ../shared/data [--out FILE] [--set tuned | aside | first | second]

A label names two records by file and key and holds none of their text. Few tenders are at two sources in
the data, and a search by buyer, words, deadline and description found no more of them; pairs of notices of
one source stand in, where a buyer calls for much that is alike or for one thing twice.

`tuned` and `aside` are the older labels, parted by hash; rules were made on both. `first` and `second` are
fresh: no record is in two of their pairs, nor, but for one, in an older label. They were drawn with a fixed
seed out of all pairs of one buyer, or of buyers named nearly alike, by what merging said of them (`likely`,
`doubtful`, `apart`), and out of the notices of BOAMP that name one notice of TED (`key`). They were read in
no order, without what merging said.

No unlabelled pair of one moment is left that likeness would join. So time is taken away in `moved` pairs:
both are compared as if due when the second is. Same is then one object called for again, corrected or
awarded. What the dates alone tell apart, such as a need of every year, the reader could not tell; it is not
counted.

Each fresh set was measured once before anything was changed for it:

- `first`: 117 right of 123 merged (0.951 [0.898, 0.977]); by likeness 72 of 74, by a shared name 45 of 49.
  After it, short descriptions are read as titles are; buyers named differently both ways, and awards
  without descriptions, wait for staff; and here a call of BOAMP names nothing earlier, as in `crawler` it
  never did.
- `second`: 108 right of 109 merged (0.991 [0.950, 0.998]); by likeness 64 of 65, by a shared name 44 of 44.
  Were calls of BOAMP still to name what is earlier, it were 108 of 114. Of the 17 pairs that the reader
  could not tell, 11 would merge.
"""

import argparse
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.published import Key, read_records
from procurement.likeness import UNDATED, Face, Verdict, text_of
from procurement.merging import PRIVATE, Pool
from procurement.models import Notice, NoticeReference, Tender
from procurement.shares import wilson

LABELS = Path(__file__).parent / "labels"
SETS = ("tuned", "aside", "first", "second")
# Of the shares of a normal distribution, how many deviations hold 95 %.
_DEVIATIONS = 1.96
# Whole collections: every merge in them that no label confirms is to be looked at.
COLLECTIONS = (
    (
        "ted/api_recorded/wecanmoove_ted_v3_ch+fr_2026-07_cpv45_rows.csv",
        "boamp/wecanmoove_boamp_2026-07_tender_rows.csv",
    ),
    (
        "ted/ted_export_notices_fr_de_it_en.tar.xz",
        "boamp/nicolasmura_boamp_api_v2.1_10000_records_6fields.json.xz",
    ),
)


@dataclass(frozen=True, slots=True)
class Label:
    """Two records, and whether a reader found them to be one tender; None: the reader could not tell."""

    first: Key
    second: Key
    is_same: bool | None
    why: str
    set: str
    stratum: str = ""
    # Compared as if both were published, and due, when the second was.
    is_moved: bool = False

    @property
    def is_of_two_sources(self) -> bool:
        """Whether the records are of two sources; the others stand in for such."""
        return self.first[0].split("/")[0] != self.second[0].split("/")[0]


Decide = Callable[[Label], Verdict]


def read_labels(folder: Path) -> list[Label]:
    """All labels; which of the old ones are aside is decided by hash, for all that share a record at once."""
    old, fresh = (
        [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]
        for name in ("merging.jsonl", "merging_fresh.jsonl")
    )
    pairs = [(_key(row["first"]), _key(row["second"])) for row in old]
    parent = {key: key for pair in pairs for key in pair}

    def root(key: Key) -> Key:
        while parent[key] != key:
            key = parent[key]
        return key

    for one, other in pairs:
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    return [
        Label(one, other, row["same"], row["why"], _half(root(one)))
        for row, (one, other) in zip(old, pairs, strict=True)
    ] + [
        Label(
            _key(row["first"]),
            _key(row["second"]),
            row["same"],
            row["why"],
            row["set"],
            row["stratum"],
            row["moved"],
        )
        for row in fresh
    ]


def _key(side: Mapping[str, str]) -> Key:
    return side["file"], side["record"]


def _half(group: Key) -> str:
    return "aside" if hashlib.sha256("#".join(group).encode()).digest()[0] % 2 else "tuned"


def by_merging(records: Mapping[Key, Tender]) -> Decide:
    """Merging as it is: names in common, else likeness, among all that the two files hold of that time."""
    of_file: dict[str, list[Tender]] = defaultdict(list)
    for (file, _), tender in records.items():
        of_file[file].append(tender)

    def decide(label: Label) -> Verdict:
        pair = records[label.first], records[label.second]
        if _names(pair[0]) & _names(pair[1]):
            return Verdict.MERGE
        tenders = [_at("first", pair[0]), _at("second", pair[1])]
        if label.is_moved:
            _move(tenders[0], tenders[1])
        for side, (file, _) in (("first", label.first), ("second", label.second)):
            others = (each for each in of_file[file] if each not in pair)
            tenders += [_at(side, each) for each in others if _is_near(each, tenders[:2])]
        found = _pool(tenders).candidates(tenders[0])
        return next((how.verdict for other, how in found if other is tenders[1]), Verdict.APART)

    return decide


def by_title(records: Mapping[Key, Tender]) -> Decide:
    """A baseline: one title is the other, but for accents, capitals and spaces."""

    def decide(label: Label) -> Verdict:
        first, second = (
            {text_of(title).plain for title in records[key].title.values()}
            for key in (label.first, label.second)
        )
        return Verdict.MERGE if first & second else Verdict.APART

    return decide


def by_deadline_and_buyer(records: Mapping[Key, Tender]) -> Decide:
    """A baseline: the same buyer and the same day of deadline."""

    def decide(label: Label) -> Verdict:
        first, second = records[label.first], records[label.second]
        if first.submission_deadline is None or second.submission_deadline is None:
            return Verdict.APART
        is_same_day = first.submission_deadline.date() == second.submission_deadline.date()
        is_same_buyer = bool(set(Face(first).buyers) & set(Face(second).buyers))
        return Verdict.MERGE if is_same_day and is_same_buyer else Verdict.APART

    return decide


def _names(tender: Tender) -> set[tuple[str, str]]:
    references = [each for notice in tender.notices for each in notice.references]
    return {(each.scheme, each.value) for each in references if each.scheme not in PRIVATE}


def _at(source: str, tender: Tender) -> Tender:
    """A tender as if it were at a source."""
    references = [NoticeReference(scheme=scheme, value=value) for scheme, value in _names(tender)]
    return Tender(
        source=source,
        title=tender.title,
        description=tender.description,
        buyer=tender.buyer,
        submission_deadline=tender.submission_deadline,
        published_on=tender.published_on,
        cpv_codes=tender.cpv_codes,
        notices=[Notice(references=references)],
    )


def _move(tender: Tender, other: Tender) -> None:
    """Let a tender be of the same moment as another, so that time does not tell them apart."""
    other.submission_deadline = other.submission_deadline or tender.submission_deadline
    tender.submission_deadline, tender.published_on = other.submission_deadline, other.published_on


def _is_near(tender: Tender, pair: Sequence[Tender]) -> bool:
    """Whether a tender is of the time of a pair."""
    return any(
        abs(tender.published_on - each.published_on) <= UNDATED
        or (
            tender.submission_deadline is not None
            and each.submission_deadline is not None
            and abs(tender.submission_deadline - each.submission_deadline) <= timedelta(days=2)
        )
        for each in pair
    )


def _pool(tenders: Sequence[Tender]) -> Pool:
    procedures = {}
    for place, tender in enumerate(tenders):
        tender.id = place
        procedures[place] = {value for scheme, value in _names(tender) if scheme == "procedure"}
    return Pool(tenders, procedures)


def measure(decided: Sequence[tuple[Label, Verdict]]) -> dict[str, tuple[int, int]]:
    """Precision and recall of what is merged by itself, the share asked of staff, and what either finds."""
    counts = Counter((label.is_same, verdict) for label, verdict in decided)
    right, wrong = counts[True, Verdict.MERGE], counts[False, Verdict.MERGE]
    asked = counts[True, Verdict.DOUBTFUL] + counts[False, Verdict.DOUBTFUL]
    same = sum(label.is_same is True for label, _ in decided)
    return {
        "precision": (right, right + wrong),
        "recall": (right, same),
        "asked": (asked, len(decided)),
        "found": (right + counts[True, Verdict.DOUBTFUL], same),
    }


def collection(
    records: Mapping[Key, Tender], files: tuple[str, str], labels: Iterable[Label]
) -> dict[str, int]:
    """What merging does with all tenders of two files, and how much of it the labels confirm."""
    same = {frozenset((label.first, label.second)) for label in labels if label.is_same}
    keys = [key for key in records if key[0] in files]
    pool = _pool([records[key] for key in keys])
    counts = Counter(tenders=len(keys))
    for key in keys:
        if key[0] != files[0]:
            continue
        for other, how in pool.candidates(records[key]):
            counts[how.verdict.value] += 1
            if frozenset((key, keys[other.id])) in same:
                counts[f"{how.verdict.value} and labelled so"] += 1
            elif how.verdict is Verdict.MERGE:
                print(f"    no label: {key[1]} {keys[other.id][1]}")
    return dict(counts)


def main() -> None:
    """Print the tables, the pairs that are wrong and the collections, and write them as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--set", choices=SETS, help="without it all, one after the other")
    asked = parser.parse_args()
    labels = read_labels(LABELS)
    files = {key[0] for label in labels for key in (label.first, label.second)}
    records = read_records(asked.data, sorted(files.union(*COLLECTIONS)))
    methods = {
        "merging": by_merging(records),
        "same title": by_title(records),
        "deadline + buyer": by_deadline_and_buyer(records),
    }
    report: dict[str, object] = {}
    for name in (asked.set,) if asked.set else SETS:
        chosen = [label for label in labels if label.set == name]
        known = [label for label in chosen if label.is_same is not None]
        print(f"\n{name}: {len(chosen)} pairs, of {len(chosen) - len(known)} the reader could not tell")
        for part, some in _parts(known).items():
            print(
                f" {part}: {len(some)} pairs, {sum(label.is_same is True for label in some)} are one tender"
            )
            for method, decide in methods.items():
                decided = [(label, decide(label)) for label in some]
                report[f"{name}, {part}, {method}"] = _told(method, decided)
                if method == "merging" and part == "all":
                    _tell_wrong(decided)
    for pair in COLLECTIONS:
        print(f"\nall of {pair[0]}\n   and {pair[1]}")
        counts = collection(records, pair, labels)
        report[" and ".join(pair)] = counts
        print("    " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    if asked.out is not None:
        asked.out.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _parts(labels: Sequence[Label]) -> dict[str, list[Label]]:
    """All, those of two sources, those of one, and each stratum of a fresh set."""
    parts = {
        "all": list(labels),
        "two sources": [label for label in labels if label.is_of_two_sources],
        "one source": [label for label in labels if not label.is_of_two_sources],
    }
    for stratum in sorted({label.stratum for label in labels} - {""}):
        parts[f"drawn as {stratum}"] = [label for label in labels if label.stratum == stratum]
    return {part: some for part, some in parts.items() if some}


def _told(method: str, decided: Sequence[tuple[Label, Verdict]]) -> dict[str, object]:
    told: dict[str, object] = {"labels": len(decided)}
    line = f"  {method:17}"
    for share, (some, of) in measure(decided).items():
        if of:
            low, high = wilson(some, of, deviations=_DEVIATIONS)
            told[share] = [some, of, low, high]
            line += f"  {share} {some}/{of} {some / of:.3f} [{low:.3f}, {high:.3f}]"
    print(line)
    return told


def _tell_wrong(decided: Iterable[tuple[Label, Verdict]]) -> None:
    for label, verdict in decided:
        if label.is_same and verdict is not Verdict.MERGE:
            print(f"    {verdict:8} though one: {label.first[1]} {label.second[1]} ({label.why})")
        elif verdict is Verdict.MERGE and label.is_same is False:
            print(f"    WRONG, merged: {label.first[1]} {label.second[1]} ({label.why})")


if __name__ == "__main__":
    main()
