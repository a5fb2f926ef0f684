"""Sources of an installation's own, as it writes them: a form each, at the address of a test server."""

# A list with pages of their own: dates in words, two pages of list.
LIST_FORM = """
[[source]]
key = "onlieu"
title = "Commune d’Onlieu"
homepage = "{address}/marches"
url = "{address}/marches"
reader = "page"
hosts = ["127.0.0.1"]
licence = "Actes officiels"
licence_checked = "2026-11-22"
expected_per_run = [0, 20]

[source.page]
item = "ul.avis > li"
link = "h3 a"
title = "h3 a"
published = "time@datetime"
next = "a[rel=next]"
language = "fr"
buyer = "Commune d’Onlieu"
canton = "GE"
detail = {{ description = ".texte p", deadline = "dl dd.delai", documents = "a.dossier ?" }}
"""

# One long page: every entry stands whole on it, with its file.
LONG_FORM = """
[[source]]
key = "valdor"
title = "Fondation du Val d’Or"
homepage = "{address}/appels"
url = "{address}/appels"
reader = "page"
hosts = ["127.0.0.1"]
licence = "Actes officiels"
licence_checked = "2026-11-22"
expected_per_run = [0, 10]

[source.page]
item = "section.appel"
link = "a[href$='.pdf']"
title = "h2"
description = "p"
deadline = ".delai"
deadline_pattern = "(?:jusqu’au|bis|entro) (.*)"
empty = "main:-soup-contains('Aucun appel d’offres en cours')"
language = "fr"
buyer = "Fondation du Val d’Or"
"""

FEED_FORM = """
[[source]]
key = "valdor"
title = "Fondation du Val d’Or"
homepage = "{address}"
url = "{address}/avis.xml"
reader = "feed"
hosts = ["127.0.0.1"]
licence = "Actes officiels"
licence_checked = "2026-11-22"
expected_per_run = [0, 10]

[source.feed]
language = "fr"
buyer = "Fondation du Val d’Or"
canton = "VD"
only_if = "appel d’offres"
deadline = "délai (?:de remise )?:? *([^.]+)"
"""

OCDS_FORM = """
[[source]]
key = "valdor"
title = "Plateforme du Val d’Or"
homepage = "{address}"
url = "{address}/ocds?from={{since}}&to={{until}}"
reader = "ocds"
hosts = ["127.0.0.1"]
licence = "CC BY 4.0"
licence_checked = "2026-11-22"
expected_per_run = [0, 100]

[source.ocds]
language = "fr"
web_url = "{address}/avis/{{id}}"
"""
