"""How long it takes to read a notice against all families, beside one pass of a single regular expression.

python -m benchmarks.ess_speed
"""

import re
import time
from collections.abc import Callable
from functools import partial

from matcher.ess.rules import find

LENGTH, TIMES = 20_000, 30
# Sentences of ours as they stand in notices: most ask for nothing, a few ask for much.
NOTICES = {
    "fr": (
        "Le présent marché a pour objet l’entretien des bâtiments communaux et de leurs abords. ",
        "Les candidats remettent un mémoire technique de vingt pages au plus, daté et signé. ",
        "Le groupement d’entreprises est admis ; son mandataire est solidaire de ses membres. ",
        "Le titulaire réserve 5 % des heures à l’insertion de personnes éloignées de l’emploi. ",
        "Critères : prix 60 % ; valeur technique 30 % ; développement durable 10 %. ",
        "Le délai de paiement est de trente jours dès réception de la facture. ",
        "Les offres sont valables six mois ; les délais d’exécution figurent dans le cahier des charges. ",
    ),
    "de": (
        "Gegenstand des Auftrags ist der Unterhalt der Liegenschaften der Gemeinde. ",
        "Die Anbietenden reichen ein Konzept von höchstens zwanzig Seiten ein. ",
        "Bietergemeinschaften sind zugelassen, Subunternehmen sind zu nennen. ",
        "Zuschlagskriterien: Preis 60 %, Qualität 30 %, Ausbildung von Lernenden 10 %. ",
        "Die Zahlungsfrist beträgt dreissig Tage ab Eingang der Rechnung. ",
    ),
}
# One pattern of the taxonomy, as it would be searched alone, whatever the case of letters.
SINGLE = re.compile(r"\b(?:re)?insertion\s+(?:et\s+\w+\s+)?(?:socio-?\s?)?professionnelle", re.IGNORECASE)


def notice(language: str) -> str:
    """A notice of this length."""
    sentences = NOTICES[language]
    whole = "".join(f"{number}. {sentences[number % len(sentences)]}" for number in range(LENGTH // 40))
    return whole[:LENGTH]


def milliseconds(act: Callable[[], object]) -> float:
    """How long an act takes at best: what else the machine does is not counted."""
    act()
    best = float("inf")
    for _ in range(TIMES):
        start = time.thread_time()
        act()
        best = min(best, time.thread_time() - start)
    return best * 1_000


def _all_of_one(text: str) -> None:
    list(SINGLE.finditer(text))


def main() -> None:
    """Print both times and their ratio for each language, and for a text whose language nobody knows."""
    for language, stated in (("fr", "fr"), ("de", "de"), ("fr", None)):
        text = notice(language)
        single = milliseconds(partial(_all_of_one, text))
        ours = milliseconds(partial(find, text, language=stated))
        print(
            f"{stated or 'unknown':8} {len(text)} characters, {len(find(text, language=stated))} findings:"
            f" {ours:.2f} ms, one expression {single:.2f} ms, ratio {ours / single:.1f}"
        )


if __name__ == "__main__":
    main()
