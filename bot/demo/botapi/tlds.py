"""Owns the top-level domains that make a link of a bare "example.org": IANA's country codes and the usual others.

Telegram knows about 1,500; the ones left out here (brands, rare words) are links only with their "https://".
"""

TOP_LEVEL_DOMAINS = frozenset(
    """
ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bv bw by bz ca cc cd
cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd ge
gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki
km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my
mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se
sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz
va vc ve vg vi vn vu wf ws ye yt za zm zw aaa abb academy accountant accountants actor adult aero africa agency airforce
apartments app archi army arpa art asia associates attorney auction audio author auto autos baby band bank bar
bargains beauty beer best bet bible bid bike bingo bio biz black blog blue boats book boston bot boutique box broker
build builders business buy buzz bzh cab cafe cam camera camp capital car cards care career careers cars casa cash
casino cat catering center ceo charity chat cheap christmas church city claims cleaning click clinic clothing cloud
club coach codes coffee college cologne com community company computer condos construction consulting contact
contractors cooking cool coop corsica country coupons courses credit creditcard cricket cruises cymru dance data date
dating day deals degree delivery democrat dental dentist desi design dev diamonds diet digital direct directory
discount doctor dog domains download earth eat eco edu education email energy engineer engineering enterprises
equipment estate eus events exchange expert exposed express fail faith family fan fans farm fashion feedback film
finance financial fire fish fishing fit fitness flights florist flowers fly food football forsale forum foundation fun
fund furniture futbol fyi gal gallery game games garden gay gift gifts gives giving glass global gold golf gov
graphics gratis green gripe group guide guitars guru hair hamburg haus health healthcare help hiphop hiv hockey
holdings holiday homes horse hospital host hosting hot house how icu immo immobilien inc industries info ing ink
institute insurance insure int international investments irish ist istanbul jetzt jewelry jobs juegos kaufen kids kim
kitchen kiwi koeln krd land lat law lawyer lease legal lgbt life lighting like limited limo link live living loan
loans lol london love ltd luxe luxury madrid maison makeup man management map market marketing markets mba media meet
memorial men menu miami mil mobi mobile moda moe mom money mortgage moscow motorcycles mov movie museum music name
navy net network new news ngo ninja now nrw nyc one ong online org organic osaka page paris partners parts party pet
pharmacy phone photo photography photos physio pics pictures ping pink pizza place play plumbing plus poker porn post
press pro productions prof promo properties property protection pub racing radio read recipes red rehab reise reisen
ren rent rentals repair report republican rest restaurant review reviews rich rio rip rocks rodeo rugby ruhr run
saarland safe sale salon sarl save school schule science scot search security select services sex sexy shoes shop
shopping show site ski skin soccer social software solar solutions spa space sport storage store stream studio study
style sucks supplies supply support surf surgery swiss sydney systems taipei talk tatar tattoo tax taxi team tech
technology tel tennis theater theatre tickets tips tires tirol today tokyo tools top tours town toys trade trading
training travel trust tube university uno vacations vegas ventures versicherung vet viajes video villas vin vip vision
vodka vote voting voto voyage wales watch weather webcam website wedding wien wiki win wine work works world wow wtf
xin xxx xyz yachts yoga yokohama you zero zip zone zuerich ελ ευ бел москва онлайн рус рф сайт укр بھارت कॉम नेट भारत
भारतम् भारोत संगठन ভারত ভাৰত ਭਾਰਤ ભારત ଭାରତ இந்தியா భారత్ ಭಾರತ ഭാരതം 中国 中國 公司 台湾 台灣 网络 香港 한국
""".split()  # noqa: SIM905  a list of 800 quoted words is no easier to read
)
