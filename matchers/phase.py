"""Whether a headline looks ahead to something, comments on it, reports it or what came of it: the same visit announced
and paid are two stories."""

from __future__ import annotations

import re

from matchers.text import fold

_AHEAD = re.compile(
    r" (to (visit|travel|meet|hold|attend|arrive|host|sign|launch|begin|start|join|address|inaugurate|lead|go|open)"
    r"|will|ahead of|set to|scheduled|likely to|next (week|month)|tomorrow|soon|upcoming|plans? to"
    r"|attes[oai]|in arrivo|domani|previst[oaie]|prossim[oaie]|in programma|in vista"
    r"|जल्द|अगले (हफ्ते|सप्ताह|महीने|साल)|कल से) "
)
_FUTURE = re.compile(r"\w{2,}(?:rà|ranno)\b|\w[\w\u093e-\u094c]*[ेए]ं?ग[ाेी](?!\w)|(?<!\w)(?:होगा|होगी|होंगे)(?!\w)")
_AFTER = re.compile(
    r" ((after|following) (\w+ ){0,3}(summit|visit|talks|trip)"
    r"|dopo (il |la |l |lo )(\w+ ){0,2}(vertice|visita|viaggio|colloqui|bilaterale)"
    r"|(सम्मेलन|यात्रा|दौरे|वार्ता) के बाद) "
)
_VIEW = re.compile(
    r" (op ed|interview|opinion|analysis|editorial|explained|explainer|column"
    r"|intervista|analisi|commento|editoriale|opinione|लेख|साक्षात्कार|विश्लेषण|संपादकीय) "
)


def phase(title: str) -> str:
    """ "ahead", "view", "after", or "" for a plain report."""
    folded = f" {fold(title)} "  # spaces, because \b knows no Hindi word that ends in a vowel sign
    if _VIEW.search(folded):
        return "view"
    if _AHEAD.search(folded) or _FUTURE.search(title.lower()):
        return "ahead"
    return "after" if _AFTER.search(folded) else ""
