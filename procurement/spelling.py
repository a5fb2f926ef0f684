"""Words brought to one form, so that matching and pages recognise them alike across spellings."""

import re
import unicodedata
from functools import lru_cache

ELISION = re.compile(
    r"\b(?:[ldjnstcm]|qu|jusqu|lorsqu|puisqu|quoiqu|dell|all|nell|sull|dall|coll|un|quell|quest)['’ʼ`´]"
)
_NOT_A_WORD = re.compile(r"[\W_]+")
_ENDING = re.compile(r"(?:e[nr]|[aeiou]{1,2})$")

_FUNCTION_WORDS = {
    "fr": (
        "a afin ainsi apres au aucun aussi autre autres aux avant avec avoir car ce cela celle celui ces cet "
        "cette ceux chaque chez comme contre dans de depuis des deux dont du elle elles en entre est et etc "
        "etre eux fait faire font hors il ils je jusque la le les leur leurs lors mais meme moins ne ni nos "
        "notre nous on ont ou par pas pendant peut peuvent plus plusieurs pour quand que qui sa sans se "
        "selon ses si soit son sont sous sur toute toutes tous tout tres trois un une vers vos votre vous y"
    ),
    "de": (
        "ab aber alle allen aller alles als am an auch auf aus bei beim bis da damit das dass dem den denen "
        "der deren des die dies diese diesem diesen dieser dieses doch dort durch ein eine einem einen einer "
        "eines er es etwa fur gegen gemass hat haben ihr ihre ihrem ihren ihrer im in ins ist ja je jede "
        "jeden jeder kann kein keine konnen mehr mit muss nach nicht noch nur ob oder ohne pro sein seine "
        "sich sie sind so sowie soll sollen uber um und uns unser unsere unter vom von vor war was weitere "
        "welche wenn werden wie wir wird wurde zu zum zur zwei zwischen"
    ),
    "it": (
        "a ad agli ai al alla alle allo anche avere che chi ci come con contro cui da dagli dai dal dalla "
        "dalle degli dei del della delle dello di dopo dove due e ed entro era essere fra gli ha hanno i il "
        "in io la le lei lo loro ma mediante meno ne negli nei nel nella nelle nello no noi non nostra "
        "nostro o ogni oltre per perche piu presso prima puo quale quali quando quella quello questa questi "
        "questo se secondo senza si sia sono sotto su sugli sui sul sulla sulle suo sua tra tre tutti un una "
        "tutto uno voi"
    ),
    "en": (
        "a about after all also an and any are as at be been before between both but by can do does each for "
        "from had has have he her his how i if in into is it its may more most must my no not of on only or "
        "other our out over own per shall she should so some such than that the their them then there these "
        "they this those through to under up upon us was we were what when where which who will with within "
        "without would you your"
    ),
}
# The words without a subject of their own, in each language of the service.
STOP_WORDS = {language: frozenset(words.split()) for language, words in _FUNCTION_WORDS.items()}


@lru_cache(maxsize=1_000)  # the same description is asked about for every member
def normalise(text: str) -> str:
    """The text in lower case without accents, elisions and signs: words apart by one space."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    apart = _NOT_A_WORD.sub(" ", ELISION.sub(" ", folded)).replace("œ", "oe").replace("æ", "ae").strip()
    return unicodedata.normalize("NFKD", apart).encode("ascii", "ignore").decode("ascii")


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """A normalised word without its plural and its last vowels, so that its usual forms are one."""
    if len(word) <= 4:
        return word
    bare = word[:-1] if word[-1] in "sx" else word
    shorter = _ENDING.sub("", bare)
    return shorter if len(shorter) >= 4 else bare
