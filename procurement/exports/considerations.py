"""Social, green and reserving statements of a lot (eForms) in the fields of OCDS for eForms.

BT-71 reserves participation and BT-736 execution; BT-06, BT-774, BT-775 and BT-776 name goals, BT-777
describes them; BT-70, BT-76 and BT-726 are terms of performance, the legal form of a group, and fitness for
small firms.
"""

from collections.abc import Sequence

from config.criteria import ess_criteria
from procurement.exports.parts import JsonObject, without_nothing
from procurement.findings import speaks
from procurement.lens import FindingKind
from procurement.models import Consideration, Finding, in_language

_RESERVED = {"res-ws": "shelteredWorkshop", "res-pub-ser": "publicServiceMissionOrganization"}
_YES = frozenset({"yes", "true"})
_NOTHING = frozenset({"none", "no", "false", "not-known"})
# The goal of each code; the goal under "" stands for codes that the term does not know, such as `other`.
_GOALS = {
    "BT-06": {
        "env-imp": "environmental",
        "inn-pur": "economic.innovativePurchase",
        "soc-obj": "social",
    },
    "BT-774": {
        "": "environmental",
        "biodiv-eco": "environmental.biodiversityProtectionRestoration",
        "circ-econ": "environmental.circularEconomy",
        "clim-adapt": "environmental.climateChangeAdaptation",
        "clim-mitig": "environmental.climateChangeMitigation",
        "pollu-prev": "environmental.pollutionPrevention",
        "water-mar": "environmental.waterResourcesProtection",
    },
    "BT-775": {
        "": "social",
        "acc-all": "social.accessibility",
        "et-eq": "social.ethnicEquality",
        "gen-eq": "social.genderEquality",
        "hum-right": "social.humanRightsInSupplyChains",
        "opp": "social.disadvantagedEmploymentOpportunities",
        "work-cond": "social.laborRightsPromotion",
    },
    "BT-776": {
        "": "economic.innovativePurchase",
        "mar-nov": "economic.marketInnovationPromotion",
        "proc-innov": "economic.processInnovationPromotion",
        "prod-innov": "economic.productInnovationPromotion",
        "rd-act": "economic.researchDevelopmentActivities",
    },
}
# What these two terms say is by definition in the specifications, the criteria or the contract's clauses.
_STRATEGIES = {
    term: ["awardCriteria", "contractPerformanceConditions", "selectionCriteria", "technicalSpecifications"]
    for term in ("BT-06", "BT-775")
}

# What an ESS criterion that was found is by the section that it stands in; the subject itself is no means.
_MEANS = {
    FindingKind.AWARD: ["awardCriteria"],
    FindingKind.EXECUTION_CONDITION: ["contractPerformanceConditions"],
    FindingKind.PARTICIPATION_CONDITION: ["selectionCriteria"],
    FindingKind.QUALIFICATION: ["selectionCriteria"],
    FindingKind.TECHNICAL_SPEC: ["technicalSpecifications"],
    FindingKind.RESERVED: ["reservedParticipation"],
}


def considered(
    considerations: Sequence[Consideration], language: str, *, findings: Sequence[Finding] = ()
) -> JsonObject:
    """The fields of a lot that its statements fill; what says no, or is of no known term, fills none.

    What was found in its texts adds goals, with the sentence as their description.
    """
    said = [each for each in considerations if each.code not in _NOTHING]
    goals = _sustainability(said, findings, language)
    small_firms = any(each.business_term == "BT-726" and each.code in _YES for each in said)
    return without_nothing(
        {
            "otherRequirements": without_nothing({"reservedParticipation": _reserved(said)}),
            "contractTerms": without_nothing(
                {
                    "reservedExecution": _is_execution_reserved(said) or None,
                    "performanceTerms": _words(said, "BT-70", language),
                    "tendererLegalForm": _words(said, "BT-76", language),
                }
            ),
            "hasSustainability": True if goals else None,
            "sustainability": goals,
            "suitability": {"sme": True} if small_firms else None,
        }
    )


def _reserved(said: Sequence[Consideration]) -> list[str]:
    codes = (_RESERVED.get(each.code) for each in said if each.business_term == "BT-71")
    return list(dict.fromkeys(code for code in codes if code))


def _is_execution_reserved(said: Sequence[Consideration]) -> bool:
    return any(each.business_term == "BT-736" and each.code in _YES for each in said)


def _words(said: Sequence[Consideration], term: str, language: str) -> str:
    texts = (in_language(each.text, language) for each in said if each.business_term == term)
    return "\n\n".join(dict.fromkeys(text for text in texts if text))


def _sustainability(
    said: Sequence[Consideration], findings: Sequence[Finding], language: str
) -> list[JsonObject]:
    """One entry per goal, in the order of the notice; a description without a goal stands by itself."""
    goals: dict[str, JsonObject] = {}
    for each in said:
        known = _GOALS.get(each.business_term)
        words = in_language(each.text, language)
        if known is None and each.business_term != "BT-777":
            continue
        goal = known.get(each.code) or known.get("") if known else None
        if goal is None and not words:
            continue
        _add(goals, goal or "", words, _STRATEGIES.get(each.business_term, []) if goal else [])
    criteria = ess_criteria().by_key()
    for found in findings:
        if speaks(found) and found.kind is not FindingKind.ACCESS:
            goal = criteria[found.family].goal if found.family in criteria else ""
            _add(goals, goal, found.sentence, _MEANS.get(found.kind, []))
    return list(goals.values())


def _add(goals: dict[str, JsonObject], goal: str, words: str, strategies: Sequence[str]) -> None:
    entry = goals.setdefault(goal or f"says {words}", {"goal": goal} if goal else {})
    if words and words not in entry.get("description", ""):
        entry["description"] = "\n\n".join(filter(None, (entry.get("description"), words)))
    if strategies:
        entry["strategies"] = list(dict.fromkeys([*entry.get("strategies", ()), *strategies]))
