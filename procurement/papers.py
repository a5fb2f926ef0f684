"""The papers of a consortium as Word files in French or German, filled in from its room; never a price."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from string import ascii_uppercase

from babel.dates import format_date
from sqlalchemy.orm import Session

from config.papers import Annex, Paper, PaperBasis, Part, Section, papers
from procurement import preparation, requirements
from procurement.accounts import write_audit
from procurement.admissions import admissions_of
from procurement.clauses import Law
from procurement.consortiums import inside, lead_of, may_enter
from procurement.documents import Sheet
from procurement.errors import NotAllowed
from procurement.i18n import ZURICH, capital, locale_of, say_date, say_instant, say_percent, translator
from procurement.letters import law_of, say_basis
from procurement.models import Consortium, Lot, Person, RoomTask, Seat, in_language
from procurement.teaming import ConsortiumState, GroupForm, SeatRole
from procurement.wording import typeset

PAPER_WRITTEN = "paper.write"
BLANK = "…………"
_WHOLE = 100


def law_for(consortium: Consortium) -> Law:
    """The law that a room's papers are written under: that of the country of its buyer."""
    return law_of(consortium.tender.standing.buyer)


def form_options(consortium: Consortium, paper: Paper) -> Sequence[GroupForm]:
    """The forms that whoever makes a paper has to choose from; none where there is nothing to choose."""
    return tuple(GroupForm) if paper.has_forms(law_for(consortium).value) else ()


def write(
    session: Session,
    *,
    consortium: Consortium,
    paper: Paper,
    language: str,
    form: GroupForm | None,
    person: Person,
    now: datetime,
) -> bytes:
    """A paper for somebody inside a room, as it stands now; that it was made is kept in the audit trail.

    What the room does not say is left blank or said to be open, never guessed.
    """
    if not may_enter(consortium, person):
        raise NotAllowed
    if form not in (form_options(consortium, paper) or (None,)):
        raise LookupError(f"{paper.key}: no form {form!r} under this law")
    facts = {"paper": paper.key, "language": language, "version": papers().version}
    write_audit(
        session,
        person=person,
        act=PAPER_WRITTEN,
        subject=f"consortium:{consortium.id}",
        facts=facts | ({"form": form.value} if form else {}),
        now=now,
    )
    return _Making(session, consortium, paper, language, form, now).content()


def title_of(consortium: Consortium, paper: Paper, language: str) -> str:
    """How a paper is called under the law of a room's tender, in French or German."""
    return typeset(paper.title_under(law_for(consortium).value)[language], language)


@dataclass(frozen=True, slots=True)
class _Making:
    """One paper on its way: what of the room goes where."""

    session: Session
    consortium: Consortium
    paper: Paper
    language: str
    form: GroupForm | None
    now: datetime

    def content(self) -> bytes:
        title = title_of(self.consortium, self.paper, self.language)
        lead = lead_of(self.consortium).name
        sheet = Sheet(title=title, author=lead, language=self.language, now=self.now)
        day = self._day(self.now.astimezone(ZURICH).date())
        made = self._word("made", day=day, version=papers().version)
        sheet.foot(self._word("foot", day=day, version=papers().version))
        sheet.box(self._word("model"), f"{made} {self._word('model_more')}")
        sheet.heading(title)
        sheet.remark(self._word(f"law_{self._law.value}"))
        if self.consortium.state in (ConsortiumState.OPEN, ConsortiumState.FORMING):
            sheet.paragraph(self._word("incomplete"), is_bold=True)
        sheet.table(self._tender_facts(), widths=(1, 3))
        numbers = count(1)
        sections = [each for each in self.paper.section if each.is_for(self._law.value, self.form)]
        for section in sections:
            self._write_section(sheet, section, next(numbers))
        self._sign(sheet)
        self._annex(sheet, sections)
        return sheet.content()

    @property
    def _law(self) -> Law:
        return law_for(self.consortium)

    @property
    def _partners(self) -> list[Seat]:
        return [seat for seat in inside(self.consortium) if seat.role.is_solidary]

    @property
    def _subcontractors(self) -> list[Seat]:
        return [seat for seat in inside(self.consortium) if not seat.role.is_solidary]

    def _word(self, key: str, **facts: object) -> str:
        return typeset(papers().word[key][self.language], self.language).format(**facts)

    def _list(self, parts: Iterable[str]) -> str:
        return ("\u00a0; " if self.language == "fr" else "; ").join(parts)

    def _day(self, day: date) -> str:
        return format_date(day, "long", locale=locale_of(self.language))

    def _facts(self) -> dict[str, str]:
        """What of the tender a text or the head of a paper can name."""
        tender, buyer = self.consortium.tender.standing, self.consortium.tender.standing.buyer
        return {
            "lead": lead_of(self.consortium).name,
            "buyer": (in_language(buyer.name, self.language) if buyer else "") or BLANK,
            "title": tender.title_in(self.language) or BLANK,
            "number": tender.number or BLANK,
            "lots": self._list(self._lots()) or self._word("whole"),
            "deadline": say_instant(tender.submission_deadline, self.language)
            if tender.submission_deadline
            else self._word("unknown"),
        }

    def _lots(self) -> Iterator[str]:
        for lot in (each.lot for each in self.consortium.lots):
            if lot.source_key:
                yield self._lot_name(lot)

    def _lot_name(self, lot: Lot) -> str:
        title = in_language(lot.title, self.language, lot.tender.language)
        if requirements.NUMBERED.match(title):
            return title
        return self._word("lot", number=lot.number, title=title or BLANK)

    def _tender_facts(self) -> Iterator[tuple[str, str]]:
        facts = self._facts()
        for key, fact in (
            ("buyer", "buyer"),
            ("tender", "title"),
            ("number", "number"),
            ("lots", "lots"),
            ("deadline", "deadline"),
        ):
            yield self._word(key), facts[fact]
        yield self._word("state"), self.consortium.state.label(self.language)
        if self.form is not None:
            yield self._word("form"), self.form.label(self.language)

    def _write_section(self, sheet: Sheet, section: Section, number: int) -> None:
        sheet.heading(f"{number}. {typeset(section.heading[self.language], self.language)}", level=2)
        text = typeset(section.text[self.language].strip(), self.language)
        facts = self._facts()
        for place, line in enumerate(text.splitlines(), start=1):
            sheet.clause(f"{number}.{place}", line.format(**facts))
        for part in section.shows:
            self._parts[part](sheet)
        bases = papers().bases(section.basis, self._law.value)
        sheet.remark(self._word("rests_on", refs=" · ".join(map(self._say_ref, bases))))

    def _say_ref(self, basis: PaperBasis) -> str:
        ref = typeset(basis.ref[self.language], self.language)
        return self._word("to_verify", ref=ref) if basis.mark == "recalled" else ref

    @property
    def _parts(self) -> dict[Part, Callable[[Sheet], None]]:
        return {
            "parties": self._show_parties,
            "subcontractors": self._show_subcontractors,
            "why": self._show_why,
            "shares": self._show_shares,
            "work": self._show_work,
            "tasks": self._show_tasks,
        }

    def _show_parties(self, sheet: Sheet) -> None:
        head = [self._word(key) for key in ("party", "role", "seat", "represented")]
        rows = [
            (
                f"{seat.member.name} ({seat.member.legal_form.label(self.language)})",
                self._role(seat),
                BLANK,
                BLANK,
            )
            for seat in self._partners
        ]
        sheet.table(rows, head=head, widths=(2.6, 1.6, 2.1, 2.8))
        if len(rows) < 2:
            sheet.paragraph(self._word("alone"), is_bold=True)

    def _role(self, seat: Seat) -> str:
        if seat.role is SeatRole.LEAD and self._law is Law.FRENCH:
            return self._word("mandatary")
        return seat.role.label(self.language)

    def _show_subcontractors(self, sheet: Sheet) -> None:
        if not self._subcontractors:
            sheet.paragraph(self._word("no_subcontractors"))
            return
        words = self._row_words()
        rows = []
        for seat in self._subcontractors:
            work = [
                words[row.id]
                for row in self.consortium.requirements
                if any(each.seat_id == seat.id for each in row.covers)
            ]
            rows.append((seat.member.name, self._list(work) or BLANK, self._share(seat)))
        head = [self._word(key) for key in ("subcontractor", "work_of", "share")]
        sheet.table(rows, head=head, widths=(3, 4, 1.6))

    def _show_why(self, sheet: Sheet) -> None:
        said = self.consortium.why_together.strip()
        if said:
            sheet.quotation(self._word("why", words=said))
        else:
            sheet.paragraph(self._word("why_unsaid"))

    def _show_shares(self, sheet: Sheet) -> None:
        seats = inside(self.consortium)
        rows = [
            (
                seat.member.name
                if seat.role.is_solidary
                else self._word("as_subcontractor", name=seat.member.name),
                self._share(seat),
            )
            for seat in seats
        ]
        sheet.table(rows, head=(self._word("party"), self._word("share")), widths=(3, 1))
        if any(seat.share is None for seat in seats) or sum(seat.share or 0 for seat in seats) != _WHOLE:
            sheet.paragraph(self._word("shares_open"), is_bold=True)

    def _share(self, seat: Seat) -> str:
        return self._word("unshared") if seat.share is None else say_percent(seat.share, self.language)

    def _show_work(self, sheet: Sheet) -> None:
        if not self.consortium.requirements:
            sheet.paragraph(self._word("no_rows"))
            return
        words = self._row_words()
        rows = []
        for row in self.consortium.requirements:
            who = [
                f"{each.seat.member.name} ({each.coverage.label(self.language)})"
                for each in row.covers
                if each.seat.state.is_inside
            ]
            rows.append((words[row.id], self._list(who) or self._word("nobody")))
        sheet.table(rows, head=(self._word("requirement"), self._word("covered_by")), widths=(1, 1))

    def _row_words(self) -> dict[int, str]:
        return requirements.words_of(self.session, self.consortium.requirements, self.language)

    def _show_tasks(self, sheet: Sheet) -> None:
        tasks = preparation.tasks_of(self.session, self.consortium)
        if not tasks:
            sheet.paragraph(self._word("no_tasks"))
            return
        rows = [
            (
                say_date(task.due_on, self.language),
                preparation.words_of(task, self.language),
                self._whose(task),
                say_date(task.done_at.astimezone(ZURICH).date(), self.language) if task.done_at else BLANK,
            )
            for task in tasks
        ]
        head = [self._word(key) for key in ("due", "task", "whose", "done")]
        sheet.table(rows, head=head, widths=(1.5, 4, 2, 1.5))

    def _whose(self, task: RoomTask) -> str:
        """Whose a task is; what somebody who has left leaves behind is everybody’s, and names nobody."""
        seat = preparation.owner(task)
        return self._word("everybody") if seat is None else seat.member.name

    def _sign(self, sheet: Sheet) -> None:
        if self.paper.signed_by == "nobody":
            return
        sheet.heading(self._word("signatures"), level=2)
        for seat in self._partners:
            self._sign_for(sheet, seat, self._role(seat))
        if self.paper.signed_by == "everybody":
            for seat in self._subcontractors:
                self._sign_for(sheet, seat, self._word("signs_as_sub"))

    def _sign_for(self, sheet: Sheet, seat: Seat, as_what: str) -> None:
        blanks = [(self._word(key), BLANK) for key in ("place_day", "signatory", "signature")]
        sheet.table([(seat.member.name, capital(as_what)), *blanks], widths=(1, 1), air=7)

    def _annex(self, sheet: Sheet, sections: Sequence[Section]) -> None:
        letters = iter(ascii_uppercase)
        annexes: dict[Annex, tuple[str, Callable[[Sheet], None]]] = {
            "subcontractors": ("annex_subs", self._write_subcontractors),
            "rules": ("annex_rules", self._write_rules),
        }
        for key in self.paper.annexes:
            what, fill = annexes[key]
            sheet.heading(self._word("annex", letter=next(letters), what=self._word(what)), level=2)
            fill(sheet)
        sheet.heading(self._word("annex", letter=next(letters), what=self._word("annex_law")), level=2)
        keys = dict.fromkeys(key for section in sections for key in section.basis)
        tr = translator(self.language)
        sheet.points(
            typeset(say_basis(basis, tr), self.language) for basis in papers().bases(keys, self._law.value)
        )

    def _write_subcontractors(self, sheet: Sheet) -> None:
        if self._subcontractors:
            sheet.paragraph(self._word("annex_subs_text"))
        self._show_subcontractors(sheet)

    def _write_rules(self, sheet: Sheet) -> None:
        """What the notice states, and what staff read in the documents, in their words."""
        tender = self.consortium.tender.standing
        stated = {
            "rule_consortium": tender.consortium_allowed,
            "rule_consortium_multiple": tender.consortium_multiple,
            "rule_subcontracting": tender.subcontracting_allowed,
            "rule_subcontracting_multiple": tender.subcontracting_multiple,
        }
        sheet.table(
            [
                (self._word(key), self._word("to_check", stated=rule.label(self.language)))
                for key, rule in stated.items()
            ],
            widths=(1, 1.4),
        )
        records = admissions_of(self.session, chamber_id=self.consortium.chamber_id, tender=tender)
        for record in records:
            admission, day = record.admission.label(self.language), self._day(record.recorded_at.date())
            sheet.paragraph(self._word("recorded", admission=admission, day=day))
            words = self._word("why", words=record.quotation)
            sheet.quotation(words, self._word("page", page=record.page))
        if not records:
            sheet.paragraph(self._word("no_records"))
