"""Made-up feeds to poll: any number, three formats, three languages, the same for every run. Nothing is copied.

Sentences follow a small grammar over word lists, so that items differ as news do: by names, places, figures and verbs.
About one item in fifty speaks of both sides of the default plan and of something in it.
"""

# ruff: noqa: E501 - word lists
from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

NEWEST = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
ITEMS = (12, 48)  # the fewest and the most a feed carries: thirty on average

WHO = {
    "en": "the mayor|the city council|a court in the capital|the central bank|two students|the rail company|the ministry"
    "|farmers of the valley|the opposition|a group of doctors|the port authority|the tennis champion|the film festival"
    "|an old publisher|the weather service|the school board|local shops|the energy regulator|a young inventor",
    "it": "il sindaco|il consiglio comunale|un tribunale della capitale|la banca centrale|due studenti|le ferrovie"
    "|il ministero|i contadini della valle|l'opposizione|un gruppo di medici|l'autorità portuale|la campionessa di tennis"
    "|il festival del cinema|un vecchio editore|il servizio meteo|la scuola|i negozi del centro|un giovane inventore",
    "hi": "महापौर|नगर परिषद|राजधानी की एक अदालत|केंद्रीय बैंक|दो छात्र|रेल कंपनी|मंत्रालय|घाटी के किसान|विपक्ष|डॉक्टरों का एक समूह"
    "|बंदरगाह प्राधिकरण|टेनिस चैंपियन|फिल्म महोत्सव|मौसम विभाग|स्कूल बोर्ड|स्थानीय दुकानदार|ऊर्जा नियामक|एक युवा आविष्कारक",
}
DOES = {
    "en": "opened|postponed|presented|criticised|approved|cancelled|discussed|doubled|sold|repaired|announced|lost"
    "|inspected|praised|counted|rebuilt|studied|closed|welcomed|explained",
    "it": "ha aperto|ha rinviato|ha presentato|ha criticato|ha approvato|ha annullato|ha discusso|ha raddoppiato"
    "|ha venduto|ha riparato|ha annunciato|ha perso|ha ispezionato|ha lodato|ha contato|ha ricostruito|ha chiuso",
    "hi": "ने खोला|ने टाल दिया|ने प्रस्तुत किया|की आलोचना की|को मंज़ूरी दी|ने रद्द किया|पर चर्चा की|ने बेचा|की मरम्मत की|की घोषणा की|ने गिना"
    "|का निरीक्षण किया|की प्रशंसा की|ने फिर बनाया|का अध्ययन किया|ने बंद किया",
}
WHAT = {
    "en": "a bridge over the river|the new timetable|its annual report|the rescue of forty goats|a tax on parking"
    "|the old theatre|the winter season|a library for children|the price of bread|a record harvest|the night buses"
    "|a lost painting|the swimming pool|the water supply|an exhibition of maps|the street lamps|a long strike",
    "it": "un ponte sul fiume|il nuovo orario|la relazione annuale|il salvataggio di quaranta capre|una tassa sui parcheggi"
    "|il vecchio teatro|la stagione invernale|una biblioteca per bambini|il prezzo del pane|un raccolto da record"
    "|gli autobus notturni|un quadro perduto|la piscina|l'acquedotto|una mostra di carte|i lampioni|un lungo sciopero",
    "hi": "नदी पर एक पुल|नई समय सारणी|अपनी वार्षिक रिपोर्ट|चालीस बकरियों का बचाव|पार्किंग पर कर|पुराना रंगमंच|सर्दियों का मौसम"
    "|बच्चों का पुस्तकालय|रोटी का दाम|रिकॉर्ड फसल|रात की बसें|एक खोई हुई तस्वीर|तरणताल|जल आपूर्ति|मानचित्रों की प्रदर्शनी|सड़क की बत्तियाँ",
}
WHERE = {
    "en": "in the north|near the harbour|on Monday|after three years|for the first time|despite the rain|in Lisbon"
    "|in Nairobi|before the holidays|with 250 guests|at the second attempt|without a word|in Oslo|for 12 million euros",
    "it": "nel nord|vicino al porto|lunedì|dopo tre anni|per la prima volta|nonostante la pioggia|a Lisbona|a Nairobi"
    "|prima delle feste|con 250 ospiti|al secondo tentativo|senza una parola|a Oslo|per 12 milioni di euro",
    "hi": "उत्तर में|बंदरगाह के पास|सोमवार को|तीन साल बाद|पहली बार|बारिश के बावजूद|लिस्बन में|नैरोबी में|छुट्टियों से पहले|250 मेहमानों के साथ"
    "|दूसरे प्रयास में|बिना एक शब्द के|ओस्लो में|1.2 करोड़ यूरो में",
}
ABOUT_THE_PLAN = {
    "en": "India and Italy sign an agreement on green hydrogen|Italy and India plan a joint naval exercise"
    "|Indian and Italian universities exchange students|Italy and India agree on investment and trade",
    "it": "India e Italia firmano un accordo sull'idrogeno verde|Italia e India preparano una esercitazione navale congiunta"
    "|Università italiane e indiane scambiano studenti|Italia e India, accordo su investimenti e commercio",
    "hi": "भारत और इटली ने हरित हाइड्रोजन पर समझौता किया|भारत और इटली का संयुक्त नौसैनिक अभ्यास"
    "|भारत और इटली के विश्वविद्यालयों में छात्रों का आदान प्रदान|भारत और इटली में निवेश और व्यापार समझौता",
}
LISTS = {name: {lang: text.split("|") for lang, text in lists.items()} for name, lists in
         (("who", WHO), ("does", DOES), ("what", WHAT), ("where", WHERE), ("plan", ABOUT_THE_PLAN))}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MadeFeed:
    """One made-up feed. `number` decides everything about it."""

    number: int

    @property
    def lang(self) -> str:
        return ("en", "en", "it", "it", "hi")[self.number % 5]

    @property
    def format(self) -> str:
        return ("rss", "rss", "atom", "rss", "rdf", "atom")[self.number % 6]

    def changed(self, turn: int) -> bool:
        """Whether the feed has something new in that round: one in twenty has."""
        return turn > 0 and random.Random(f"{self.number} {turn}").random() < 0.05

    def body(self, turn: int = 0) -> bytes:
        """The feed as it is after `turn` rounds, the newest item first."""
        chance = random.Random(self.number)
        size = chance.randint(*ITEMS)
        turns = [one for one in range(1, turn + 1) if self.changed(one)]
        ids = [*(f"{one}-{self.number}" for one in reversed(turns)), *(f"0-{self.number}-{one}" for one in range(size))]
        items = "".join(self._item(identity, age) for age, identity in enumerate(ids[:size]))
        return _FRAMES[self.format].format(number=self.number, items=items).encode()

    def _item(self, identity: str, age: int) -> str:
        chance = random.Random(identity)
        title = _sentence(chance, self.lang)
        if chance.random() < 0.02:
            title = chance.choice(LISTS["plan"][self.lang])
        text = ". ".join(_sentence(chance, self.lang) for _ in range(chance.randint(3, 9)))
        when = NEWEST - timedelta(hours=3 * age, minutes=chance.randint(0, 179))
        link = f"http://news{self.number}.example/{identity}"
        return _ITEMS[self.format].format(
            title=escape(title),
            summary=escape(f"<p>{text}.</p> <a href='{link}'>more</a>"),
            link=link,
            identity=identity,
            mail_date=format_datetime(when),
            iso_date=when.isoformat(),
        )


def _sentence(chance: random.Random, lang: str) -> str:
    parts = (chance.choice(LISTS[name][lang]) for name in ("who", "does", "what", "where"))
    said = " ".join(parts)
    return said[0].upper() + said[1:]


_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_FRAMES = {
    "rss": _HEAD + '<rss version="2.0"><channel><title>News {number}</title><link>http://news{number}.example/</link>'
    "<description>Made up</description>\n{items}</channel></rss>\n",
    "atom": _HEAD + '<feed xmlns="http://www.w3.org/2005/Atom"><title>News {number}</title><id>urn:news:{number}</id>'
    "<updated>2026-11-22T06:00:00Z</updated>\n{items}</feed>\n",
    "rdf": _HEAD + '<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><channel rdf:about="http://news{number}.example/">'
    "<title>News {number}</title><link>http://news{number}.example/</link></channel>\n{items}</rdf:RDF>\n",
}
_ITEMS = {
    "rss": '<item><title>{title}</title><link>{link}</link><guid isPermaLink="false">{identity}</guid>'
    "<pubDate>{mail_date}</pubDate><description>{summary}</description></item>\n",
    "atom": "<entry><title>{title}</title><id>tag:news.example,2026:{identity}</id><link href='{link}'/>"
    "<updated>{iso_date}</updated><summary type='html'>{summary}</summary></entry>\n",
    "rdf": '<item rdf:about="{link}"><title>{title}</title><link>{link}</link><dc:date>{iso_date}</dc:date>'
    "<description>{summary}</description></item>\n",
}
