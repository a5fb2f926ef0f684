"""Words of notices and profiles brought to one form, so that they can be compared across spellings."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from procurement.labelled import LANGUAGES
from procurement.spelling import ELISION
from procurement.spelling import STOP_WORDS as STOP_WORDS
from procurement.spelling import normalise as normalise
from procurement.spelling import stem as stem

# Words of the trade and names of places: in every notice and in every profile, so they show no kinship.
_COMMON_WORDS = """
accord achat achats acquisition activite activites adjudication annee annees annuel annuelle appel association
avis besoin besoins cadre canton cantonal cantonale commune communal communale communaux concernant contrat
cooperative dans departement different differents divers diverses domaine duree ecole ensemble entreprise
equipe execution fondation fourniture fournitures general generale gestion livrable lot lots mandat mandats
marche marches mise mission objet offre offres office partie personne personnes place prestataire prestation
prestations procedure projet projets proposer propose proposons public publics publique publiques qualite
realisation region responsable service services site sites societe soumission suisse travail travaux type
types ville zone
anforderung angebot anschaffung arbeit arbeiten auftrag auftrage ausfuhrung ausschreibung bedarf bereich
bereiche beschaffung betrieb bund bundesamt dienst dienste dienstleistung dienstleistungen eidgenossische
gemeinde genossenschaft jahr jahre jahren kanton lieferung leistung leistungen los lose objekt objekte
offentlich offentliche projekt projekte schweiz stadt standort standorte stiftung umfasst verein verfahren
vergabe vertrag
acquisto anni anno appalto aggiudicazione associazione attivita bando cantonale cantone citta commessa
comunale comune concorso contratto durata fondazione fornitura forniture gara gestione incarico lavori lavoro
lotti lotto offerta offerte ogni opere oggetto prestazione prestazioni progetto progetti pubblica pubblico
servizi servizio svizzera
award call city company contract contracts delivery department federal framework item items lots municipality
office procurement project projects provision public purchase scope supply supplies switzerland tender tenders
work works year years
aargau argovie argovia appenzell bale basel basilea bern berne berna bernese bellinzona bienne biel carouge
fribourg freiburg friburgo geneve genevois genevoise genevoises geneva genf ginevra glarus glaris graubunden
grisons grigioni jura giura lancy lausanne leman lugano luzern lucerne lucerna meyrin neuchatel neuenburg
nidwalden nidwald nyon obwalden obwald onex schaffhausen schaffhouse schwyz schwytz sion solothurn soleure
soletta romand romande romandie gallen gall thurgau thurgovie ticino tessin uri valais vallese vaud vaudois
vaudoise vernier waadt wallis winterthur zug zoug zurich zurigo
"""


_SKIPPED = frozenset(_COMMON_WORDS.split()).union(*STOP_WORDS.values())


def telling_words(text: str) -> list[str]:
    """The normalised words of a text that say something of its subject, in their order."""
    return [
        word
        for word in normalise(text).split()
        if len(word) >= 3 and word not in _SKIPPED and not word.isdigit()
    ]


def stems_of(text: str) -> frozenset[str]:
    """The stems of the words that say something of a text's subject."""
    return frozenset(stem(word) for word in telling_words(text))


def as_written(text: str) -> dict[str, str]:
    """How each stem of a text is written in it first, in lower case: to quote the word itself."""
    found: dict[str, str] = {}
    for chunk in re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text):
        for word in telling_words(chunk):
            written = ELISION.sub("", chunk.casefold()) if len(normalise(chunk).split()) == 1 else word
            found.setdefault(stem(word), written)
    return found


def language_of(text: str) -> str | None:
    """The language whose function words a text uses most; None when there is nothing to tell it by."""
    words = normalise(text).split()
    counts = {language: sum(word in STOP_WORDS[language] for word in words) for language in LANGUAGES}
    best = max(counts, key=lambda language: counts[language])
    rival = max(count for language, count in counts.items() if language != best)
    return best if counts[best] > rival else None


def holds_phrase(normalised: str, phrase: str) -> bool:
    """Whether a phrase stands, as whole words, in a text that is normalised already."""
    wanted = normalise(phrase)
    return bool(wanted) and f" {wanted} " in f" {normalised} "


# So many first letters of a keyword are looked up; a German word this long is found in compounds too.
_START = 5
_IN_COMPOUNDS = 8


@lru_cache(maxsize=4_000)
def keyword_pattern(keyword: str, language: str) -> re.Pattern[str]:
    """What finds a keyword and its usual forms in a normalised text; long German ones in compounds too."""
    parts = [_forms(word, language) for word in normalise(keyword).split()]
    return re.compile(r"\b" + " ".join(parts) + r"\b")


def _forms(word: str, language: str) -> str:
    if language == "de":
        if len(word) >= _IN_COMPOUNDS:
            return rf"(?:\w*{word}\w{{0,2}}|{word}\w*)"
        return rf"{word}(?:e[nrsm]?|[ns])?"
    if language == "it" and len(word) >= 4 and word[-1] in "aeio":
        return rf"{word[:-1]}h?[aeio]{{1,2}}"
    if language == "fr":
        return rf"{word}(?:e?s|e|x)?"
    return rf"{word}s?"


class KeywordIndex:
    """The keywords of several sectors in one language, found in a text without trying each of them.

    Only those whose first letters start a word of the text are tried; long German ones, which may stand at
    the end of a compound, where their letters are in it at all.
    """

    def __init__(self, keywords: Mapping[str, Iterable[str]], language: str) -> None:
        """Index the keywords of each sector, by its key."""
        self._starts: dict[str, list[tuple[str, str, re.Pattern[str]]]] = {}
        self._within: list[tuple[str, str, str, re.Pattern[str]]] = []
        for key, words in keywords.items():
            for word in words:
                first = normalise(word).split()[0]
                pattern = keyword_pattern(word, language)
                if language == "de" and len(first) >= _IN_COMPOUNDS:
                    self._within.append((first, key, word, pattern))
                else:
                    # An ending may differ: Italian ones replace the last letter.
                    start = first[:-1] if language == "it" and len(first) >= 4 else first
                    self._starts.setdefault(start[:_START], []).append((key, word, pattern))

    def found_in(self, normalised: str) -> Iterator[tuple[str, str]]:
        """Each sector and keyword that stands in a text that is normalised already."""
        starts = {word[:size] for word in set(normalised.split()) for size in range(1, _START + 1)}
        for start in starts & self._starts.keys():
            for key, word, pattern in self._starts[start]:
                if pattern.search(normalised):
                    yield key, word
        for part, key, word, pattern in self._within:
            if part in normalised and pattern.search(normalised):
                yield key, word
