"""Dates, hours and sums in words: one meaning is read, two are refused."""

from datetime import date, datetime

import pytest

from crawler.words import Amount, read_amount, read_day, read_deadline
from procurement.errors import UnreadableNotice
from procurement.i18n import ZURICH

TODAY = date(2026, 8, 20)


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=ZURICH)  # type: ignore[misc,arg-type]


NOON = at(2026, 9, 3, 12, 0)


@pytest.mark.parametrize(
    ("language", "words", "moment"),
    [
        ("fr", "jeudi 3 septembre 2026 à 12 h 00", NOON),
        ("fr", "jeudi 3 septembre 2026 à 12h", NOON),
        ("fr", "le 3 septembre 2026, 12 heures", NOON),
        ("fr", "Délai de remise : 03.09.2026 à midi.", NOON),
        ("fr", "3 sept. 2026, à 12:00", NOON),
        ("fr", "3/9/26 à 12h00", NOON),
        ("fr", "JEUDI 3 SEPTEMBRE 2026 À 12H00", NOON),
        ("fr", "avant midi, le jeudi 3 septembre 2026", NOON),
        ("fr", "mardi 1er septembre 2026 à 9 heures du matin", at(2026, 9, 1, 9)),
        ("fr", "mar. 2 mars 2027 à 16h30", at(2027, 3, 2, 16, 30)),
        ("fr", "2026-09-03T10:00:00Z", NOON),
        ("fr", "2026-09-03T12:00:00.000+02:00", NOON),
        ("fr", "2026-09-03 12:00", NOON),
        ("de", "3. September 2026, 12.00 Uhr", NOON),
        ("de", "Donnerstag, den 3. September 2026, 12 Uhr", NOON),
        ("de", "Do., 3.9.2026, 12.00", NOON),
        ("de", "bis 12.00 am 3. September 2026", NOON),
        ("de", "3. 9. 2026 um 12 Uhr mittags", NOON),
        ("de", "Freitag, 5. März 2027, 16.30 Uhr", at(2027, 3, 5, 16, 30)),
        ("it", "entro il 3 settembre 2026 alle ore 12", NOON),
        ("it", "giovedì 3 settembre 2026, ore 12.00", NOON),
        ("it", "1º settembre 2026 entro mezzogiorno", at(2026, 9, 1, 12)),
        ("en", "Thursday 3 September 2026 at 12 noon", NOON),
        ("en", "September 3rd, 2026, 12 p.m.", NOON),
        ("en", "3 September 2026 at 5 pm", at(2026, 9, 3, 17)),
        ("en", "03.09.2026 12:00", NOON),
        # In winter Zurich is an hour nearer to Greenwich.
        ("fr", "2026-12-03T11:00:00Z", at(2026, 12, 3, 12)),
    ],
)
def test_one_moment_is_read_in_four_languages(language: str, words: str, moment: datetime) -> None:
    found = read_deadline(words, language=language, path="deadline", today=TODAY)

    assert found.at == moment
    assert found.at.tzinfo is ZURICH


@pytest.mark.parametrize("words", ["3 septembre 2026", "3.9.2026", "2026-09-03", "3 septembre 2026, 24h00"])
def test_a_day_alone_lasts_to_its_end(words: str) -> None:
    assert read_deadline(words, language="fr", path="deadline", today=TODAY).at == at(2026, 9, 3, 23, 59)


@pytest.mark.parametrize(
    ("language", "words", "said"),
    [
        (
            "fr",
            "Offres jusqu’au jeudi 3 septembre 2026 à 12 h 00 au plus tard",
            "jeudi 3 septembre 2026 à 12 h 00",
        ),
        ("de", "3. September 2026, 12.00 Uhr", "3. September 2026, 12.00 Uhr"),
        ("it", "mercoledì 23 settembre 2026 alle ore 12.00", "23 settembre 2026, 12.00"),
        ("de", "12:00 Uhr am Donnerstag, 3. September 2026", "3. September 2026, 12:00 Uhr"),
    ],
)
def test_the_words_are_kept_as_published(language: str, words: str, said: str) -> None:
    found = read_deadline(words, language=language, path="deadline", today=TODAY)

    assert found.words == said
    assert len(found.words) <= 40


@pytest.mark.parametrize(
    ("language", "words", "problem"),
    [
        ("fr", "dès que possible", "no date"),
        ("fr", "31 février 2026", "no day"),
        ("fr", "3 septembre 1926", "no day"),
        ("fr", "vendredi 3 septembre 2026", "not on that day of the week"),
        ("fr", "3 septembre à 12h", "neither year nor weekday"),
        ("fr", "du 3 au 5 septembre 2026", "several dates"),
        ("de", "3. und 5. September 2026", "several dates"),
        ("fr", "publié le 2.8.2026, délai 3.9.2026", "several dates"),
        ("fr", "3 septembre 2026 à minuit", "beginning of the day or at its end"),
        ("fr", "3 septembre 2026, de 8h à 12h", "several hours"),
        ("fr", "3 septembre 2026 à 5h de l’après-midi", "in the morning or later"),
        ("fr", "3 septembre 2026 à 25h00", "no hour"),
        ("fr", "3 septembre 2026 à 12:75", "no hour"),
        ("fr", "3 septembre 2026 à 12:5", "hour that cannot be read"),
        ("fr", "3 septembre 2026, aux heures d’ouverture", "hour that cannot be read"),
        ("en", "03/09/2026", "which is the month"),
        ("en", "3 September 2026 at 12 a.m.", "no hour"),
        ("en", "3 September 2026 at 13 pm", "no hour"),
    ],
)
def test_what_has_two_meanings_or_none_is_refused(language: str, words: str, problem: str) -> None:
    with pytest.raises(UnreadableNotice, match=f"^deadline: .*({problem})"):
        read_deadline(words, language=language, path="deadline", today=TODAY)


def test_a_day_without_a_year_is_the_next_after_the_publication_when_its_weekday_agrees() -> None:
    found = read_deadline(
        "vendredi 5 mars à 12h",
        language="fr",
        path="deadline",
        today=date(2026, 11, 24),
        published_on=date(2026, 11, 20),
    )

    assert found.at == at(2027, 3, 5, 12)


def test_a_day_without_a_year_is_refused_when_its_weekday_disagrees() -> None:
    with pytest.raises(UnreadableNotice, match="no year"):
        read_deadline(
            "jeudi 5 mars à 12h",
            language="fr",
            path="deadline",
            today=TODAY,
            published_on=date(2026, 11, 20),
        )


def test_without_a_dated_publication_the_nearest_such_day_counts_even_when_it_is_past() -> None:
    found = read_day("vendredi 14 août", language="fr", path="published", today=TODAY)

    assert found == date(2026, 8, 14)


def test_two_letters_are_a_weekday_in_german_only() -> None:
    assert read_day("di 3 settembre 2026", language="it", path="x", today=TODAY) == date(2026, 9, 3)
    with pytest.raises(UnreadableNotice, match="day of the week"):
        read_day("Di 3. September 2026", language="de", path="x", today=TODAY)


@pytest.mark.parametrize(
    ("words", "value", "currency"),
    [
        ("CHF 1'250'000.–", 1_250_000, "CHF"),
        ("Fr. 250’000.-", 250_000, "CHF"),
        ("1 250 000 francs", 1_250_000, "CHF"),
        ("800'000 Franken (ohne MWST)", 800_000, "CHF"),
        ("CHF 1,250,000.50", 1_250_000.5, "CHF"),
        ("EUR 1.250.000,50", 1_250_000.5, "EUR"),
        ("€ 1,250", 1250, "EUR"),
        ("environ 1,2 million de francs", 1_200_000, "CHF"),
        ("2.5 Mio. CHF", 2_500_000, "CHF"),
        ("1,25 milioni di franchi", 1_250_000, "CHF"),
        ("CHF 99.5", 99.5, "CHF"),
        ("CHF 450'000 en 2026", 450_000, "CHF"),
    ],
)
def test_a_sum_is_read_with_its_currency(words: str, value: float, currency: str) -> None:
    assert read_amount(words, path="value") == Amount(value, currency)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("100'000", "no sum|several"),
        ("selon le dossier", "no sum"),
        ("CHF 1.2345", "two ways"),
        ("CHF 1'25", "two ways"),
        (f"CHF {'9' * 400}", "no sum"),
        ("de 100'000 à 200'000 francs", "several sums"),
        ("CHF 100'000 ou EUR 100'000", "several sums"),
    ],
)
def test_a_sum_of_two_meanings_is_refused(words: str, problem: str) -> None:
    with pytest.raises(UnreadableNotice, match=f"^value: .*({problem})"):
        read_amount(words, path="value")
