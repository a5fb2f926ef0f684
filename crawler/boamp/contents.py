"""What is inside a notice, whichever of BOAMP's forms it was written in."""

from dataclasses import dataclass, field
from datetime import datetime

from procurement.models import Translations
from procurement.records import AwardRecord, BuyerRecord, CallRecord
from procurement.vocabulary import ContractNature, ProcurementMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a national correction says in words: it repeats neither lots nor criteria of what it corrects.

    `is_about_deadline` without a `deadline`: it changes the deadline in words that are not understood.
    """

    note: Translations
    is_about_deadline: bool
    deadline: datetime | None
    deadline_text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The parts of a notice; `initial_key` is the notice it is about, `folder` its procedure (BT-04).

    `ted_numbers` are earlier publications of the procedure in the Official Journal of the European Union.
    """

    buyer: BuyerRecord | None = None
    title: Translations = field(default_factory=dict)
    call: CallRecord | None = None
    awards: tuple[AwardRecord, ...] = ()
    cpv_codes: tuple[str, ...] = ()
    initial_key: str | None = None
    folder: str | None = None
    ted_numbers: tuple[str, ...] = ()
    method: ProcurementMethod | None = None
    nature: ContractNature | None = None
    is_under_treaty: bool | None = None
    is_contest: bool = False
    ended_without_award: bool = False
    correction: Correction | None = None
