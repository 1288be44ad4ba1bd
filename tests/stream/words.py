"""What people write: subjects and sentences of business mail in three languages."""

GENERIC = {"de": ["Angebot", "Rechnung", "Anfrage", "Bestellung", "Reklamation", "Termin", "Unterlagen"],
           "en": ["Offer", "Invoice", "Question", "Order", "Meeting", "Documents"],
           "fr": ["Devis", "Facture", "Commande", "Question"]}
SUBJECTS = {"de": ["Angebot {n} {thing}", "Bestellung {n}", "Lieferverzug {thing}", "Reklamation {thing} {n}", "Preise {thing} {year}",
                   "Zeichnung {thing} Rev. {r}", "Wartung {thing} in {place}", "Rückfrage zu {thing} {n}", "Umbau {place}: {thing}"],
            "en": ["Quote {n} {thing}", "Purchase order {n}", "Delay of {thing}", "Drawing {thing} rev {r}", "{thing} for {place}"],
            "fr": ["Devis {n} {thing}", "Commande {n}", "Retard {thing}", "Plan {thing} ind. {r}"]}
THINGS = {"de": ["Wellen 40 mm", "Flansche DN80", "Kugellager 6204", "Hydraulikpumpe", "Förderband", "Schaltschrank", "Edelstahlrohre",
                 "Dichtungen", "Antriebsmotor", "Blechteile", "Schweißgestell", "Kühlaggregat"],
          "en": ["shafts 40 mm", "flanges DN80", "ball bearings", "hydraulic pump", "conveyor belt", "control cabinet", "gaskets"],
          "fr": ["arbres 40 mm", "brides DN80", "roulements", "pompe hydraulique", "joints", "tôles"]}
PLACES = ["Halle 3", "Werk Nord", "Bremen", "Lyon", "Leeds", "Haus B", "Linie 7", "Köln"]
SENTENCES = {
    "de": ["anbei erhalten Sie unser Angebot {n} über {q} Stück {thing} zum Preis von {p} EUR netto je Stück.",
           "die Lieferung der {thing} verschiebt sich leider um {q} Tage, weil unser Vorlieferant die Freigabe {n} noch nicht erteilt hat.",
           "könnten Sie uns bitte bis zum {d}. des Monats mitteilen, ob die Ausführung {n} für {place} weiterhin benötigt wird?",
           "wir haben die Position {q} geprüft und festgestellt, dass die Maße der {thing} von der Zeichnung {n} abweichen.",
           "bitte bestätigen Sie den Liefertermin für {place} und die Zahlungsbedingungen, {q} Tage netto wie besprochen.",
           "im Anhang finden Sie die geänderte Zeichnung {n} sowie das Prüfprotokoll der {thing} vom letzten Dienstag.",
           "der Preis von {p} EUR gilt für eine Abnahme von mindestens {q} Stück je Abruf und bleibt bis Jahresende stabil.",
           "unser Monteur kommt am {d}. gegen {h} Uhr nach {place} und bringt die {thing} gleich mit."],
    "en": ["please find attached our quotation {n} for {q} pieces of {thing} at a unit price of {p} EUR.",
           "unfortunately the delivery of the {thing} will be late by {q} days because part {n} is still in customs.",
           "could you tell us by the {d}th whether version {n} is still needed for {place}?",
           "we checked item {q} and found that the {thing} do not match drawing {n}.",
           "our engineer will be at {place} on the {d}th at {h} o'clock with the {thing}."],
    "fr": ["veuillez trouver ci-joint notre devis {n} pour {q} pièces de {thing} au prix unitaire de {p} EUR.",
           "la livraison des {thing} aura malheureusement {q} jours de retard, la pièce {n} étant bloquée en douane.",
           "pourriez-vous nous dire avant le {d} si la version {n} reste nécessaire pour {place} ?",
           "notre technicien sera à {place} le {d} à {h} heures avec les {thing}."]}
SHORT = {"de": ["danke, das passt.", "einverstanden.", "wird erledigt, danke!", "ok, machen wir so.", "bitte um Rückruf."],
         "en": ["thanks, that works.", "agreed.", "will do.", "fine with us."],
         "fr": ["merci, c'est parfait.", "d'accord.", "c'est noté."]}
HELLO = {"de": ["Sehr geehrte Damen und Herren,", "Guten Tag,", "Hallo zusammen,"], "en": ["Dear all,", "Hello,", "Hi,"], "fr": ["Bonjour,"]}
REPLIES = ["Re", "AW", "RE", "SV", "Antw", "Odp", "RV", "Ynt", "Vá", "Re[2]", "Res", "回复"]
BYE = {"de": "Mit freundlichen Grüßen", "en": "Kind regards", "fr": "Cordialement"}
COMMENTS = {"de": ["zur Info", "Bitte dem Vorgang zuordnen.", "siehe unten, bitte prüfen", ""], "en": ["FYI", "please see below", ""],
            "fr": ["pour info", ""]}


def _fill(rng, template, locale):
    return template.format(n=rng.randint(1000, 99999), q=rng.randint(2, 90), p=f"{rng.randint(3, 9000)},{rng.randint(10, 99)}",
                           d=rng.randint(2, 28), h=rng.randint(7, 17), r=rng.choice("ABCDEF"), year=rng.choice([2025, 2026]),
                           thing=rng.choice(THINGS[locale]), place=rng.choice(PLACES))


def subject(rng, locale, generic):
    if generic:
        return rng.choice(GENERIC[locale])
    return _fill(rng, rng.choice(SUBJECTS[locale]), locale)


def text(rng, person, short):
    """A letter: greeting, one to four sentences, the name."""
    locale = person.locale
    if short:
        body = [rng.choice(SHORT[locale])]
    else:
        body = [_fill(rng, s, locale) for s in rng.sample(SENTENCES[locale], rng.randint(1, min(4, len(SENTENCES[locale]))))]
    return "\n\n".join([rng.choice(HELLO[locale]), " ".join(body), f"{BYE[locale]}\n{person.name}"])


def comment(rng, locale):
    return rng.choice(COMMENTS[locale])
