"""What people fill in to team up; no field of any of these forms is for a price."""

from collections.abc import Sequence

from flask import request
from wtforms import BooleanField, FileField, IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange, Optional

from config.clauses import LANGUAGES
from procurement.cleaning import clean_text, one_line
from procurement.consortiums import MOST_PLACES
from procurement.i18n import translated_later
from procurement.models import Lot, Seat
from procurement.requirements import MOST_CODES, WEIGHTS
from procurement.talk import price_in
from procurement.teaming import Admission, ConsortiumState, Coverage, GroupForm, PostKind, SeatRole
from web.forms import CHOOSE, NEEDED, TOO_LONG, PageForm, check_codes, codes_in

PLACES = translated_later("Entre deux et douze membres, vous compris.")
LONGEST = 2_000
_ROLES = (SeatRole.PARTNER, SeatRole.SUBCONTRACTOR)


def _line(value: str | None) -> str:
    return one_line(value or "", longest=1000)


def _text(value: str | None) -> str:
    return clean_text(value or "")


class OpenForm(PageForm):
    """Opening a room: which lots, how many members at most, and that the liability is known."""

    lots = SelectMultipleField(coerce=int, validate_choice=False)
    places = IntegerField(default=3, validators=[InputRequired(PLACES), NumberRange(2, MOST_PLACES, PLACES)])
    has_read = BooleanField()

    def chosen(self, lots: Sequence[Lot]) -> list[Lot]:
        """The lots that were ticked; the only one when there is no choice."""
        return list(lots) if len(lots) == 1 else [lot for lot in lots if lot.id in (self.lots.data or ())]


class AskForm(PageForm):
    """Asking a member: as what, for which rows, and in which words."""

    role = StringField(default=SeatRole.PARTNER.value, validators=[InputRequired(CHOOSE)])
    rows = SelectMultipleField(coerce=int, validate_choice=False)
    message = TextAreaField(filters=[_text], validators=[Length(max=LONGEST, message=TOO_LONG)])

    @property
    def as_what(self) -> SeatRole:
        """The role; a partner where it is none that one can be asked for."""
        return next((role for role in _ROLES if role.value == self.role.data), SeatRole.PARTNER)


class CoverForm(PageForm):
    """How far a seat covers a row, and what shows it; nothing chosen takes it back."""

    seat = IntegerField(validators=[Optional()])
    coverage = StringField()
    evidence = StringField(filters=[_line], validators=[Length(max=300, message=TOO_LONG)])

    @property
    def how_far(self) -> Coverage | None:
        """How far; None for not at all."""
        return Coverage.of(self.coverage.data or "")


class RowForm(PageForm):
    """A row of the lead's own."""

    text = StringField(filters=[_line], validators=[DataRequired(NEEDED), Length(max=300, message=TOO_LONG)])


class RowChangeForm(PageForm):
    """A row as the lead wants it: its words, what it counts, its codes."""

    text = TextAreaField(
        filters=[_line], validators=[DataRequired(NEEDED), Length(max=300, message=TOO_LONG)]
    )
    weight = StringField(validators=[AnyOf([str(weight) for weight in WEIGHTS], message=CHOOSE)])
    cpv_codes = StringField(filters=[_line], validators=[Length(max=200, message=TOO_LONG)])

    def validate_cpv_codes(self, field: StringField) -> None:
        """Each code has eight figures, and they are few."""
        check_codes(field.data, most=MOST_CODES)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that are well written, each once."""
        return codes_in(self.cpv_codes.data)


class EndForm(PageForm):
    """What became of a bid, with a note."""

    state = StringField(validators=[InputRequired(CHOOSE)])
    note = TextAreaField(filters=[_text], validators=[Length(max=LONGEST, message=TOO_LONG)])

    @property
    def became(self) -> ConsortiumState | None:
        """The state; None when it is none."""
        return ConsortiumState.of(self.state.data or "")


class AdmissionForm(PageForm):
    """What the documents say about teaming up, in their words and with the page."""

    admission = StringField(validators=[InputRequired(CHOOSE)])
    quotation = TextAreaField(filters=[_text], validators=[Length(max=LONGEST, message=TOO_LONG)])
    page = StringField(filters=[_line], validators=[Length(max=60, message=TOO_LONG)])

    @property
    def what(self) -> Admission | None:
        """What is admitted; None when it is nothing we know."""
        return Admission.of(self.admission.data or "")


class InvolvementForm(PageForm):
    """That a member took part in preparing a tender: in the words of the documents, with the page."""

    member = IntegerField(validators=[InputRequired(CHOOSE)])
    quotation = TextAreaField(filters=[_text], validators=[Length(max=LONGEST, message=TOO_LONG)])
    page = StringField(filters=[_line], validators=[Length(max=60, message=TOO_LONG)])


class TieForm(PageForm):
    """That two members are tied, and why."""

    other = IntegerField(validators=[InputRequired(CHOOSE)])
    reason = StringField(
        filters=[_line], validators=[DataRequired(NEEDED), Length(max=300, message=TOO_LONG)]
    )


class PaperForm(PageForm):
    """In which language a paper is made and, in France, of which form the group is."""

    language = StringField(validators=[InputRequired(CHOOSE), AnyOf(LANGUAGES, message=CHOOSE)])
    group_form = StringField()

    @property
    def chosen(self) -> GroupForm | None:
        """The form of the group; None when none was chosen."""
        return GroupForm.of(self.group_form.data or "")


class PostForm(PageForm):
    """A message or a decision; where it names a price, the word that it is not that of the bid."""

    kind = StringField(default=PostKind.MESSAGE.value)
    text = TextAreaField(filters=[_text])
    is_no_price = BooleanField()

    @property
    def what(self) -> PostKind:
        """The kind; a message where it is none that we know."""
        return PostKind.of(self.kind.data or "") or PostKind.MESSAGE

    @property
    def asks_about_price(self) -> bool:
        """Whether the text was sent and names what looks like a price."""
        return price_in(self.text.data or "") is not None


class FileForm(PageForm):
    """A file for the room, for one of its tasks or for none."""

    file = FileField()
    task = IntegerField(validators=[Optional()])


def shares_sent(seats: Sequence[Seat]) -> dict[int, int]:
    """The share typed for each seat, in percent, by the seat's id; what is no number counts as none."""
    sent = {seat.id: request.form.get(f"share-{seat.id}", "").strip() for seat in seats}
    return {seat_id: int(text) for seat_id, text in sent.items() if text.isdecimal() and len(text) <= 3}
