"""What happens to a forward's text on its way: hard line ends, marks of other programs, habits of directories. A twist takes what
a program wrote and the message, and gives it back changed; it may change what can be read."""

import dataclasses
import re
import textwrap

from . import clients as C
from . import locales as L

TWISTS = {}


def twist(*programs):
    """Registers a twist for these programs."""
    def register(function):
        TWISTS[function.__name__.replace("_", " ")] = (function, programs)
        return function
    return register


BLOCKS = ("outlook-windows", "outlook-windows-old", "outlook-web", "outlook-mac", "outlook-mobile", "gmail", "thunderbird", "evolution",
          "open-xchange", "gmx", "samsung", "em-client")
OUTLOOKS = ("outlook-windows", "outlook-windows-old", "outlook-web", "outlook-mac", "outlook-new")


def again(program, locale, message):
    write, languages = C.CLIENTS[program]
    return write(locale if locale in languages else "en", message)


@twist(*BLOCKS)
def many_people_wrapped(random_, program, locale, message):
    """A gateway's hard line ends within a long list of people."""
    if locale == "ja":  # a line end between two such letters may or may not have been a blank
        return again(program, locale, message)
    more = [(f"Colleague Number {i}", f"colleague.number{i}@supplier{i}.example") for i in range(50, 57)]
    written = again(program, locale, dataclasses.replace(message, to=message.to + more, cc=more[:3]))
    lines = []
    for line in written.text.split("\n"):
        lines += textwrap.wrap(line, 74, break_long_words=False, break_on_hyphens=False) if len(line) > 78 else [line]
    return dataclasses.replace(written, text="\n".join(lines))


@twist(*BLOCKS)
def long_subject_wrapped(random_, program, locale, message):
    subject = "Angebot 4711 zur Lieferung von zwanzig Ventilen DN50 und zehn Dichtungen für das Werk Köln, zweite Fassung"
    written = again(program, locale, dataclasses.replace(message, subject=subject))
    lines = []
    for line in written.text.split("\n"):
        lines += textwrap.wrap(line, 76, break_long_words=False, break_on_hyphens=False) if subject in line else [line]
    return dataclasses.replace(written, text="\n".join(lines))


@twist(*OUTLOOKS)
def family_first(random_, program, locale, message):
    """Directories of companies: "Muster, Anna"."""
    turn = lambda who: ("Muster, Anna", who[1]) if who[0] else who
    return again(program, locale, dataclasses.replace(message, sender=turn(message.sender), to=[turn(x) for x in message.to],
                                                     cc=[turn(x) for x in message.cc]))


@twist("outlook-windows", "outlook-web")
def names_only(random_, program, locale, message):
    """Colleagues of one Exchange have no addresses."""
    message = dataclasses.replace(message, to=[("Muster, Anna", "x@y.example"), ("Meier, Bert", "z@y.example")])
    written = again(program, locale, message)
    text = written.text
    for who in [message.sender, *message.to, *message.cc]:
        text = text.replace(f"{who[0]} <{who[1]}>", who[0])
    strip = C.no_address
    return dataclasses.replace(written, text=text, want=dict(written.want, **{"from": strip(message.sender),
                               "to": [strip(x) for x in message.to], "cc": [strip(x) for x in message.cc]}))


@twist(*BLOCKS)
def links(random_, program, locale, message):
    """Addresses as links that became text: "Anna <a@b<mailto:a@b>>"."""
    written = again(program, locale, message)
    return dataclasses.replace(written, text=re.sub(r"<([^<>\s]+@[^<>\s]+)>", r"<\1<mailto:\1>>", written.text))


@twist(*BLOCKS)
def mailto_lower(random_, program, locale, message):
    """"a@b<mailto:a@b>" where only an address stands."""
    message = dataclasses.replace(message, sender=("", message.sender[1]), to=[("", who[1]) for who in message.to], cc=[])
    written = again(program, locale, message)
    return dataclasses.replace(written, text=re.sub(r"(?<![\w<.+-])<?([\w.+-]+@supplier[\w.]+)>?", r"\1<mailto:\1>", written.text))


def _labels(written, change, limit=9):
    """Changes "label" and "value" of the first lines that have both."""
    lines, left = written.text.split("\n"), limit
    for number, line in enumerate(lines):
        match = re.match(r"([^:：|<>@\d]{1,30}?)( ?[:：][ \t]*)(.*)$", line)
        if match and left and not line.startswith(("-", ">", "_")):
            lines[number], left = change(match[1], match[2], match[3]), left - 1
        elif left < limit and not line.strip():
            break
    return dataclasses.replace(written, text="\n".join(lines))


@twist(*BLOCKS)
def stars(random_, program, locale, message):
    style = random_.choice(["*{0}:* {1}", "**{0}:** {1}", "*{0}*: {1}", "_{0}:_ {1}"])
    return _labels(again(program, locale, message), lambda label, _, value: style.format(label, value))


@twist(*BLOCKS)
def blanks_of_all_kinds(random_, program, locale, message):
    joint = random_.choice(["\u00a0: ", ":\u00a0", "\u200e:\u200e ", "：", " :  ", ":\t", ":\u202f", ":   "])
    lead = random_.choice(["", "\u200e", "\ufeff", " ", "\t", "    "])
    return _labels(again(program, locale, message), lambda label, _, value: lead + label.strip() + joint + value + random_.choice(["", " ", "\u00a0"]))


@twist(*BLOCKS)
def upper_case(random_, program, locale, message):
    if locale == "tr":  # i and I are two letters there
        return again(program, locale, message)
    return _labels(again(program, locale, message), lambda label, joint, value: label.upper() + joint + value)


@twist("outlook-windows", "outlook-windows-old", "outlook-web", "gmail", "thunderbird", "evolution", "open-xchange", "samsung")
def marked(random_, program, locale, message):
    """Everything quoted."""
    written = again(program, locale, message)
    return dataclasses.replace(written, text=random_.choice([C.quote, lambda text: C.quote(C.quote(text)), lambda text: text.replace("\n", "\n>")
                                                             .replace("", ">", 1)])(written.text.strip("\n")))


@twist(*BLOCKS)
def double_spaced(random_, program, locale, message):
    """A converter that ends every line of HTML with a blank one."""
    written = again(program, locale, message)
    return dataclasses.replace(written, text=written.text.strip("\n").replace("\n", "\n\n"))


@twist(*OUTLOOKS)
def more_labels(random_, program, locale, message):
    written = again(program, locale, message)
    subject = L.words(locale, "outlook")[4]
    other = {"de": "Anlagen: Angebot.pdf\nWichtigkeit: Hoch", "fr": "Pièces jointes: a.pdf\nImportance: Haute", "es": "Datos adjuntos: a.pdf\nImportancia: Alta",
             "it": "Allegati: a.pdf\nPriorità: Alta", "nl": "Bijlagen: a.pdf\nUrgentie: Hoog", "pl": "Załączniki: a.pdf\nWażność: Wysoka",
             "pt_BR": "Anexos: a.pdf\nPrioridade: Alta", "da": "Vedhæftede filer: a.pdf\nPrioritet: Høj", "sv": "Bifogade filer: a.pdf\nPrioritet: Hög",
             "nb": "Vedlegg: a.pdf\nViktighet: Høy", "fi": "Liitteet: a.pdf\nTärkeys: Suuri", "cs": "Přílohy: a.pdf\nDůležitost: Vysoká",
             "sk": "Prílohy: a.pdf\nDôležitosť: Vysoká", "hu": "Mellékletek: a.pdf\nFontosság: Magas", "ro": "Atașări: a.pdf\nImportanță: Ridicată",
             "tr": "Ekler: a.pdf\nÖnem: Yüksek", "ru": "Вложения: a.pdf\nВажность: Высокая", "uk": "Вкладення: a.pdf\nВажливість: Висока",
             "zh_Hans": "附件: a.pdf\n重要性: 高", "zh_Hant": "附件: a.pdf\n重要性: 高", "ja": "添付ファイル: a.pdf\n重要度: 高", "ko": "첨부 파일: a.pdf\n중요도: 높음",
             "el": "Συνημμένα: a.pdf\nΣπουδαιότητα: Υψηλή", "he": "קבצים מצורפים: a.pdf\nחשיבות: גבוהה", "ar": "المرفقات: a.pdf\nالأهمية: عالية"}
    line = f"{subject}: {message.subject}"
    return dataclasses.replace(written, text=written.text.replace(line, f"{line}\n{other.get(locale, 'Importance: High')}", 1))


@twist(*OUTLOOKS)
def nobody_in_copy(random_, program, locale, message):
    """A label without a value."""
    written = again(program, locale, dataclasses.replace(message, cc=[]))
    words = L.words(locale, "outlook")
    return dataclasses.replace(written, text=written.text.replace(f"\n{words[4]}: ", f"\n{words[3]}: \n{words[4]}: ", 1))


@twist("outlook-windows", "outlook-web", "gmail", "thunderbird")
def a_thread_below(random_, program, locale, message):
    """The original answers an older mail, whose block is part of its text."""
    older = again("outlook-windows", locale, dataclasses.replace(message, sender=("Older Author", "older@third.example"), subject="Older"))
    written = again(program, locale, message)
    return dataclasses.replace(written, text=written.text + "\n\n" + older.text, want=dict(written.want, text=written.want["text"] + " " + older.text))


@twist("outlook-windows", "outlook-web", "gmail", "thunderbird", "apple-mail")
def a_signature_below(random_, program, locale, message):
    body = message.body + ["--", "Anna Muster", "Tel: +49 30 12345", "E-Mail: a@supplier.example", "Web: www.supplier.example"]
    return again(program, locale, dataclasses.replace(message, body=body))


@twist("outlook-windows", "gmail", "thunderbird", "apple-mail", "yahoo")
def a_form_below(random_, program, locale, message):
    """The original's text has lines like labels."""
    body = ["Name: Anna", "Telefon: 030 12345", "Von: Köln", "Date: 3 March", "Subject: more"]
    return again(program, locale, dataclasses.replace(message, body=body))


def nest(random_, program, locale, message, older):
    """A forward whose text is another one: what was written, and what is to be read of the inner one."""
    inner = again(random_.choice(["gmail", "thunderbird", "yahoo", "evolution", "apple-mail"]), locale, older)
    written = again(program, locale, message)
    whole = dict(written.want, text=f"{written.want['text']} {inner.text}")
    return dataclasses.replace(written, text=f"{written.text}\n\n{inner.text}", want=whole), dict(
        inner.want, comment=" ".join(message.body))
