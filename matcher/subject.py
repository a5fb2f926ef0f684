"""Signals of the subject: whether a lot is of a member's trade, by its codes and by its words."""

from collections.abc import Mapping

import numpy as np

from matcher.cards import Reason, signal
from matcher.context import Context, member_stems
from matcher.kinship import Row, branch_value, significant
from matcher.lead import Lead, LotFacts
from matcher.words import as_written
from procurement.models import Translations

# A code of the whole tender may be that of another lot.
_TENDER_ONLY = 0.8


@signal("Branche CPV commune", family="codes")
def cpv_branch(lot: LotFacts, context: Context) -> Row:
    """How near the nearest of a member's codes is to one of the lot's."""
    row = context.nothing()
    for code in lot.cpv_codes:
        np.maximum(row, _weight(lot, code) * context.codes.nearest(code), out=row)
    return row


@cpv_branch.told_by
def _branch_in_words(lead: Lead, context: Context) -> Reason:
    lot, member = lead.lot, lead.member
    pairs = [(own, code) for code in lot.cpv_codes for own in member.cpv_codes]
    own, code = max(pairs, key=lambda pair: _weight(lot, pair[1]) * branch_value(*pair))
    facts = {"code": code, "labels": _words(lot.cpv_words, code)}
    if significant(own) == significant(code):
        return Reason("cpv_same", facts)
    key = "cpv_under" if significant(code).startswith(significant(own)) else "cpv_near"
    return Reason(key, facts | {"own_code": own, "own_labels": _words(member.cpv_words, own)})


def _weight(lot: LotFacts, code: str) -> float:
    return 1.0 if code in lot.own_cpv_codes or not lot.own_cpv_codes else _TENDER_ONLY


def _words(words: Mapping[str, Translations], code: str) -> Translations:
    return dict(words.get(code, {}))


@signal("Branche CPV d’après le texte", family="codes")
def cpv_suggested(lot: LotFacts, context: Context) -> Row:
    """How near a member's codes are to those that the text of a notice without a telling code points to."""
    row = context.nothing()
    for code, confidence in lot.suggested_cpv:
        np.maximum(row, confidence * context.codes.nearest(code), out=row)
    return row


@cpv_suggested.told_by
def _suggestion_in_words(lead: Lead, context: Context) -> Reason:
    pairs = [(own, *found) for found in lead.lot.suggested_cpv for own in lead.member.cpv_codes]
    own, code, sure = max(pairs, key=lambda each: each[2] * branch_value(each[0], each[1]))
    labels, own_labels = _words(lead.lot.cpv_words, code), _words(lead.member.cpv_words, own)
    facts = {"code": code, "labels": labels, "own_code": own, "own_labels": own_labels}
    return Reason("cpv_suggested", facts | {"sure": round(sure, 2)})


@signal("Domaine d’activité du membre", family="codes")
def sector_branch(lot: LotFacts, context: Context) -> Row:
    """How much a code of the lot lies in a sector of a member: its core, its border, or excluded from it."""
    row = context.nothing()
    for key, value in context.fields.of(lot.cpv_codes).items():
        np.maximum(row, value * context.is_in(key), out=row)
    return row


@sector_branch.told_by
def _sector_in_words(lead: Lead, context: Context) -> Reason:
    found = [
        (value, key, code)
        for code in lead.lot.cpv_codes
        for key, value in context.fields.of((code,)).items()
        if key in lead.member.sectors
    ]
    value, key, code = max(found, key=lambda each: each[0])
    facts = {"labels": dict(context.fields.sectors[key].labels), "code": code}
    return Reason("sector_core" if value >= 0.7 else "sector_border", facts)


@signal("Mots du domaine dans l’avis", family="words")
def sector_words(lot: LotFacts, context: Context) -> Row:
    """How strongly the lot's texts name a sector of the member, in its languages: a title counts most."""
    row = context.nothing()
    for key, values in context.fields.words(lot).items():
        np.maximum(row, _strength(values) * context.is_in(key), out=row)
    return row


@sector_words.told_by
def _keywords_in_words(lead: Lead, context: Context) -> Reason:
    found = context.fields.words(lead.lot)
    key = max((key for key in lead.member.sectors if key in found), key=lambda each: _strength(found[each]))
    words = sorted(found[key], key=lambda word: -found[key][word])
    return Reason("sector_words", {"words": words[:4], "labels": dict(context.fields.sectors[key].labels)})


def _strength(values: Mapping[str, float]) -> float:
    """How strongly words name a sector together: the strongest counts whole, each other two fifths."""
    strongest = max(values.values())
    return min(1.0, strongest + 0.4 * (sum(values.values()) - strongest))


# Two texts of one trade have about this cosine: then they are half as near as can be.
_HALF_NEAR = 0.15


def rescale(likeness: Row, *, half: float = _HALF_NEAR) -> Row:
    """Cosines made a signal without changing their order: near 0 for any two texts, one half at `half`."""
    squared = np.maximum(likeness, 0.0) ** 2
    return squared / (squared + half**2)


@signal("Textes proches", family="words", version=2)
def text_likeness(lot: LotFacts, context: Context) -> Row:
    """How near the lot's text is to what the member says it offers, in the lot's own language."""
    return rescale(context.space.row(lot))


@text_likeness.told_by
def _likeness_in_words(lead: Lead, context: Context) -> Reason | None:
    words = context.space.shared_words(lead.lot, lead.member.id)
    return Reason("text_likeness", {"words": words}) if len(words) >= 2 else None


@signal("Référence proche", family="words", version=2)
def reference_likeness(lot: LotFacts, context: Context) -> Row:
    """How near the lot's text is to one single reference of the member: one that is the same says most."""
    return rescale(context.space.reference_row(lot))


@reference_likeness.told_by
def _reference_in_words(lead: Lead, context: Context) -> Reason:
    return Reason(
        "reference_likeness", {"reference": context.space.nearest_reference(lead.lot, lead.member.id)}
    )


# So much of BM25 is half as much as can be: about four rare words of a title.
_HALF_TOLD = 20.0


@signal("Mots de la présentation dans l’avis", family="words")
def bm25_likeness(lot: LotFacts, context: Context) -> Row:
    """How much the words that the member uses of itself tell of the lot: rare words most, by BM25."""
    told = context.space.told_row(lot)
    return told / (told + _HALF_TOLD)


@bm25_likeness.told_by
def _title_in_words(lead: Lead, context: Context) -> Reason | None:
    best: list[str] = []
    for language in lead.lot.languages:
        own = member_stems(lead.member, language)
        shared = [written for root, written in _titles(lead.lot, language).items() if root in own]
        best = max(best, shared, key=len)
    return Reason("title_words", {"words": best[:4]}) if len(best) >= 2 else None


def _titles(lot: LotFacts, language: str) -> Mapping[str, str]:
    """The stems of a lot's titles in a language, and how they are written there."""
    return as_written(f"{lot.title.get(language, '')}\n{lot.lot_title.get(language, '')}")


# Sentences that mean the same in two languages have about this cosine.
_HALF_MEANT = 0.5


@signal("Sens proche, dans une autre langue", family="words")
def meaning(lot: LotFacts, context: Context) -> Row:
    """How near the lot is in meaning to a member that describes itself in a language it is not written in."""
    return rescale(context.meaning(lot), half=_HALF_MEANT)


@meaning.told_by
def _meaning_in_words(lead: Lead, context: Context) -> Reason:
    return Reason("meaning", {"language": lead.lot.language})
