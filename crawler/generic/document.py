"""The page docs/sources.md, written from the forms: what is read, when, how much, and what is not."""

import re
from collections.abc import Iterable, Sequence

from config.tables import Hole, Job, SourceForm

_WEEKDAYS = {
    "mon": "lundi", "tue": "mardi", "wed": "mercredi", "thu": "jeudi",
    "fri": "vendredi", "sat": "samedi", "sun": "dimanche",
}  # fmt: skip
_HEAD = """# Sources

Écrit par `aimp sources write --out docs/sources.md` à partir de `config/sources.toml` : ne rien corriger ici.
« Volume » est ce qu’une lecture liste d’ordinaire.
"""
_RULES = """## Règles communes

Une source est lue sur une seule connexion, au plus une requête par intervalle, avec un nom d’agent qui dit
qui demande ; `robots.txt` et `Retry-After` sont respectés. Ce qui est publié est gardé tel que reçu, pour
preuve ; les noms, téléphones et adresses électroniques d’agents publics ne sont pas repris dans les tables.

La page d’une commune, un fil (RSS, Atom), des paquets OCDS ou des tableaux CSV s’ajoutent par une fiche, sans
programme : dans `config/sources.toml` ou, pour une seule installation, dans le fichier que nomme
`AIMP_SOURCES_FILE`. Ce qui n’arrive que par fichier n’a pas d’adresse : voir [import.md](import.md).
`aimp sources check` dit si la fiche tient.
"""


def write_sources(forms: Iterable[SourceForm], holes: Iterable[Hole], jobs: Sequence[Job]) -> str:
    """The whole page: a table per source, then what is not read, then the rules for all."""
    parts = [_HEAD]
    parts += [_source(form, jobs) for form in forms]
    gaps = [_hole(hole) for hole in holes]
    if gaps:
        parts.append("## Ce qui n’est pas lu\n\n" + "".join(gaps))
    return "\n".join([*parts, _RULES])


def cadence_of(key: str, jobs: Sequence[Job]) -> str:
    """When a source is read, in French words, from the jobs of the schedule that crawl it."""
    crons = [job.cron for job in jobs if any(step.split()[:2] == ["crawl", key] for step in job.steps)]
    return " ; ".join(cron_in_words(cron) for cron in crons) or "à la main (`aimp crawl`)"


def cron_in_words(cron: str) -> str:
    """A cron expression in French words; itself when it is an unusual one."""
    minute, hour, day, month, weekday = cron.split()
    days = _days(weekday)
    step, hours = re.fullmatch(r"\*/(\d+)", minute), re.fullmatch(r"(\d+)-(\d+)", hour)
    if (day, month) != ("*", "*") or days is None:
        return f"`{cron}`"
    if step and hours:
        return f"toutes les {step[1]} minutes de {hours[1]} h à {hours[2]} h{days}"
    if step and hour == "*":
        return f"toutes les {step[1]} minutes{days}"
    if minute.isdigit() and re.fullmatch(r"\d+(,\d+)*", hour):
        times = [f"{int(each)} h {int(minute):02d}" for each in hour.split(",")]
        return f"{'à ' + ' et à '.join(times)}{days or ', chaque jour'}"
    if minute.isdigit() and hour == "*":
        return f"chaque heure à la minute {int(minute)}{days}"
    return f"`{cron}`"


def _days(weekday: str) -> str | None:
    if weekday == "*":
        return ""
    first, _, last = weekday.partition("-")
    if first in _WEEKDAYS and last in _WEEKDAYS:
        return f", du {_WEEKDAYS[first]} au {_WEEKDAYS[last]}"
    names = [_WEEKDAYS.get(each) for each in weekday.split(",")]
    return None if None in names else ", le " + " et le ".join(str(name) for name in names)


def _source(form: SourceForm, jobs: Sequence[Job]) -> str:
    least, most = form.expected_per_run
    rows = [
        ("Clé", f"`{form.key}`" + (f" (lecteur `{form.reader}`)" if form.reader else "")),
        ("Ce qui est lu", form.what or "—"),
        ("Cadence", _by_hand(form) or cadence_of(form.key, jobs)),
        ("Volume", f"{least} à {most} publications par lecture"),
        ("Intervalle", f"{form.delay_seconds:g} s entre deux requêtes"),
        ("Hôtes", ", ".join(f"`{host}`" for host in form.hosts) or "—"),
        ("Licence", f"{form.licence} (vérifié le {form.licence_checked})"),
        ("Lacunes connues", "<br>".join(f"• {hole}" for hole in form.known_holes) or "—"),
    ]
    table = "\n".join(f"| {name} | {_cell(words)} |" for name, words in rows)
    title = f"[{form.title}]({form.homepage})" if form.homepage else form.title
    return f"## {title}\n\n| | |\n|---|---|\n{table}\n"


def _by_hand(form: SourceForm) -> str:
    return f"à la main (`aimp import {form.key}`)" if form.is_read_from_files_alone else ""


def _hole(hole: Hole) -> str:
    return f"- [{hole.title}]({hole.homepage}) : {hole.why} {hole.filled} (vérifié le {hole.checked})\n"


def _cell(words: str) -> str:
    return " ".join(words.replace("|", "\\|").split())
