"""The report of a year: key figures, charts, tables, league, quotes, what members won, method and limits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from babel.numbers import format_currency
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.criteria import family_label
from config.tables import sources
from procurement.i18n import ZURICH, capital, locale_of, say_date, translator
from procurement.models import Chamber, Tender, in_language
from procurement.observatory.calls import Choice, Reading
from procurement.observatory.figures import LEAST, Dimension, Tally
from procurement.observatory.method import METHOD
from procurement.observatory.names import buyer_names, names_of
from procurement.observatory.quotes import Quote, quotes, telling
from procurement.observatory.survey import Survey, survey
from procurement.report.paper import SOFT, Paper

_MOST_BUYERS = 20
_MOST_QUOTES = 12
_MOST_ROWS = 15
_MOST_WINS = 30
_COMPARED = (
    Dimension.LEVEL,
    Dimension.CANTON,
    Dimension.SECTOR,
    Dimension.METHOD,
    Dimension.TREATY,
    Dimension.DIVISION,
)


def yearly_report(session: Session, *, chamber: Chamber, year: int, language: str, now: datetime) -> bytes:
    """The report of a year as a PDF in a language; the same rows at the same moment give the same bytes."""
    found = survey(session, chamber_id=chamber.id, choice=Choice(year=year))
    return bytes(_Report(session, found, chamber, year, language, now).made().output())


class _Report:
    """One report while it is being written."""

    def __init__(
        self, session: Session, found: Survey, chamber: Chamber, year: int, language: str, now: datetime
    ) -> None:
        self.session, self.found, self.chamber = session, found, chamber
        self.year, self.language, self.now = year, language, now
        self.tr = translator(language)
        self.paper = Paper(
            title=self.tr.gettext("Les critères ESS dans les marchés publics, {year}").format(year=year),
            author=chamber.name,
            language=language,
            foot=f"{chamber.name} – {self.tr.gettext('Les critères ESS dans les marchés publics')} {year}",
            now=now,
        )

    def made(self) -> Paper:
        """The whole report."""
        self._title_page()
        self._in_brief()
        self._families()
        self._trend()
        for dimension in _COMPARED:
            self._compared(dimension)
        self._league()
        self._quotes()
        self._won()
        self._method()
        return self.paper

    def _title_page(self) -> None:
        paper, whole = self.paper, self.found.whole
        paper.add_page()
        paper.ln(55)
        paper.paragraph(self.chamber.name, size=13, color=SOFT)
        paper.paragraph(self.tr.gettext("Les critères ESS dans les marchés publics"), size=26, style="B")
        paper.paragraph(self.tr.gettext("Rapport {year}").format(year=self.year), size=18)
        paper.ln(8)
        paper.paragraph(self._headline(whole), size=13)
        paper.ln(60)
        day = say_date(self.now.astimezone(ZURICH).date(), self.language)
        paper.paragraph(self.tr.gettext("État du {day}.").format(day=day), color=SOFT)
        paper.paragraph(
            self.tr.gettext("Information, pas un conseil juridique : seul l’avis officiel fait foi."),
            color=SOFT,
        )

    def _headline(self, whole: Tally) -> str:
        if whole.share is None:
            return self.tr.gettext("Trop peu d’appels ont pu être lus pour dire une part.")
        return self.tr.gettext(
            "{share} des appels lus demandent un critère ESS : {asking} sur {read}."
        ).format(share=self._percent(whole.share), asking=whole.asking, read=whole.read)

    def _in_brief(self) -> None:
        paper, whole, tr = self.paper, self.found.whole, self.tr
        paper.add_page()
        paper.heading(tr.gettext("En bref"), space=0)
        paper.figures(
            [
                (str(whole.calls), tr.gettext("appels d’offres comptés")),
                (self._percent(whole.share), tr.gettext("des appels lus demandent un critère ESS")),
                (
                    str(self.found.as_award),
                    tr.gettext("d’entre eux le demandent parmi leurs critères d’adjudication"),
                ),
                (self._percent(whole.least), tr.gettext("de tous les appels, au moins")),
                (str(self.found.won.tenders), tr.gettext("marchés gagnés par des membres")),
            ]
        )
        if whole.interval is not None:
            low, high = (self._percent(each) for each in whole.interval)
            said = tr.gettext("entre {low} et {high}, à 95 %").format(low=low, high=high)
            paper.paragraph(f"{capital(said)}.", color=SOFT)
        before = self._of_year(self.year - 1)
        if whole.share is not None and before.share is not None:
            said = tr.gettext("L’année d’avant : {share} ({asking} sur {read}).").format(
                share=self._percent(before.share), asking=before.asking, read=before.read
            )
            paper.paragraph(said)
        unread = whole.counts[Reading.IN_DOCUMENTS]
        paper.paragraph(
            tr.ngettext(
                "Un appel renvoie au dossier : il ne compte ni pour ni contre.",
                "{count} appels renvoient au dossier : ils ne comptent ni pour ni contre.",
                unread,
            ).format(count=unread),
            style="B",
        )
        paper.stack("", "", [whole.counts[each] for each in Reading], height=7)
        paper.legend([f"{capital(each.label(self.language))} {whole.counts[each]}" for each in Reading])

    def _of_year(self, year: int) -> Tally:
        whole = Tally()
        for (when, _), each in self.found.trend:
            if when == year:
                whole.counts.update(each.counts)
        return whole

    def _families(self) -> None:
        paper, tr, found = self.paper, self.tr, self.found.families
        paper.heading(tr.gettext("Quels critères, avec quel poids"))
        if not found:
            paper.paragraph(tr.gettext("Aucun critère ESS n’a été trouvé dans ces appels."))
            return
        for each in found:
            paper.bar(family_label(each.family, self.language), str(each.calls), each.calls / found[0].calls)
        paper.ln(3)
        paper.rows(
            [
                tr.gettext("Famille"),
                tr.gettext("Appels"),
                tr.gettext("Dont critère d’adjudication"),
                tr.gettext("Poids indiqués"),
                tr.gettext("Poids médian"),
                tr.gettext("De … à"),
            ],
            [
                [
                    family_label(each.family, self.language),
                    str(each.calls),
                    str(each.as_award),
                    str(len(each.weights)),
                    self._weight(each.median),
                    " – ".join(self._weight(end) for end in each.range) if each.range else "–",
                ]
                for each in found
            ],
            [60, 18, 28, 22, 20, 22],
        )

    def _trend(self) -> None:
        paper, tr = self.paper, self.tr
        trend = [item for item in self.found.trend if item[0][0] <= self.year]
        named = [
            (tr.gettext("T{quarter} {year}").format(quarter=quarter, year=year), each)
            for (year, quarter), each in trend
        ]
        known = [each.share for _, each in named if each.share is not None]
        paper.heading(tr.gettext("Évolution"), kept=75)
        if len(known) < 2:
            paper.paragraph(
                tr.gettext("Il faut deux trimestres avec cinq appels lus pour dire une évolution.")
            )
        else:
            top = next(each for each in (0.2, 0.4, 0.6, 0.8, 1.0) if each >= max(known))
            paper.line_chart([(words, each.share) for words, each in named], top)
        self._tallied(tr.gettext("Trimestre"), named[-8:][::-1])

    def _compared(self, dimension: Dimension) -> None:
        found = self.found.by(dimension)
        words = names_of(self.session, dimension, [key for key, _ in found], self.language)
        rows = [(words[key], each) for key, each in found][:_MOST_ROWS]
        if not rows:
            return
        self.paper.heading(
            self.tr.gettext("Appels selon : {dimension}").format(dimension=dimension.label(self.language)),
            size=12,
        )
        if dimension in (Dimension.LEVEL, Dimension.CANTON):
            for name, each in rows[:8]:
                counts = [each.counts[reading] for reading in Reading]
                self.paper.stack(name, self._percent(each.share), counts)
            self.paper.ln(2)
        self._tallied(capital(dimension.label(self.language)), rows)

    def _tallied(self, title: str, rows: Sequence[tuple[str, Tally]]) -> None:
        tr = self.tr
        self.paper.rows(
            [
                title,
                tr.gettext("Appels"),
                *(capital(each.label(self.language)) for each in Reading),
                tr.gettext("Part des lus"),
                tr.gettext("Au moins"),
            ],
            [
                [
                    name,
                    str(each.calls),
                    *(str(each.counts[reading]) for reading in Reading),
                    self._percent(each.share),
                    self._percent(each.least),
                ]
                for name, each in rows
            ],
            [46, 15, 20, 20, 24, 17, 14, 14],
        )

    def _league(self) -> None:
        paper, tr, league = self.paper, self.tr, self.found.league
        ranked = league.ranked[:_MOST_BUYERS]
        names = buyer_names(self.session, {buyer for buyer, _ in ranked}, self.language)
        paper.heading(tr.gettext("Adjudicateurs"))
        if ranked:
            paper.paragraph(
                tr.gettext(
                    "Rangés par la borne basse de l’intervalle : un seul appel qui demande n’est pas une "
                    "habitude."
                ),
                color=SOFT,
            )
            paper.rows(
                [
                    tr.gettext("Adjudicateur"),
                    tr.gettext("Appels"),
                    capital(Reading.ASKS.label(self.language)),
                    tr.gettext("Part des lus"),
                    tr.gettext("Intervalle"),
                ],
                [
                    [
                        names[buyer],
                        str(each.calls),
                        str(each.asking),
                        self._percent(each.share),
                        " – ".join(self._percent(end) for end in each.interval or ()),
                    ]
                    for buyer, each in ranked
                ],
                [86, 18, 24, 18, 24],
            )
        few = len(league.too_few)
        paper.paragraph(
            tr.ngettext(
                "Un adjudicateur a moins de {least} appels lus : aucune part n’est donnée.",
                "{count} adjudicateurs ont moins de {least} appels lus : aucune part n’est donnée.",
                few,
            ).format(count=few, least=LEAST)
        )

    def _quotes(self) -> None:
        paper, tr = self.paper, self.tr
        best = telling(quotes(self.session, asking=self.found.asking))
        ranked = [buyer for buyer, _ in (*self.found.league.ranked, *self.found.league.too_few)]
        shown = [(buyer, best[buyer]) for buyer in ranked if buyer in best][:_MOST_QUOTES]
        if not shown:
            return
        names = buyer_names(self.session, {buyer for buyer, _ in shown}, self.language)
        paper.heading(tr.gettext("Dans les mots des avis"))
        for buyer, quote in shown:
            self._quote(names[buyer], quote)

    def _quote(self, buyer: str, quote: Quote) -> None:
        paper = self.paper
        if paper.will_page_break(26):
            paper.add_page()
        paper.paragraph(f"« {quote.sentence} »".replace(" ", " "), indent=4)
        weight = f" {self._weight(quote.weight)}" if quote.weight is not None else ""
        facts = (
            buyer,
            in_language(quote.title, self.language),
            say_date(quote.published_on, self.language),
            f"{family_label(quote.family, self.language)}{weight}, {quote.kind.label(self.language)}",
        )
        paper.paragraph(" · ".join(facts), size=8.5, color=SOFT, indent=4)
        paper.ln(1.5)

    def _won(self) -> None:
        paper, tr, won = self.paper, self.tr, self.found.won
        paper.heading(tr.gettext("Gagnés par des membres"))
        if won.said:
            said = tr.ngettext(
                "De plus, selon le membre : un marché gagné en communauté, dont l’avis ne nomme aucun membre "
                "par son nom exact.",
                "De plus, selon le membre : {count} marchés gagnés en communauté, dont l’avis ne nomme aucun "
                "membre par son nom exact.",
                won.said,
            )
            paper.paragraph(said.format(count=won.said))
        if not won.wins:
            paper.paragraph(tr.gettext("Aucune adjudication à un membre n’a été publiée dans cette période."))
            return
        said = tr.ngettext("Un marché gagné", "{count} marchés gagnés", won.tenders).format(count=won.tenders)
        by = tr.ngettext("par un membre.", "par {count} membres.", won.members).format(count=won.members)
        sums = ", ".join(self._price(amount, currency) for currency, amount in won.amounts.items())
        total = tr.gettext("Somme des prix publiés ({count} sur {of}) :").format(
            count=won.priced, of=len(won.wins)
        )
        paper.paragraph(f"{said} {by}" + (f" {total} {sums}." if sums else ""))
        paper.rows(
            [
                tr.gettext("Marché"),
                tr.gettext("Membre"),
                tr.gettext("Publié"),
                tr.gettext("Montant publié"),
            ],
            [
                [
                    in_language(win.title, self.language),
                    win.member,
                    say_date(win.published_on, self.language),
                    self._price(win.amount, win.currency) if win.amount is not None else "–",
                ]
                for win in won.wins[:_MOST_WINS]
            ],
            [70, 44, 28, 28],
            texts=3,
        )

    def _method(self) -> None:
        paper, tr = self.paper, self.tr
        paper.heading(tr.gettext("Comment c’est compté, et ce que ces chiffres ne disent pas"))
        for text in METHOD:
            paper.paragraph(tr.gettext(text), size=9.5)
        paper.heading(tr.gettext("Sources et conditions"), size=12)
        read = set(self.session.scalars(select(Tender.source).distinct()))
        for form in sources().values():
            if form.key in read:
                paper.paragraph(f"{form.title} – {form.licence}", size=9)

    def _percent(self, share: float | None) -> str:
        return "–" if share is None else f"{round(share * 100)}\u00a0%"

    def _weight(self, weight: float | None) -> str:
        if weight is None:
            return "–"
        number = f"{weight:.1f}".removesuffix(".0")
        return f"{number if self.language == 'en' else number.replace('.', ',')}\u00a0%"

    def _price(self, amount: float, currency: str | None) -> str:
        written: Any = format_currency(
            amount,
            currency or "",
            locale=locale_of(self.language),
            currency_digits=False,
            format="¤¤\u00a0#,##0",
        )
        return str(written).strip()
