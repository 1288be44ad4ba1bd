"""Mails that are no forwards, though they look like one in places."""

from . import clients as C
from . import locales as L
from . import replies as R

# subject, text. None of these was forwarded by a hand.
PLAIN = [
    ("Fahrplan für Dienstag", "Hallo Max,\n\nhier die Verbindung:\n\nVon: Berlin Hbf\nAn: München Hbf\nDatum: 03.03.2026\nAbfahrt: 14:05\n\nGruß\nAnna"),
    ("Itinerary", "Your trip:\n\nFrom: Berlin\nTo: Munich\nDate: Monday, March 2, 2026 2:05 PM\nSeat: 12A\n\nHave a nice trip!"),
    ("Flight confirmation", "From: BER To: MUC\nDate: 2 March 2026\nDeparts: 14:05\nArrives: 15:10\nPassenger: Anna Muster"),
    ("Log of the mail server", "Please look at this:\n\nMar  2 14:05:31 mx postfix/smtpd[4711]: NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 550 5.1.1; "
     "from=<a@b.example> to=<c@d.example> proto=ESMTP\nMar  2 14:05:32 mx postfix/cleanup[12]: 4X: message-id=<x@y.example>"),
    ("Problem mit dem Filter", "Hallo Support,\n\nin unserer Mail-Vorlage steht\n\n    From: {{sender}}\n    To: {{recipient}}\n    Subject: {{subject}}\n    Date: {{date}}\n\n"
     "und die Variable sender bleibt leer."),
    ("Re: how do I read headers", "Every mail begins with fields like From:, To:, Subject: and Date:. They end with a blank line."),
    ("Question about forwarding", "Hi,\n\nhow do I forward a mail as an attachment? When I press Forward it says \"Forwarded message\" and quotes everything.\n\nThanks"),
    ("Weiterleitung einrichten", "Hallo,\n\nbitte die weitergeleitete Nachricht nicht mehr an mich schicken. Die Weiterleitung von anna@acme.example soll ab morgen aus sein.\n\nGruß"),
    ("Newsletter März", "Liebe Leserinnen und Leser,\n\nFrom: our kitchen\nTo: your table\n\nSubject: pasta\n\nAbmelden: https://news.example/u"),
    ("Your receipt", "From: Coffee House GmbH\nTo: Anna Muster\nDate: 02.03.2026\nAmount: 12,40 EUR\n\nThank you for your purchase."),
    ("Lieferschein 4711", "Absender: ACME GmbH, Berlin\nEmpfänger: Muster AG, Köln\nDatum: 02.03.2026\nBetreff: Lieferung Ventile\n\nPos 1: 20 Ventile DN50"),
    ("Protokoll", "Protokoll vom 2. März\n\nVon: 14:00\nBis: 15:30\nTeilnehmer: Anna, Bert\nThema: Ventile\n\nBeschlossen: nichts."),
    ("Code review", "diff --git a/mail.py b/mail.py\n+    msg['From'] = sender\n+    msg['To'] = to\n+    msg['Subject'] = 'Hello'\n-    print('Date: %s' % date)\n"),
    ("Script", "#!/bin/sh\ncat <<END | sendmail -t\nFrom: $1\nTo: $2\nSubject: $3\n\n$4\nEND\n"),
    ("Zitat", "Hallo,\n\nauf der Seite steht:\n\n> Sent from my iPhone ist eine Signatur.\n\nStimmt das?"),
    ("Frage zu Weiterleitungen", "Moin,\n\nwas bedeutet\n\n-------- Weitergeleitete Nachricht --------\n\nin meinen Mails?\n\nDanke"),
    ("Termine", "Übersicht\n\n| Von | An | Datum |\n| Anna | Bert | 02.03. |\n| Bert | Carla | 03.03. |\n"),
    ("Adressliste", "Von\tAn\tDatum\nAnna\tBert\t02.03.2026\nCarla\tDora\t03.03.2026\n"),
    ("Danke", "Danke für die Weiterleitung!\n\nGruß Anna"),
    ("Mail von gestern", "Hallo Max,\n\nAnna schrieb gestern, dass die Ventile da sind. Kannst du das bestätigen?\n\nBert"),
    ("Umzug", "Neue Adresse\n\nVon: Hauptstraße 1, Berlin\nNach: Nebenstraße 2, Köln\nAb: 1. April\n"),
    ("Support case 4711 updated", "##- Please type your reply above this line -##\n\nYour request (4711) has been updated.\n\nAnna Muster (ACME Support)\nMar 2, 2026, 14:05 GMT+1\n\n"
     "Hello, we have fixed it.\n\nMax Weiter\nMar 1, 2026, 10:00 GMT+1\n\nIt is broken."),
    ("[JIRA] (ACME-12) Valves leak", "Anna Muster commented on ACME-12:\n\n    From: 1.2\n    To: 1.3\n\nStatus: Open\nReporter: Bert\nDate: 2 March 2026"),
    ("Voice message", "You have a new voice message.\n\nFrom: +49 30 12345\nTo: +49 30 99\nDate: Monday, March 2, 2026 2:05 PM\nDuration: 0:42\n"),
    ("Fax from 030 12345", "Fax received\nFrom: 030 12345\nDate: 02.03.2026 14:05\nPages: 3\n"),
    ("Scan", "Gescannt von: Drucker 3. OG\nDatum: 02.03.2026 14:05\nAuflösung: 300 dpi\n"),
    ("Kontaktformular", "Neue Nachricht über das Formular\n\nName: Anna Muster\nE-Mail: anna@kunde.example\nBetreff: Ventile\nNachricht:\nBitte um ein Angebot.\n"),
    ("New message from your website", "From: Anna Muster <anna@customer.example>\nMessage:\nPlease send an offer.\n\n--\nThis e-mail was sent from a contact form"),
    ("Ihr Termin", "Wann: Montag, 2. März 2026 14:00-15:00\nWo: Raum 4\nVon: Anna\n\nBitte zusagen."),
    ("Quiz", "From: where?\nTo: whom?\nSubject: what?\n\nFill in."),
    ("Bewerbung", "Sehr geehrte Damen und Herren,\n\nvom 02.03.2020 bis 03.04.2024 war ich bei ACME.\n\nMit freundlichen Grüßen\nAnna"),
    ("Patch", "From: Anna Muster <anna@acme.example>\n\nThis fixes the leak.\n\nSigned-off-by: Anna Muster <anna@acme.example>\n---\n mail.c | 2 +-\n"),
    ("Blocked message", "The following message was blocked by your filter:\n\nSender: spam@bad.example\nReason: virus\nTime: 14:05"),
    ("Wetter", "Am Montag, 2. März 2026 um 14:05 Uhr:\n\n12 Grad, Regen."),
    ("Gedicht", "Am Brunnen vor dem Tore, schrieb er:\n\nDa steht ein Lindenbaum."),
    ("Interview", "Frage: Woher kommen Sie?\nAnna: Aus Berlin.\nFrage: Und wohin?\nAnna: Nach Köln."),
    ("Price change", "From: 12.00 EUR\nTo: 13.50 EUR\nDate: March 2, 2026\n\nRegards"),
    ("Correction", "In the mail of Monday it says \"Begin forwarded message:\" twice; please correct the template."),
    ("Aw, nice", "---------- \nJust a line\n---------- \nand another"),
    ("WG-Zimmer frei", "Hallo, in unserer WG ist ein Zimmer frei.\n\nVon: 1. April\nKosten: 400 EUR"),
    ("I: a novel", "Chapter I: the beginning."),
]


def rows(random_, make_message):
    """(name, subject, text, html)."""
    found = [(f"plain {subject}", subject, text, None) for subject, text in PLAIN]
    found += [(f"plain html {subject}", subject, None, "<div>" + C.esc(text).replace("\n", "<br>") + "</div>") for subject, text in PLAIN]
    for locale in L.LOCALES:
        for name, (write, languages) in R.REPLIES.items():
            if locale not in languages:
                continue
            written = write(random_, locale, make_message(random_, locale), R.new_lines(random_, locale))
            for form, text, page in (("text", written.text, None), ("html", None, written.html), ("both", written.text, written.html)):
                if form == "text" or written.html:
                    subject = f"{random_.choice(['Re', R.PREFIXES.get(locale, 'RE')])}: Angebot 4711"
                    found.append((f"reply {name} {locale} {form}", subject, text, page))
        # A mail that talks about a forward, in its language's words.
        separator = L.words(locale, "thunderbird")[0]
        hello, fact, question, close = L.words(locale, "words")
        found.append((f"talk {locale}", "Frage", f"{hello}\n\n{fact} \"{separator}\" {question}\n\n{close}", None))
        found.append((f"label {locale}", "Frage", f"{hello}\n\n{L.words(locale, 'outlook')[0]}: {fact}\n{L.words(locale, 'outlook')[2]}: {question}\n\n{close}", None))
        # An answer in which an older mail was forwarded.
        inner = C.gmail(locale, make_message(random_, locale))
        head = R.attributions(locale, make_message(random_, locale))[0]
        found.append((f"answer to a forward {locale}", "Re: Fwd: Angebot", f"{question}\n\n{head}\n" + C.quote(f"{fact}\n\n{inner.text}"), None))
        # The same by a client that does not mark what it quotes.
        head = next((one for one in R.attributions(locale, make_message(random_, locale)) if "@" in one), None)
        if head:
            found.append((f"answer to a forward unmarked {locale}", "Re: Fwd: Angebot", f"{question}\n\n{head}\n\n{fact}\n\n{inner.text}", None))
    return found
