"""What mail programs write in each language, from the programs themselves and their translations; no word here was
taken from forward/labels/. Dates and times come from CLDR, which Apple, Google, Yahoo and Outlook on the web use.

A language is a table of fields; `|` parts the words of a line:
  outlook      From, Sent, To, Cc, Subject, the separator's words
  apple        the separator, From, Subject, Date, To, Cc
  thunderbird  the separator's words, Subject, Date, From, To, Cc
  yahoo        the separator's words, From, To, Cc, Sent, Subject
  gmail        From, Date, Subject, To, Cc
  prefix       of a forward's subject
  at           between date and time, and what stands behind
  windows      a date as Windows writes it, where that is not CLDR's full one
  wrote        attributions; {g} is a Gmail date, {d} short ones, {n} and {a} who wrote
  mobile       what a telephone adds
  words        greeting, a sentence, a question, closing"""

import datetime

from babel import dates

LOCALES = {
    "de": {
        "outlook": "Von|Gesendet|An|Cc|Betreff|Ursprüngliche Nachricht",
        "apple": "Anfang der weitergeleiteten Nachricht:|Von|Betreff|Datum|An|Kopie",
        "thunderbird": "Weitergeleitete Nachricht|Betreff|Datum|Von|An|Kopie (CC)",
        "yahoo": "Weitergeleitete Nachricht|Von|An|CC|Gesendet|Betreff",
        "gmail": "Von|Date|Subject|To|Cc",
        "prefix": "WG", "at": "um|Uhr",
        "wrote": "Am {g} schrieb {n} <{a}>:|Am {d} schrieb {n}:|Am {d} schrieb {n} <{a}>:",
        "mobile": "Von meinem iPhone gesendet",
        "words": "Guten Tag zusammen,|die Lieferung der Ventile kommt erst in der nächsten Woche.|Können Sie das bitte prüfen?|Mit freundlichen Grüßen",
    },
    "en": {
        "cldr": "en_US",
        "outlook": "From|Sent|To|Cc|Subject|Original Message",
        "apple": "Begin forwarded message:|From|Subject|Date|To|Cc",
        "thunderbird": "Forwarded Message|Subject|Date|From|To|CC",
        "yahoo": "Forwarded message|From|To|Cc|Sent|Subject",
        "gmail": "From|Date|Subject|To|Cc",
        "prefix": "FW", "at": "at|",
        "wrote": "On {g} {n} <{a}> wrote:|On {g}, {n} wrote:|On {d}, {n} wrote:",
        "mobile": "Sent from my iPhone",
        "words": "Hello all,|the delivery of the valves will only arrive next week.|Could you please look into it?|Kind regards",
    },
    "en_GB": {
        "outlook": "From|Sent|To|Cc|Subject|Original Message",
        "apple": "Begin forwarded message:|From|Subject|Date|To|Cc",
        "thunderbird": "Forwarded Message|Subject|Date|From|To|Cc",
        "yahoo": "Forwarded message|From|To|Cc|Sent|Subject",
        "gmail": "From|Date|Subject|To|Cc",
        "prefix": "Fwd", "at": "at|", "windows": "dd MMMM yyyy",
        "wrote": "On {g}, {n} <{a}> wrote:|On {d}, {n} wrote:",
        "mobile": "Sent from my iPad",
        "words": "Dear colleagues,|the colour samples have left our warehouse.|Is that all right with you?|Yours sincerely",
    },
    "fr": {
        "outlook": "De|Envoyé|À|Cc|Objet|Message d'origine",
        "apple": "Début du message réexpédié :|De|Objet|Date|À|Cc",
        "thunderbird": "Message transféré|Sujet |Date |De |Pour |Copie à ",
        "yahoo": "Message transmis|De|À|Cc|Envoyé|Objet",
        "gmail": "De |Date|Subject|To|Cc",
        "prefix": "TR", "at": "à|",
        "wrote": "Le {g}, {n} <{a}> a écrit :|Le {d}, {n} a écrit :",
        "mobile": "Envoyé de mon iPhone",
        "words": "Bonjour à tous,|la livraison des vannes n'arrivera que la semaine prochaine.|Pouvez-vous vérifier cela ?|Cordialement",
    },
    "es": {
        "outlook": "De|Enviado el|Para|CC|Asunto|Mensaje original",
        "apple": "Inicio del mensaje reenviado:|De|Asunto|Fecha|Para|Cc",
        "thunderbird": "Mensaje reenviado|Asunto|Fecha|De|Para|CC",
        "yahoo": "Mensaje reenviado|De|Para|Cc|Enviado|Asunto",
        "gmail": "De|Date|Subject|To|Cc",
        "prefix": "RV", "at": "a las|",
        "wrote": "El {g}, {n} (<{a}>) escribió:|El {g}, {n} <{a}> escribió:|El {d}, {n} escribió:",
        "mobile": "Enviado desde mi iPhone",
        "words": "Buenos días,|la entrega de las válvulas llegará la próxima semana.|¿Pueden comprobarlo, por favor?|Un saludo",
    },
    "it": {
        "outlook": "Da|Inviato|A|Cc|Oggetto|Messaggio originale",
        "apple": "Inizio messaggio inoltrato:|Da|Oggetto|Data|A|Cc",
        "thunderbird": "Messaggio Inoltrato|Oggetto|Data|Mittente|A|CC",
        "yahoo": "Messaggio inoltrato|Da|A|Cc|Inviato|Oggetto",
        "gmail": "Da|Date|Subject|To|Cc",
        "prefix": "I", "at": "alle ore|",
        "wrote": "Il giorno {g} {n} <{a}> ha scritto:|Il {g} {n} <{a}> ha scritto:|Il {d}, {n} ha scritto:",
        "mobile": "Inviato da iPhone",
        "words": "Buongiorno a tutti,|la consegna delle valvole arriverà la prossima settimana.|Potete verificare, per favore?|Cordiali saluti",
    },
    "nl": {
        "outlook": "Van|Verzonden|Aan|CC|Onderwerp|Oorspronkelijk bericht",
        "apple": "Begin doorgestuurd bericht:|Van|Onderwerp|Datum|Aan|Kopie",
        "thunderbird": "Doorgestuurd bericht|Onderwerp|Datum|Van|Aan|CC",
        "yahoo": "Doorgestuurd bericht|Van|Aan|Cc|Verzonden|Onderwerp",
        "gmail": "Van|Date|Subject|To|Cc",
        "prefix": "FW", "at": "om|",
        "wrote": "Op {g} schreef {n} <{a}>:|Op {d} schreef {n}:",
        "mobile": "Verstuurd vanaf mijn iPhone",
        "words": "Goedemiddag,|de levering van de kleppen komt pas volgende week.|Kunt u dit nakijken?|Met vriendelijke groet",
    },
    "pt": {
        "cldr": "pt_PT",
        "outlook": "De|Enviado|Para|Cc|Assunto|Mensagem original",
        "apple": "Início da mensagem reencaminhada:|De|Assunto|Data|Para|Cc",
        "thunderbird": "Mensagem reencaminhada|Assunto|Data|De|Para|CC",
        "yahoo": "Mensagem reencaminhada|De|Para|Cc|Enviado|Assunto",
        "gmail": "De|Date|Subject|To|Cc",
        "prefix": "FW", "at": "às|",
        "wrote": "{n} <{a}> escreveu no dia {g}:|No dia {d}, {n} escreveu:",
        "mobile": "Enviado do meu iPhone",
        "words": "Bom dia a todos,|a entrega das válvulas só chega na próxima semana.|Podem verificar, por favor?|Com os melhores cumprimentos",
    },
    "pt_BR": {
        "outlook": "De|Enviada em|Para|Cc|Assunto|Mensagem original",
        "apple": "Início da mensagem encaminhada:|De|Assunto|Data|Para|Cc",
        "thunderbird": "Mensagem encaminhada|Assunto|Data|De|Para|CC",
        "yahoo": "Mensagem encaminhada|De|Para|Cc|Enviado|Assunto",
        "gmail": "De|Date|Subject|To|Cc",
        "prefix": "ENC", "at": "às|",
        "wrote": "Em {g}, {n} <{a}> escreveu:|Em {d}, {n} escreveu:",
        "mobile": "Enviado do meu iPhone",
        "words": "Bom dia pessoal,|a entrega das válvulas chega na semana que vem.|Vocês podem verificar?|Atenciosamente",
    },
    "pl": {
        "outlook": "Od|Wysłano|Do|DW|Temat|Wiadomość oryginalna",
        "apple": "Początek przekazywanej wiadomości:|Od|Temat|Data|Do|DW",
        "thunderbird": "Przekazana wiadomość|Temat|Data|Nadawca|Adresat|Kopia",
        "yahoo": "Przekazana wiadomość|Od|Do|DW|Wysłano|Temat",
        "gmail": "Od|Date|Subject|To|Cc",
        "prefix": "PD", "at": "o|",
        "wrote": "{g} {n} <{a}> napisał(a):|W dniu {d}, {n} pisze:|W dniu {d} użytkownik {n} <{a}> napisał:",
        "mobile": "Wysłane z iPhone'a",
        "words": "Dzień dobry,|dostawa zaworów dotrze dopiero w przyszłym tygodniu.|Czy możecie to sprawdzić?|Z poważaniem",
    },
    "cs": {
        "outlook": "Od|Odesláno|Komu|Kopie|Předmět|Původní zpráva",
        "apple": "Začátek přeposílané zprávy:|Od|Předmět|Datum|Komu|Kopie",
        "thunderbird": "Přeposlaná zpráva|Předmět|Datum|Od|Komu|Kopie",
        "yahoo": "Přeposlaná zpráva|Od|Komu|Kopie|Odesláno|Předmět",
        "gmail": "Od|Date|Subject|To|Cc",
        "prefix": "FW", "at": "v|",
        "wrote": "{g} odesílatel {n} <{a}> napsal:|Dne {d} {n} napsal(a):",
        "mobile": "Odesláno z iPhonu",
        "words": "Dobrý den,|dodávka ventilů dorazí až příští týden.|Můžete to prosím ověřit?|S pozdravem",
    },
    "sk": {
        "outlook": "Od|Odoslané|Komu|Kópia|Predmet|Pôvodná správa",
        "apple": "Začiatok preposlanej správy:|Od|Predmet|Dátum|Komu|Kópia",
        "thunderbird": "Preposlaná správa|Predmet|Dátum|Od|Komu|Kópia",
        "yahoo": "Preposlaná správa|Od|Komu|Kópia|Odoslané|Predmet",
        "gmail": "Od|Date|Subject|To|Cc",
        "prefix": "FW", "at": "o|",
        "wrote": "{g} {n} <{a}> napísal(a):|Dňa {d} {n} napísal(a):",
        "mobile": "Odoslané z iPhonu",
        "words": "Dobrý deň,|dodávka ventilov príde až budúci týždeň.|Môžete to prosím overiť?|S pozdravom",
    },
    "hu": {
        "outlook": "Feladó|Elküldve|Címzett|Másolatot kap|Tárgy|Eredeti üzenet",
        "apple": "Továbbított levél kezdete:|Feladó|Tárgy|Dátum|Címzett|Másolat",
        "thunderbird": "Továbbított üzenet|Tárgy|Dátum|Feladó|Címzett|CC",
        "yahoo": "Továbbított üzenet|Feladó|Címzett|Másolat|Elküldve|Tárgy",
        "gmail": "Feladó|Date|Subject|To|Cc",
        "prefix": "FW", "at": ",|",
        "wrote": "{n} <{a}> ezt írta (időpont: {g}):|{d} keltezéssel, {n} írta:",
        "mobile": "iPhone-ról küldve",
        "words": "Jó napot kívánok,|a szelepek szállítása csak a jövő héten érkezik.|Meg tudnák ezt nézni?|Üdvözlettel",
    },
    "ro": {
        "outlook": "De la|Trimis|Către|Cc|Subiect|Mesaj original",
        "apple": "Începe mesajul redirecționat:|De la|Subiect|Dată|Către|Cc",
        "thunderbird": "Mesaj redirecționat|Subiect|Dată|De la|Către|CC",
        "yahoo": "Mesaj redirecționat|De la|Către|Cc|Trimis|Subiect",
        "gmail": "De la|Date|Subject|To|Cc",
        "prefix": "FW", "at": "la|",
        "wrote": "În {g}, {n} <{a}> a scris:|Pe {g}, {n} <{a}> a scris:|Pe {d}, {n} a scris:",
        "mobile": "Trimis de pe iPhone-ul meu",
        "words": "Bună ziua,|livrarea supapelor ajunge abia săptămâna viitoare.|Puteți verifica, vă rog?|Cu stimă",
    },
    "bg": {
        "outlook": "От|Изпратено|До|Копие|Относно|Първоначално съобщение",
        "apple": "Начало на препратеното съобщение:|От|Относно|Дата|До|Копие",
        "thunderbird": "Препратено съобщение|Относно|Дата|От|До|Копие",
        "yahoo": "Препратено съобщение|От|До|Копие|Изпратено|Относно",
        "gmail": "От|Date|Subject|To|Cc",
        "prefix": "FW", "at": "в|",
        "wrote": "На {g} {n} <{a}> написа:|На {d} {n} написа:",
        "mobile": "Изпратено от моя iPhone",
        "words": "Добър ден,|доставката на клапаните ще пристигне следващата седмица.|Бихте ли проверили?|Поздрави",
    },
    "hr": {
        "outlook": "Šalje|Poslano|Prima|Kopija|Predmet|Izvorna poruka",
        "apple": "Započni proslijeđenu poruku:|Šalje|Predmet|Datum|Prima|Kopija",
        "thunderbird": "Proslijeđena poruka|Naslov|Datum|Šalje|Prima|Kopija",
        "yahoo": "Proslijeđena poruka|Šalje|Prima|Kopija|Poslano|Predmet",
        "gmail": "Od|Date|Subject|To|Cc",
        "prefix": "FW", "at": "u|",
        "wrote": "{g} {n} <{a}> je napisao/la:|Dana {d} {n} je napisao:",
        "mobile": "Poslano s mog iPhonea",
        "words": "Dobar dan,|isporuka ventila stiže tek sljedeći tjedan.|Možete li to provjeriti?|Srdačan pozdrav",
    },
    "sr": {
        "outlook": "Од|Послато|За|Копија|Тема|Оригинална порука",
        "apple": "Почетак прослеђене поруке:|Од|Тема|Датум|За|Копија",
        "thunderbird": "Прослеђена порука|Тема|Датум|Од|За|Копија",
        "yahoo": "Прослеђена порука|Од|За|Копија|Послато|Тема",
        "gmail": "Од|Date|Subject|To|Cc",
        "prefix": "FW", "at": "у|",
        "wrote": "{g} {n} <{a}> је написао/ла:|Дана {d} {n} је написао:",
        "mobile": "Послато са мог iPhone-а",
        "words": "Добар дан,|испорука вентила стиже тек следеће недеље.|Можете ли да проверите?|Срдачан поздрав",
    },
    "sr_Latn": {
        "outlook": "Od|Poslato|Za|Kopija|Tema|Originalna poruka",
        "apple": "Početak prosleđene poruke:|Od|Tema|Datum|Za|Kopija",
        "thunderbird": "Prosleđena poruka|Tema|Datum|Od|Za|Kopija",
        "yahoo": "Prosleđena poruka|Od|Za|Kopija|Poslato|Tema",
        "gmail": "Od|Date|Subject|To|Cc",
        "prefix": "FW", "at": "u|",
        "wrote": "{g} {n} <{a}> je napisao/la:|Dana {d} {n} je napisao:",
        "mobile": "Poslato sa mog iPhone-a",
        "words": "Dobar dan,|isporuka ventila stiže tek sledeće nedelje.|Možete li da proverite?|Srdačan pozdrav",
    },
    "sl": {
        "outlook": "Od|Poslano|Za|Kp|Zadeva|Izvirno sporočilo",
        "apple": "Začetek posredovanega sporočila:|Od|Zadeva|Datum|Za|Kp",
        "thunderbird": "Posredovano sporočilo|Zadeva|Datum|Od|Za|Kp",
        "yahoo": "Posredovano sporočilo|Od|Za|Kp|Poslano|Zadeva",
        "gmail": "Od|Date|Subject|To|Cc",
        "prefix": "FW", "at": "ob|",
        "wrote": "V {g} je {n} <{a}> napisal(a):|Oseba {n} <{a}> je {g} napisala:|Dne {d} je {n} napisal(a):",
        "mobile": "Poslano iz mojega iPhona",
        "words": "Pozdravljeni,|dobava ventilov bo prispela šele naslednji teden.|Lahko to preverite?|Lep pozdrav",
    },
    "el": {
        "outlook": "Από|Στάλθηκε|Προς|Κοιν.|Θέμα|Αρχικό μήνυμα",
        "apple": "Αρχή προωθημένου μηνύματος:|Από|Θέμα|Ημερομηνία|Προς|Κοιν.",
        "thunderbird": "Προωθημένο μήνυμα|Θέμα|Ημερομηνία|Από|Προς|Κοιν.",
        "yahoo": "Προωθημένο μήνυμα|Από|Προς|Κοιν.|Στάλθηκε|Θέμα",
        "gmail": "Από|Date|Subject|To|Cc",
        "prefix": "ΠΡΘ", "at": "στις|",
        "wrote": "Στις {g}, ο/η {n} <{a}> έγραψε:|Στις {d}, {n} έγραψε:",
        "mobile": "Στάλθηκε από το iPhone μου",
        "words": "Καλημέρα σας,|η παράδοση των βαλβίδων θα φτάσει την επόμενη εβδομάδα.|Μπορείτε να το ελέγξετε;|Με εκτίμηση",
    },
    "tr": {
        "outlook": "Kimden|Gönderildi|Kime|Bilgi|Konu|Özgün İleti",
        "apple": "İleti başlangıcı:|Kimden|Konu|Tarih|Kime|Bilgi",
        "thunderbird": "İletilen İleti|Konu|Tarih|Kimden|Kime|Bilgi",
        "yahoo": "İletilmiş Mesaj|Kimden|Kime|Bilgi|Gönderildi|Konu",
        "gmail": "Gönderen|Date|Subject|To|Cc",
        "prefix": "İLT", "at": ",|",
        "wrote": "{n} <{a}>, {g} tarihinde şunu yazdı:|{d} tarihinde {n} yazdı:",
        "mobile": "iPhone'umdan gönderildi",
        "words": "Merhaba,|vanaların teslimatı ancak gelecek hafta ulaşacak.|Bunu kontrol edebilir misiniz?|Saygılarımla",
    },
    "ru": {
        "outlook": "От|Отправлено|Кому|Копия|Тема|Исходное сообщение",
        "apple": "Начало переадресованного сообщения:|От|Тема|Дата|Кому|Копия",
        "thunderbird": "Перенаправленное сообщение|Тема|Дата|От|Кому|Копия",
        "yahoo": "Пересылаемое сообщение|От|Кому|Копия|Отправлено|Тема",
        "gmail": "От|Date|Subject|To|Cc",
        "prefix": "FW", "at": "в|",
        "wrote": "{g}, {n} <{a}>:|{d}, {n} пишет:|{d}, {n} <{a}> написал(а):",
        "mobile": "Отправлено с iPhone",
        "words": "Добрый день,|поставка клапанов придёт только на следующей неделе.|Можете это проверить?|С уважением",
    },
    "uk": {
        "outlook": "Від|Надіслано|Кому|Копія|Тема|Вихідне повідомлення",
        "apple": "Початок листа, що пересилається:|Від|Тема|Дата|Кому|Копія",
        "thunderbird": "Переслане повідомлення|Тема|Дата|Від|Кому|Копія",
        "yahoo": "Перенаправлене повідомлення|Від|Кому|Копія|Надіслано|Тема",
        "gmail": "Від|Date|Subject|To|Cc",
        "prefix": "FW", "at": "о|",
        "wrote": "{g} {n} <{a}> пише:|{d}, {n} пише:|{d} {n} <{a}> написав(ла):",
        "mobile": "Надіслано з iPhone",
        "words": "Добрий день,|поставка клапанів надійде лише наступного тижня.|Чи можете ви це перевірити?|З повагою",
    },
    "da": {
        "outlook": "Fra|Sendt|Til|Cc|Emne|Oprindelig meddelelse",
        "apple": "Start på videresendt besked:|Fra|Emne|Dato|Til|Cc",
        "thunderbird": "Videresendt meddelelse|Emne|Dato|Fra|Til|CC",
        "yahoo": "Videresendt meddelelse|Fra|Til|Cc|Sendt|Emne",
        "gmail": "Fra|Date|Subject|To|Cc",
        "prefix": "VS", "at": "kl.|",
        "wrote": "Den {g} skrev {n} <{a}>:|Den {d} skrev {n}:",
        "mobile": "Sendt fra min iPhone",
        "words": "Hej alle,|leveringen af ventilerne kommer først i næste uge.|Kan I se på det?|Med venlig hilsen",
    },
    "sv": {
        "outlook": "Från|Skickat|Till|Kopia|Ämne|Ursprungligt meddelande",
        "apple": "Vidarebefordrat mejl:|Från|Ämne|Datum|Till|Kopia",
        "thunderbird": "Vidarebefordrat meddelande|Ämne|Datum|Från|Till|Kopia",
        "yahoo": "Vidarebefordrat meddelande|Från|Till|Kopia|Skickat|Ämne",
        "gmail": "Från|Date|Subject|To|Cc",
        "prefix": "VB", "at": "kl|", "windows": "'den' d MMMM yyyy",
        "wrote": "Den {g} skrev {n} <{a}>:|Den {d} skrev {n}:|{d} skrev {n} <{a}>:",
        "mobile": "Skickat från min iPhone",
        "words": "Hej allihopa,|leveransen av ventilerna kommer först nästa vecka.|Kan ni titta på det?|Med vänliga hälsningar",
    },
    "nb": {
        "outlook": "Fra|Sendt|Til|Kopi|Emne|Opprinnelig melding",
        "apple": "Videresendt melding:|Fra|Emne|Dato|Til|Kopi",
        "thunderbird": "Videresendt melding|Emne|Dato|Fra|Til|Kopi",
        "yahoo": "Videresendt melding|Fra|Til|Kopi|Sendt|Emne",
        "gmail": "Fra|Date|Subject|To|Cc",
        "prefix": "VS", "at": "kl.|",
        "wrote": "{g} skrev {n} <{a}>:|{d} skrev {n} <{a}>:|Den {d} skrev {n}:",
        "mobile": "Sendt fra min iPhone",
        "words": "Hei alle sammen,|leveransen av ventilene kommer først neste uke.|Kan dere se på det?|Med vennlig hilsen",
    },
    "fi": {
        "outlook": "Lähettäjä|Lähetetty|Vastaanottaja|Kopio|Aihe|Alkuperäinen viesti",
        "apple": "Välitetty viesti alkaa:|Lähettäjä|Aihe|Päivämäärä|Vastaanottaja|Kopio",
        "thunderbird": "Välitetty viesti / Fwd.Msg|Aihe|Päiväys|Lähettäjä|Vastaanottaja|Kopio",
        "yahoo": "Edelleenlähetetty viesti|Lähettäjä|Vastaanottaja|Kopio|Lähetetty|Aihe",
        "gmail": "Lähettäjä|Date|Subject|To|Cc",
        "prefix": "VL", "at": "klo|",
        "wrote": "{g} {n} ({a}) kirjoitti:|{n} kirjoitti {d}:|{n} <{a}> kirjoitti {d}:",
        "mobile": "Lähetetty iPhonesta",
        "words": "Hei kaikille,|venttiilien toimitus saapuu vasta ensi viikolla.|Voitteko tarkistaa asian?|Ystävällisin terveisin",
    },
    "et": {
        "outlook": "Saatja|Saadetud|Adressaat|Koopia|Teema|Algne sõnum",
        "apple": "Edasisaadetud kirja algus:|Saatja|Teema|Kuupäev|Saaja|Koopia",
        "thunderbird": "Edastatud kiri|Teema|Kuupäev|Saatja|Saaja|Koopia",
        "yahoo": "Edastatud sõnum|Saatja|Saaja|Koopia|Saadetud|Teema",
        "gmail": "Saatja|Date|Subject|To|Cc",
        "prefix": "FW", "at": "kell|",
        "wrote": "Kuupäev {g} kirjutas kasutaja {n} <{a}>:|{n} <{a}> kirjutas kuupäeval {g}:|{n} kirjutas {d}:",
        "mobile": "Saadetud minu iPhone'ist",
        "words": "Tere kõigile,|klappide tarne saabub alles järgmisel nädalal.|Kas saaksite seda kontrollida?|Lugupidamisega",
    },
    "lv": {
        "outlook": "No|Nosūtīts|Kam|Kopija|Tēma|Sākotnējais ziņojums",
        "apple": "Pārsūtītās vēstules sākums:|No|Tēma|Datums|Kam|Kopija",
        "thunderbird": "Pārsūtīta vēstule|Tēma|Datums|No|Kam|Kopija",
        "yahoo": "Pārsūtītais ziņojums|No|Kam|Kopija|Nosūtīts|Tēma",
        "gmail": "No|Date|Subject|To|Cc",
        "prefix": "FW", "at": "plkst.|",
        "wrote": "{g} lietotājs {n} (<{a}>) rakstīja:|{d} {n} rakstīja:",
        "mobile": "Nosūtīts no mana iPhone",
        "words": "Labdien,|vārstu piegāde pienāks tikai nākamnedēļ.|Vai varat to pārbaudīt?|Ar cieņu",
    },
    "lt": {
        "outlook": "Nuo|Išsiųsta|Kam|Kopija|Tema|Originalus laiškas",
        "apple": "Persiųsto laiško pradžia:|Nuo|Tema|Data|Kam|Kopija",
        "thunderbird": "Persiųstas laiškas|Tema|Data|Nuo|Kam|Kopija",
        "yahoo": "Persiųstas pranešimas|Nuo|Kam|Kopija|Išsiųsta|Tema",
        "gmail": "Nuo|Date|Subject|To|Cc",
        "prefix": "FW", "at": ",|",
        "wrote": "{g} {n} <{a}> rašė:|{d}, {n} rašė:",
        "mobile": "Išsiųsta iš mano iPhone",
        "words": "Laba diena,|vožtuvai bus pristatyti tik kitą savaitę.|Ar galėtumėte patikrinti?|Pagarbiai",
    },
    "ca": {
        "outlook": "De|Enviat el|Per a|A/c|Assumpte|Missatge original",
        "apple": "Inici del missatge reenviat:|De|Assumpte|Data|A|Cc",
        "thunderbird": "Missatge reenviat|Assumpte|Data|De|A|A/c",
        "yahoo": "Missatge reenviat|De|Per a|Cc|Enviat|Assumpte",
        "gmail": "De|Date|Subject|To|Cc",
        "prefix": "RV", "at": "a les|",
        "wrote": "Missatge de {n} <{a}> del dia {g}:|El {d}, {n} ha escrit:",
        "mobile": "Enviat des del meu iPhone",
        "words": "Bon dia a tothom,|el lliurament de les vàlvules arribarà la setmana vinent.|Ho podeu comprovar?|Atentament",
    },
    "he": {
        "outlook": "מאת|נשלח|אל|עותק|נושא|הודעה מקורית",
        "apple": "תחילת ההודעה שהועברה:|מאת|נושא|תאריך|אל|עותק",
        "thunderbird": "הודעה מועברת|נושא|תאריך|מאת|אל|עותק",
        "yahoo": "הודעה מועברת|מאת|אל|עותק|נשלח|נושא",
        "gmail": "מאת|Date|Subject|To|Cc",
        "prefix": "FW", "at": "ב-|",
        "wrote": "\u202bבתאריך {g} מאת \u202a{n}\u202c\u200f <\u202a{a}\u202c\u200f>:\u202c",
        "mobile": "נשלח מה-iPhone שלי",
        "words": "שלום לכולם,|משלוח השסתומים יגיע רק בשבוע הבא.|אפשר לבדוק את זה?|בברכה",
    },
    "ar": {
        "outlook": "من|تاريخ الإرسال|إلى|نسخة|الموضوع|الرسالة الأصلية",
        "apple": "بداية الرسالة المعاد توجيهها:|من|الموضوع|التاريخ|إلى|نسخة",
        "thunderbird": "رسالة معاد توجيهها|الموضوع|التاريخ|من|إلى|نسخة",
        "yahoo": "الرسالة المعاد توجيهها|من|إلى|نسخة|تم الإرسال|الموضوع",
        "gmail": "من|Date|Subject|To|Cc",
        "prefix": "FW", "at": "في|",
        "wrote": "في {g} تمت كتابة ما يلي بواسطة {n} <{a}>:|في {g}، كتب {n} <{a}>:",
        "mobile": "أرسلت من الـ iPhone",
        "words": "صباح الخير،|سيصل شحن الصمامات في الأسبوع المقبل فقط.|هل يمكنكم التحقق من ذلك؟|مع أطيب التحيات",
    },
    "zh_Hans": {
        "outlook": "发件人|发送时间|收件人|抄送|主题|邮件原件",
        "apple": "开始转发的邮件：|发件人|主题|日期|收件人|抄送",
        "thunderbird": "转发的消息|主题|日期|发件人|收件人|抄送",
        "yahoo": "转发的邮件|发件人|收件人|抄送|发送时间|主题",
        "gmail": "发件人|Date|Subject|To|Cc",
        "prefix": "转发", "at": "|",
        "wrote": "{n} <{a}> 于{g}写道：|在 {d}，{n} <{a}> 写道：|{n} <{a}> 于 {d} 写道:",
        "mobile": "发自我的 iPhone",
        "words": "各位好，|阀门的货要到下周才能到。|请核实一下好吗？|此致敬礼",
    },
    "zh_Hant": {
        "outlook": "寄件者|寄件日期|收件者|副本|主旨|原始郵件",
        "apple": "開始轉寄郵件：|寄件人|主旨|日期|收件人|副本",
        "thunderbird": "轉寄訊息|主旨|日期|寄件者|收件者|副本",
        "yahoo": "轉寄郵件|寄件人|收件人|副本|寄件日期|主旨",
        "gmail": "寄件者|Date|Subject|To|Cc",
        "prefix": "轉寄", "at": "|",
        "wrote": "{n} <{a}> 於 {g} 寫道：|{n} <{a}> 於 {d} 寫道：",
        "mobile": "從我的 iPhone 傳送",
        "words": "各位好，|閥門的貨要到下週才會到。|請確認一下好嗎？|順頌商祺",
    },
    "ja": {
        "outlook": "差出人|送信日時|宛先|CC|件名|元のメッセージ",
        "apple": "転送されたメッセージ：|差出人|件名|日付|宛先|Cc",
        "thunderbird": "転送されたメッセージ|件名|日付|差出人|宛先|CC",
        "yahoo": "転送メッセージ|差出人|宛先|Cc|送信日時|件名",
        "gmail": "From|Date|Subject|To|Cc",
        "prefix": "転送", "at": "|",
        "wrote": "{g} {n} <{a}>:|{d}、{n} <{a}>のメール：|{d} に {n} さんは書きました:",
        "mobile": "iPhoneから送信",
        "words": "皆様、お世話になっております。|バルブの納品は来週になります。|ご確認いただけますでしょうか。|よろしくお願いいたします。",
    },
    "ko": {
        "outlook": "보낸 사람|보낸 날짜|받는 사람|참조|제목|원본 메시지",
        "apple": "전달된 메시지 시작:|보낸 사람|제목|날짜|받는 사람|참조",
        "thunderbird": "전달된 메시지|제목|날짜|보낸 사람|받는 사람|참조",
        "yahoo": "전달된 메시지|보낸 사람|받는 사람|참조|보낸 날짜|제목",
        "gmail": "보낸사람|Date|Subject|To|Cc",
        "prefix": "전달", "at": "|",
        "wrote": "{g}, {n} <{a}>님이 작성:|{d}, {n} <{a}> 작성:",
        "mobile": "나의 iPhone에서 보냄",
        "words": "안녕하세요.|밸브 납품은 다음 주에 도착합니다.|확인해 주시겠습니까?|감사합니다.",
    },
    "vi": {
        "outlook": "Từ|Đã gửi|Đến|Cc|Chủ đề|Thư gốc",
        "apple": "Bắt đầu thư được chuyển tiếp:|Từ|Chủ đề|Ngày|Đến|Cc",
        "thunderbird": "Thư đã chuyển tiếp|Chủ đề|Ngày|Từ|Đến|CC",
        "yahoo": "Thư được chuyển tiếp|Từ|Đến|Cc|Đã gửi|Chủ đề",
        "gmail": "Từ|Date|Subject|To|Cc",
        "prefix": "FW", "at": "vào lúc|",
        "wrote": "Vào {g} {n} <{a}> đã viết:|Vào {d}, {n} đã viết:",
        "mobile": "Đã gửi từ iPhone của tôi",
        "words": "Chào mọi người,|lô van sẽ được giao vào tuần sau.|Anh chị kiểm tra giúp nhé?|Trân trọng",
    },
    "id": {
        "outlook": "Dari|Dikirim|Kepada|Cc|Subjek|Pesan Asli",
        "apple": "Mulai pesan diteruskan:|Dari|Perihal|Tanggal|Kepada|Cc",
        "thunderbird": "Pesan Terusan|Subjek|Tanggal|Dari|Kepada|CC",
        "yahoo": "Pesan yang diteruskan|Dari|Kepada|Cc|Terkirim|Judul",
        "gmail": "Dari|Date|Subject|To|Cc",
        "prefix": "FW", "at": "pukul|",
        "wrote": "Pada {g} {n} <{a}> menulis:|Pada {d}, {n} menulis:",
        "mobile": "Dikirim dari iPhone saya",
        "words": "Selamat pagi,|pengiriman katup baru tiba minggu depan.|Bisa tolong diperiksa?|Salam hormat",
    },
    "th": {
        "outlook": "จาก|ส่งเมื่อ|ถึง|สำเนาถึง|เรื่อง|ข้อความต้นฉบับ",
        "apple": "เริ่มข้อความที่ส่งต่อ:|จาก|หัวเรื่อง|วันที่|ถึง|สำเนา",
        "thunderbird": "ข้อความที่ส่งต่อ|หัวข้อ|วันที่|จาก|ถึง|สำเนา",
        "yahoo": "ข้อความที่ส่งต่อ|จาก|ถึง|สำเนา|ส่ง|หัวข้อ",
        "gmail": "จาก|Date|Subject|To|Cc",
        "prefix": "FW", "at": "เวลา|",
        "wrote": "ในวันที่ {g} {n} <{a}> เขียนว่า:",
        "mobile": "ส่งจาก iPhone ของฉัน",
        "words": "สวัสดีครับ|วาล์วจะมาถึงในสัปดาห์หน้า|ช่วยตรวจสอบให้หน่อยได้ไหมครับ|ขอแสดงความนับถือ",
    },
}

# Half-days that this CLDR's short form writes in English, and the programs do not.
HALF_DAYS = {"ko": ("오전", "오후"), "zh_Hant": ("上午", "下午")}


def words(locale, client):
    return LOCALES[locale][client].split("|")


def cldr(locale):
    return LOCALES[locale].get("cldr", locale)


def _half_days(locale, text):
    morning, afternoon = HALF_DAYS.get(locale, ("AM", "PM"))
    return text.replace("AM", morning).replace("PM", afternoon)


def clock(locale, when, seconds=False):
    return _half_days(locale, dates.format_time(when, "medium" if seconds else "short", locale=cldr(locale)))


def windows_date(locale, when, seconds=False):
    """Outlook for Windows and on the web: the long date and the time."""
    pattern = LOCALES[locale].get("windows")
    day = dates.format_date(when, pattern or "full", locale=cldr(locale))
    return f"{day} {clock(locale, when, seconds)}"


# Where people of a language mostly live; CLDR has names for the zones of their own.
ZONES = {"en": "America/New_York", "en_GB": "Europe/London", "zh_Hans": "Asia/Shanghai", "zh_Hant": "Asia/Taipei",
         "ja": "Asia/Tokyo", "ko": "Asia/Seoul", "ru": "Europe/Moscow", "uk": "Europe/Kiev", "el": "Europe/Athens",
         "fi": "Europe/Helsinki", "tr": "Europe/Istanbul", "he": "Asia/Jerusalem", "ar": "Asia/Riyadh",
         "pt": "Europe/Lisbon", "pt_BR": "America/Sao_Paulo", "vi": "Asia/Ho_Chi_Minh", "id": "Asia/Jakarta",
         "th": "Asia/Bangkok", "bg": "Europe/Sofia", "ro": "Europe/Bucharest"}


def at_home(locale, when):
    """The moment on the clock of the language's people."""
    return when.astimezone(dates.get_timezone(ZONES.get(locale, "Europe/Berlin")))


def _offset_name(when, word="GMT"):
    minutes = int(when.utcoffset().total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return word + ("" if not minutes else f"{'-' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}")


def apple_date(locale, when, narrow=False):
    """The long date, the time with seconds, and the zone's short name."""
    text = dates.format_datetime(when, "long", tzinfo=when.tzinfo, locale=cldr(locale))
    text = _half_days(locale, text).replace(when.strftime("%z"), _offset_name(when, "UTC" if locale == "fr" else "GMT"))
    return text.replace(" PM", "\u202fPM").replace(" AM", "\u202fAM") if narrow else text


def gmail_date(locale, when):
    before, behind = words(locale, "at")
    day = dates.format_skeleton("yMMMEd", when, locale=cldr(locale))
    joint = f"{before} " if before == "," else f" {before}" if before.endswith("-") else f" {before} " if before else " "
    return f"{day}{joint}{clock(locale, when)}{' ' + behind if behind else ''}"


def yahoo_date(locale, when):
    before, _ = words(locale, "at")
    joint = f" {before} " if before not in ("", ",") and not before.endswith("-") else " "
    return f"{dates.format_date(when, 'full', locale=cldr(locale))}{joint}{clock(locale, when, True)} {_offset_name(when)}"


def short_date(locale, when, seconds=False):
    """Figures alone, as Thunderbird, Roundcube and Open-Xchange write them."""
    text = dates.format_datetime(when, "medium" if seconds else "short", tzinfo=when.tzinfo, locale=cldr(locale))
    return _half_days(locale, text)


def mail_date(when):
    """RFC 5322."""
    days, months = "Mon Tue Wed Thu Fri Sat Sun".split(), "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    return f"{days[when.weekday()]}, {when.day} {months[when.month - 1]} {when:%Y %H:%M:%S %z}"


def zone(minutes):
    return datetime.timezone(datetime.timedelta(minutes=minutes))
