"""Who won what, as award notices publish it: a firm is known by the very same name, however it is spelled."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from procurement.models import Award, AwardSupplier, Notice
from procurement.spelling import normalise

Winners = Mapping[tuple[int, str | None], Mapping[str, datetime]]


def winners(session: Session, *, tender_ids: Select[int] | None = None) -> Winners:
    """Who won what, by tender and lot (None: the whole), as normalised names and when it was first seen."""
    rows = (
        select(
            Notice.tender_id,
            func.coalesce(Award.lot_key, Notice.lot_key),
            AwardSupplier.name,
            Notice.first_seen_at,
        )
        .join(Award.notice)
        .join(Award.suppliers)
        .order_by(AwardSupplier.id)
    )
    if tender_ids is not None:
        rows = rows.where(Notice.tender_id.in_(tender_ids))
    found: dict[tuple[int, str | None], dict[str, datetime]] = {}
    for tender_id, lot_key, name, seen_at in session.execute(rows):
        found.setdefault((tender_id, lot_key), {}).setdefault(normalise(name), seen_at)
    return found
