"""Month names, halves of the day and time zones as feeds write them (lower case)."""

from __future__ import annotations

# Beginnings of month names; the longest one that fits decides (`mar` and `mars` but not `mart` of something else).
_NAMES: tuple[tuple[str, ...], ...] = (
    ("jan", "gen", "janv", "ene", "ιαν", "जन", "янв", "janu", "sty", "ocak", "led"),
    ("feb", "fev", "fév", "φεβ", "फर", "फ़र", "फ़र", "фев", "luty", "lut", "şub", "úno"),
    ("mar", "mär", "már", "maa", "μάρ", "μαρ", "μάώ", "μαώ", "मार्च", "मार", "мар", "mrt", "bře"),
    ("apr", "avr", "abr", "ápr", "απρ", "अप्र", "апр", "kwi", "nis", "dub"),
    ("may", "mai", "mag", "maj", "máj", "máu", "mei", "μάι", "μαϊ", "μαι", "मई", "май", "мая", "kvě"),
    ("jun", "giu", "juin", "jún", "ιούν", "ιουν", "ιον", "जून", "июн", "cze", "haz", "červen"),
    ("jul", "lug", "juil", "júl", "ιούλ", "ιουλ", "ιολ", "जुल", "июл", "lip", "tem", "červenec"),
    ("aug", "ago", "aoû", "aou", "aoû", "αύγ", "αυγ", "अग", "авг", "sie", "ağu", "srp"),
    ("sep", "set", "szep", "σεπ", "सित", "сен", "wrz", "eyl", "září"),
    ("oct", "ott", "okt", "out", "οκτ", "अक्", "अक्टू", "окт", "paź", "eki", "říj"),
    ("nov", "nόε", "νοέ", "νοε", "नव", "ноя", "lis", "kas"),
    ("dec", "dic", "déc", "dez", "des", "δεκ", "दिस", "дек", "gru", "ara", "pro"),
)
MONTHS: dict[str, int] = {name: number for number, names in enumerate(_NAMES, start=1) for name in names}

DAY_PERIODS: tuple[tuple[str, str], ...] = (
    ("pm", "pm"),
    ("p.m", "pm"),
    ("오후", "pm"),
    ("अपराह्न", "pm"),
    ("am", "am"),
    ("a.m", "am"),
    ("오전", "am"),
    ("पूर्वाह्न", "am"),
    ("at", ""),
    ("ore", ""),
    ("alle", ""),
    ("बजे", ""),
)

_H = 60
ZONES: dict[str, int] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": _H, "bst": _H,
    "cet": _H, "cest": 2 * _H, "met": _H, "mez": _H, "mest": 2 * _H, "mesz": 2 * _H,
    "eet": 2 * _H, "eest": 3 * _H, "sast": 2 * _H, "cat": 2 * _H, "eat": 3 * _H, "wat": _H,
    "msk": 3 * _H, "msd": 4 * _H, "trt": 3 * _H, "gst": 4 * _H, "irst": 3 * _H + 30,
    "pkt": 5 * _H, "ist": 5 * _H + 30, "npt": 5 * _H + 45, "bdt": 6 * _H, "ict": 7 * _H, "wib": 7 * _H,
    "hkt": 8 * _H, "sgt": 8 * _H, "awst": 8 * _H, "pht": 8 * _H, "jst": 9 * _H, "kst": 9 * _H,
    "acst": 9 * _H + 30, "acdt": 10 * _H + 30, "aest": 10 * _H, "aedt": 11 * _H, "nzst": 12 * _H, "nzdt": 13 * _H,
    "nst": -3 * _H - 30, "ndt": -2 * _H - 30, "adt": -3 * _H, "ast": -4 * _H, "at": -4 * _H,
    "brt": -3 * _H, "art": -3 * _H,
    "edt": -4 * _H, "est": -5 * _H, "et": -5 * _H, "cdt": -5 * _H, "cst": -6 * _H, "ct": -6 * _H,
    "mdt": -6 * _H, "mst": -7 * _H, "mt": -7 * _H, "pdt": -7 * _H, "pst": -8 * _H, "pt": -8 * _H,
    "akdt": -8 * _H, "akst": -9 * _H, "hst": -10 * _H, "sst": -11 * _H,
    # the military letters that RFC 822 got the wrong way round and RFC 2822 gave up, save the four its text names
    "a": -_H, "m": -12 * _H, "n": _H, "y": 12 * _H,
}  # fmt: skip
