"""What international agreements leave to a criterion: art. 29 al. 2 LMP and AIMP holds outside them only."""

from config.criteria import ess_criteria
from procurement.lens import FindingKind
from procurement.models import Finding

_OUTSIDE_ONLY = "award_criterion_only_non_treaty"


def is_at_odds(finding: Finding) -> bool:
    """Whether a criterion stands among the award criteria of a tender whose treaties do not admit it there.

    Such a finding is shown to staff, never hidden: the call can be appealed within its delay.
    """
    criterion = ess_criteria().by_key().get(finding.family)
    return (
        finding.kind is FindingKind.AWARD
        and finding.lot.tender.is_under_treaty is True
        and criterion is not None
        and criterion.treaty_gate == _OUTSIDE_ONLY
    )
