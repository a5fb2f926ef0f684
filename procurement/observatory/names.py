"""The values that the observatory counts by, in the words of a reader."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.tables import sectors
from procurement.cantons import canton_name
from procurement.codes import cpv_labels
from procurement.i18n import capital, translator
from procurement.labelled import Labelled
from procurement.models import Buyer, in_language
from procurement.observatory.figures import Dimension

# Databases take no endless list of values; for more all are read.
_AT_ONCE = 1_000


def buyer_names(session: Session, ids: Collection[int], language: str) -> dict[int, str]:
    """The names of these buyers."""
    wanted = select(Buyer.id, Buyer.name)
    if len(ids) <= _AT_ONCE:
        wanted = wanted.where(Buyer.id.in_(ids))
    return {row.id: in_language(row.name, language) for row in session.execute(wanted) if row.id in ids}


def names_of(session: Session, dimension: Dimension, keys: Iterable[Any], language: str) -> dict[Any, str]:
    """Each of these values of a dimension in words; None is what no notice says."""
    tr = translator(language)
    known = {key for key in keys if key is not None}
    named: dict[Any, str] = {None: tr.gettext("non précisé")}
    match dimension:
        case Dimension.BUYER:
            named |= buyer_names(session, known, language)
        case Dimension.CANTON:
            named |= {key: canton_name(key, language) for key in known}
        case Dimension.SECTOR:
            named[None] = tr.gettext("hors des domaines des membres")
            named |= {key: sectors()[key].labels.get(language, key) for key in known}
        case Dimension.TREATY:
            named |= {
                True: tr.gettext("soumis aux accords internationaux"),
                False: tr.gettext("hors accords internationaux"),
            }
        case Dimension.DIVISION:
            words = cpv_labels(session, [f"{key}000000" for key in known], language)
            unknown = tr.gettext("libellé inconnu")
            named |= {key: f"{key} {words.get(f'{key}000000', unknown)}" for key in known}
        case _:
            named |= {key: key.label(language) if isinstance(key, Labelled) else str(key) for key in known}
    return {key: capital(words) for key, words in named.items()}
