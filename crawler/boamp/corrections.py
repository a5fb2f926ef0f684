"""What a correction in free words changes, and what a text says of groups: only what is certain."""

import re
from datetime import datetime

from crawler.boamp import moments, words
from crawler.boamp.contents import Correction
from crawler.boamp.tree import Node
from procurement.vocabulary import Stated

_DEADLINE = re.compile(
    r"(?i)(?:date|heure|d[ée]lai)s?\s+limites?|"
    r"(?:remise|r[ée]ception|d[ée]p[ôo]t)\s+des\s+(?:offres|plis|candidatures)"
)
_READ = re.compile(
    r"(?i)(?<!lieu de )\blire\s*:?\s*(?:(?:au|le|jusqu['’]au|lundi|mardi|mercredi|jeudi|vendredi|samedi)\s+)*"
    r"(\d{1,2})/(\d{1,2})/(\d{4})\s*(?:[,-]?\s*(?:à|a)\s*)?(\d{1,2})\s*(?:h|:)\s*(\d{2})?(?!\d)(?!\s*(?:heures?\s+)?locales?)"
)
_OTHER_DATES = re.compile(r"(?i)visite|questions?|renseignements\s+compl[ée]mentaires|ouverture")
_LABELS = {
    "aulieude": "Au lieu de : ",
    "lire": "Lire : ",
    "supprimer": "Supprimer : ",
    "ajouter": "Ajouter : ",
}
_GROUPS_ADMITTED = re.compile(
    r"(?i)\bgroupements?\b[^.;\n]{0,60}\b(?:sont|est)\s+(?:autoris[ée]|admis|accept[ée])"
)
_GROUPS_REFUSED = re.compile(
    r"(?i)\bgroupements?\b[^.;\n]{0,60}\bne\s+(?:sont|seront)\s+pas\s+(?:autoris[ée]|admis|accept[ée])"
)
_ONE_BID_ONLY = re.compile(
    r"(?i)\binterdi\w*\b[^.\n]{0,120}\bplusieurs\s+offres\s+en\s+agissant\b|"
    r"\binterdi\w*\b[^.\n]{0,80}\boffre\s+en\s+agissant\s+à\s+la\s+fois\b"
)


def read_correction(section: Node) -> Correction:
    """What a correction says, and the new deadline when it states one that can be read in one way only."""
    entries = _entries(section)
    path = f"{section.path}.infosRectif"
    note = words.words("\n".join(_said(entry) for entry in entries), path)
    said = note.get("fr", "")
    for node in entries:
        if node.text("rubDelais") == "ReceptionOffres" and (text := node.text("lireDate")):
            moment = moments.own_moment(text, f"{node.path}.lireDate")
            return Correction(note=note, is_about_deadline=True, deadline=moment, deadline_text=text)
    found = _new_deadlines(said)
    deadline, words_of_it = found.popitem() if len(found) == 1 else (None, None)
    is_about = deadline is not None or _DEADLINE.search(said) is not None
    return Correction(note=note, is_about_deadline=is_about, deadline=deadline, deadline_text=words_of_it)


def _entries(section: Node) -> list[Node]:
    """The innermost elements of a correction that hold words, in their order."""
    waiting, found = section.all("infosRectif"), []
    while waiting:
        node = waiting.pop(0)
        inner = [child for name in node.names if not name.startswith("@") for child in node.all(name)]
        if any(child.names for child in inner):
            waiting = [child if child.names else _alone(node, child) for child in inner] + waiting
        else:
            found.append(node)
    return found


def _alone(parent: Node, child: Node) -> Node:
    return Node({child.path.rsplit(".", 1)[-1]: child.text()}, parent.path)


def _said(entry: Node) -> str:
    """The words of one entry; what is to be read in place of what is told by the names of the elements."""
    if not entry.names:
        return entry.text()
    lines = []
    for name in entry.names:
        for text in entry.texts(name):
            label = next((label for start, label in _LABELS.items() if name.lower().startswith(start)), "")
            lines.append(f"{label}{text}")
    return "\n".join(lines)


def _new_deadlines(said: str) -> dict[datetime, str]:
    """Every date that is to be read in place of a deadline, with its words."""
    found: dict[datetime, str] = {}
    for match in _READ.finditer(said):
        before = said[max(0, match.start() - 250) : match.start()]
        subjects = [*_DEADLINE.finditer(before)]
        if not subjects or _OTHER_DATES.search(before[subjects[-1].start() :]):
            continue
        day, month, year, hour, minute = match.groups()
        try:
            moment = datetime(
                int(year), int(month), int(day), int(hour), int(minute or 0), tzinfo=moments.PARIS
            )
        except ValueError:
            continue
        found[moment] = " ".join(match[0].split())
    return found


def stated_rules(text: str) -> tuple[Stated, Stated]:
    """Whether a text says that groups may bid, and one firm in several: never guessed from silence."""
    allowed = Stated.NOT_SPECIFIED
    if _GROUPS_REFUSED.search(text):
        allowed = Stated.NO
    elif _GROUPS_ADMITTED.search(text):
        allowed = Stated.YES
    return allowed, Stated.NO if _ONE_BID_ONLY.search(text) else Stated.NOT_SPECIFIED
