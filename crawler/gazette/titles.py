"""What kind of notice a gazette publishes: the word before the dash of its title, or its sub-rubric."""

import re

from procurement.vocabulary import NoticeType

_DASH = re.compile(r"\s+[-–—]\s+")
_CORRECTION = re.compile(r"rettifica|berichtigung|rectification|rectificatif|correction")
_KINDS = {
    **dict.fromkeys(
        (
            "ausschreibung",
            "bando",
            "bando di concorso",
            "appel d'offres",
            "avviso di gara",
            "call for tenders",
        ),
        NoticeType.TENDER,
    ),
    **dict.fromkeys(("wettbewerb", "concorso", "concours"), NoticeType.COMPETITION),
    **dict.fromkeys(("zuschlag", "aggiudicazione", "adjudication", "award"), NoticeType.AWARD),
    **dict.fromkeys(
        ("abbruch", "abbruch ausschreibung", "interruzione", "interruption"), NoticeType.ABANDONMENT
    ),
    **dict.fromkeys(("widerruf", "revoca", "révocation", "revocation"), NoticeType.REVOCATION),
}
# Sub-rubrics by their last two digits: OB-TI10 Bando di concorso, OB-TI20 Concorso, OB-TI65 non CIAP.
_SUB_RUBRICS = {"10": NoticeType.TENDER, "20": NoticeType.COMPETITION, "65": NoticeType.TENDER}


def read_title(title: str, sub_rubric: str) -> tuple[NoticeType | None, bool, str]:
    """The kind of a notice, whether it corrects one, and its title without the word that says so.

    A word that is not known stays in the title; then the sub-rubric decides. None when it does not either.
    """
    by_rubric = _SUB_RUBRICS.get(sub_rubric[-2:])
    parts = _DASH.split(title, maxsplit=1)
    if len(parts) != 2:
        return by_rubric, False, title
    word = parts[0].strip().lower().replace("’", "'")
    corrected = _CORRECTION.sub("", word).strip(" :")
    is_correction = corrected != word
    kind = _KINDS.get(corrected)
    if kind is None and not (is_correction and not corrected):
        return by_rubric, False, title
    # In Ticino a contest is announced under « Concorso », and so are some calls: the sub-rubric knows better.
    if kind in (None, NoticeType.COMPETITION) and by_rubric is not None:
        kind = by_rubric
    return kind, is_correction, parts[1].strip()
