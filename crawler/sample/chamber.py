"""The invented chamber: its members, one member of staff, and the password they share."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from procurement import accounts, sign_in
from procurement.members_file import import_members, read_members

PASSWORD = "demo-demo-demo"  # noqa: S105  it opens invented accounts only, and is shown on the front page
STAFF_EMAIL = "equipe@example.ch"
MEMBER_EMAIL = "lucile.marendaz@example.ch"
MEMBERS_FILE = Path(__file__).parent / "members.csv"


def fill(session: Session, *, now: datetime) -> dict[str, str]:
    """Bring the invented chamber into a database; returns one address to sign in with for each role.

    Its strong matches are sent without waiting, so that the whole way can be seen; a real chamber starts with
    everything held for its staff.
    """
    chamber = accounts.only_chamber(session)
    chamber.name = "Chambre de l’ESS (exemple)"
    chamber.postal_address = "Rue de l’Exemple 1, 1200 Genève"
    chamber.adviser_name, chamber.adviser_email = "Camille Exemple", STAFF_EMAIL
    chamber.sends_strong = True
    staff = accounts.add_staff(session, chamber=chamber, name="Camille Exemple", email=STAFF_EMAIL, now=now)
    import_members(session, chamber=chamber, rows=read_members(MEMBERS_FILE), now=now)
    session.flush()
    for person in (staff, *(person for member in chamber.members for person in member.people)):
        sign_in.set_password(session, person=person, password=PASSWORD, now=now)
    return {"member": MEMBER_EMAIL, "staff": STAFF_EMAIL}
