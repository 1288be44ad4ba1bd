"""How mail programs write a forward: each function below is a program, takes a language and a message, and gives the
text and the HTML that it would write, and what of the message can be read in them.

A message is a Message; what a program leaves out (Foxmail the addresses, most the zone) it takes out of `want`."""

import copy
import dataclasses
import datetime
import html as markup

from . import locales as L


@dataclasses.dataclass
class Message:
    sender: tuple        # (name, address)
    to: list             # of such
    cc: list
    subject: str
    when: datetime.datetime
    body: list           # of paragraphs, each one line


@dataclasses.dataclass
class Written:
    """What a program wrote below the comment. want: from, to, cc, subject, date, text."""
    text: str
    html: str
    want: dict
    prefix: bool = False  # only the wrapper's subject says that it is a forward


CLIENTS = {}


def client(name, *only):
    """Registers a program; only: the languages that it speaks, all without any."""
    def register(function):
        CLIENTS[name] = (function, only or tuple(L.LOCALES))
        return function
    return register


# ---- people ----

def angle(person):
    return f"{person[0]} <{person[1]}>" if person[0] else person[1]


def quoted(person):
    return f'"{person[0]}" <{person[1]}>' if person[0] else f"<{person[1]}>"


def mailto(person):
    return f"{person[0]} [mailto:{person[1]}]" if person[0] else f"[mailto:{person[1]}]"


def name(person):
    return person[0] or person[1]


def people(persons, style=angle, between="; "):
    return between.join(style(person) for person in persons)


# ---- what can be read ----

def _minute(when, seconds, offset):
    text = when.strftime("%Y-%m-%dT%H:%M" + (":%S" if seconds else ""))
    return text, int(when.utcoffset().total_seconds() // 60) if offset else None


def wanted(message, seconds=False, offset=False, **changes):
    want = {"from": message.sender, "to": message.to, "cc": message.cc, "subject": message.subject,
            "date": _minute(message.when, seconds, offset), "text": " ".join(message.body)}
    want.update(changes)
    return want


def no_address(person):
    return (person[0], None) if person[0] else person


# ---- text and HTML of lines ----

def paragraphs(message):
    return "\n\n".join(message.body)


def lines(pairs, joint=": "):
    return "\n".join(label + joint + value for label, value in pairs)


def esc(text):
    return markup.escape(text, quote=False)


def p(message, attributes=""):
    return "".join(f"<p{attributes}>{esc(line)}</p>" for line in message.body)


def div(message):
    return "<br>".join(f"<div>{esc(line)}</div>" for line in message.body)


def bold(pairs, joint=" ", end="<br>"):
    return end.join(f"<b>{esc(label)}:</b>{joint}{esc(value)}" for label, value in pairs)


def rows(*pairs):
    """Header lines without those that say nothing."""
    return [(label, value) for label, value in pairs if value]


def quote(text):
    return "\n".join("> " + line if line else ">" for line in text.split("\n"))


# ---- Microsoft ----

def _outlook(locale, message, date, style=angle, order="fstcj"):
    words = dict(zip("fstcj", L.words(locale, "outlook")))
    values = {"f": style(message.sender), "s": date, "t": people(message.to, style), "c": people(message.cc, style),
              "j": message.subject}
    return rows(*((words[key], values[key]) for key in order))


def _office_html(pairs, message):
    return ('<div class="WordSection1"><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
            f'<p class="MsoNormal">{bold(pairs)}<o:p></o:p></p></div></div><p class="MsoNormal"><o:p>&nbsp;</o:p></p>'
            + p(message, ' class="MsoNormal"') + "</div>")


@client("outlook-windows")
def outlook_windows(locale, message):
    pairs = _outlook(locale, message, L.windows_date(locale, message.when))
    return Written("\n" + lines(pairs) + "\n\n" + paragraphs(message), _office_html(pairs, message), wanted(message), True)


@client("outlook-windows-old")
def outlook_windows_old(locale, message):
    """2003 to 2010: a separator, addresses in brackets, quoted where the user wants it so."""
    message = copy.copy(message)
    pairs = _outlook(locale, message, L.windows_date(locale, message.when), mailto)
    pairs = [(label, value + " " if label == pairs[1][0] else value) for label, value in pairs]
    text = f"-----{L.words(locale, 'outlook')[5]}-----\n{lines(pairs)}\n\n{paragraphs(message)}"
    return Written(text, _office_html(pairs, message), wanted(message), True)


@client("outlook-quoted")
def outlook_quoted(locale, message):
    """Set to mark what is forwarded with ">"."""
    pairs = _outlook(locale, message, L.windows_date(locale, message.when))
    text = quote(f"-----{L.words(locale, 'outlook')[5]}-----\n{lines(pairs)}\n\n{paragraphs(message)}")
    return Written(text, _office_html(pairs, message), wanted(message), True)


@client("outlook-web")
def outlook_web(locale, message):
    pairs = _outlook(locale, message, L.windows_date(locale, message.when, True))
    page = ('<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">'
            f'<font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">{bold(pairs)}</font>'
            f"<div>&nbsp;</div></div>{div(message)}")
    return Written("_" * 32 + "\n" + lines(pairs) + "\n\n" + paragraphs(message), page, wanted(message, True), True)


@client("outlook-new")
def outlook_new(locale, message):
    """The new Outlook: as the web's, a warning between block and text."""
    pairs = _outlook(locale, message, L.windows_date(locale, message.when))
    page = ('<div id="appendonsend"></div><hr style="display:inline-block;width:98%"><div class="elementToProof" '
            f'id="divRplyFwdMsg" dir="ltr" style="color:inherit">{bold(pairs)}</div>{div(message)}')
    return Written("\n" + "_" * 32 + "\n\n" + lines(pairs) + "\n\n\n" + paragraphs(message), page, wanted(message), True)


@client("outlook-mac")
def outlook_mac(locale, message):
    _, _, _, date_word, *_ = L.words(locale, "apple")
    pairs = _outlook(locale, message, L.gmail_date(locale, message.when), order="fstcj")
    pairs[1] = (date_word, L.dates.format_date(message.when, "full", locale=L.cldr(locale)) + " "
                + L.clock(locale, message.when))
    page = ('<div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal">'
            + "<br>".join(f'<b><span style="color:black">{esc(a)}: </span></b><span style="color:black">{esc(b)}</span>'
                          for a, b in pairs) + "</p></div>" + p(message))
    return Written(lines(pairs) + "\n\n" + paragraphs(message), page, wanted(message), True)


@client("outlook-mobile")
def outlook_mobile(locale, message):
    pairs = _outlook(locale, message, L.windows_date(locale, message.when, True))
    page = ('<div id="ms-outlook-mobile-signature">Outlook</div><hr style="display:inline-block;width:98%">'
            f'<div id="divRplyFwdMsg" dir="ltr">{bold(pairs)}</div><br>{div(message)}')
    return Written("_" * 32 + "\n" + lines(pairs) + "\n\n" + paragraphs(message),
                   page.replace('<div id="ms-outlook-mobile-signature">Outlook</div>', ""), wanted(message, True), True)


@client("windows-mail")
def windows_mail(locale, message):
    """Mail of Windows 10: a sender's name or link, everything bold."""
    pairs = _outlook(locale, message, L.windows_date(locale, message.when))
    pairs[0] = (pairs[0][0], f"{message.sender[0]}<mailto:{message.sender[1]}>" if message.sender[0] else message.sender[1])
    page = ('<div style="mso-element:para-border-div;border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
            f'<p class="MsoNormal"><b>{esc(pairs[0][0])}: </b><a href="mailto:{message.sender[1]}">'
            f'{esc(L_name(message))}</a><br>{bold(pairs[1:])}</p></div>{p(message)}')
    return Written("\n".join(f"*{a}:* {b}" for a, b in pairs) + "\n\n" + paragraphs(message), page, wanted(message), True)


def L_name(message):
    return name(message.sender)


@client("outlook-express", "de", "en", "fr", "es", "it", "nl", "pl", "ru", "sv", "da", "ja", "zh_Hans", "zh_Hant", "ko")
def outlook_express(locale, message):
    """And Windows Live Mail: names without addresses for recipients."""
    words = L.words(locale, "outlook")
    pairs = rows((words[0], mailto(message.sender)), (words[2], people(message.to, name, " ; ")),
                 (words[3], people(message.cc, name, " ; ")), (words[1], L.windows_date(locale, message.when)),
                 (words[4], message.subject))
    text = f"----- {words[5]} ----- \n{lines(pairs)}\n\n\n{paragraphs(message)}"
    page = ('<div style="FONT: 10pt arial">----- ' + esc(words[5]) + " ----- "
            + "".join(f"<div><b>{esc(a)}:</b> {esc(b)} </div>" for a, b in pairs) + "</div><div><br></div>" + div(message))
    return Written(text, page, wanted(message, to=[no_address(x) for x in message.to],
                                      cc=[no_address(x) for x in message.cc]), True)


# ---- Apple ----

def _apple(locale, message):
    words = L.words(locale, "apple")
    when = L.at_home(locale, message.when)
    pairs = rows((words[1], angle(message.sender)), (words[2], message.subject), (words[3], L.apple_date(locale, when)),
                 (words[4], people(message.to, between=", ")), (words[5], people(message.cc, between=", ")))
    return words[0], pairs, wanted(dataclasses.replace(message, when=when), True, True)


@client("apple-mail")
def apple_mail(locale, message):
    separator, pairs, want = _apple(locale, message)
    page = ('<br><div><br><blockquote type="cite"><div>' + esc(separator) + '</div><br class="Apple-interchange-newline">'
            + "".join('<div style="margin-top: 0px;"><span style="font-family: -webkit-system-font;"><b>' + esc(a)
                      + f': </b></span><span style="font-family: Helvetica">{esc(b)}<br></span></div>' for a, b in pairs)
            + f"<br><div>{div(message)}</div></blockquote></div><br>")
    return Written(f"\n{separator}\n\n" + quote(f"{lines(pairs)}\n\n{paragraphs(message)}"), page, want)


@client("ios-mail")
def ios_mail(locale, message):
    separator, pairs, want = _apple(locale, message)
    want = dict(want)
    page = (f'<div dir="ltr"><br>{esc(separator)}<br><br></div><blockquote type="cite"><div dir="ltr">'
            + "<br>".join(f"<b>{esc(a)}:</b> {esc(b)}" for a, b in pairs)
            + f'<br><br></div></blockquote><blockquote type="cite"><div dir="ltr">\ufeff{div(message)}</div></blockquote>')
    return Written(f"\n{separator}\n\n" + quote(f"{lines(pairs)}\n\n\ufeff{paragraphs(message)}"), page, want)


# ---- Google ----

@client("gmail")
def gmail(locale, message):
    words = L.words(locale, "gmail")
    pairs = rows((words[0], angle(message.sender)), (words[1], L.gmail_date(locale, message.when)),
                 (words[2], message.subject), (words[3], people(message.to, between=", ")),
                 (words[4], people(message.cc, between=", ")))
    people_html = ", ".join(f'{esc(n)} &lt;<a href="mailto:{a}">{a}</a>&gt;' if n else f'&lt;<a href="mailto:{a}">{a}</a>&gt;'
                            for n, a in message.to)
    copies = ", ".join(f'{esc(n)} &lt;<a href="mailto:{a}">{a}</a>&gt;' for n, a in message.cc)
    page = ('<div dir="ltr"><br><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message '
            f'---------<br>{esc(words[0])}: <strong class="gmail_sendername" dir="auto">{esc(message.sender[0] or message.sender[1])}'
            f'</strong> <span dir="auto">&lt;<a href="mailto:{message.sender[1]}">{message.sender[1]}</a>&gt;</span><br>'
            f"{words[1]}: {esc(pairs[1][1])}<br>{words[2]}: {esc(message.subject)}<br>{words[3]}: {people_html}<br>"
            + (f"{words[4]}: {copies}<br>" if copies else "") + f"</div><br><br>{div(message)}</div></div>")
    return Written("---------- Forwarded message ---------\n" + lines(pairs) + "\n\n\n" + paragraphs(message), page,
                   wanted(message))


# ---- Thunderbird and its relatives ----

def _thunderbird(locale, message):
    words = L.words(locale, "thunderbird")
    return words[0], rows((words[1], message.subject), (words[2], L.mail_date(message.when)),
                          (words[3], angle(message.sender)), (words[4], people(message.to, between=", ")),
                          (words[5], people(message.cc, between=", ")))


@client("thunderbird")
def thunderbird(locale, message):
    separator, pairs = _thunderbird(locale, message)
    page = (f'<div class="moz-forward-container"><br><br>-------- {esc(separator)} --------<table '
            'class="moz-email-headers-table" cellspacing="0" cellpadding="0" border="0"><tbody>'
            + "".join(f'<tr><th valign="BASELINE" nowrap="nowrap" align="RIGHT">{esc(a)}: </th><td>{esc(b)}</td></tr>'
                      for a, b in pairs) + f"</tbody></table><br><br>{div(message)}</div>")
    text = f"-------- {separator} --------\n" + lines(pairs, ": \t") + "\n\n\n" + paragraphs(message)
    return Written(text, page, wanted(message, True, True))


@client("evolution")
def evolution(locale, message):
    separator, pairs = _thunderbird(locale, message)
    pairs = [pairs[2], pairs[3], *pairs[4:], pairs[0], pairs[1]]
    page = (f"<div>-------- {esc(separator)} --------</div>" + "".join(f"<div><b>{esc(a)}</b>: {esc(b)}</div>" for a, b in pairs)
            + f"<div><br></div>{div(message)}")
    return Written(f"-------- {separator} --------\n" + lines(pairs) + "\n\n" + paragraphs(message), page,
                   wanted(message, True, True))


@client("em-client")
def em_client(locale, message):
    words = L.words(locale, "thunderbird")
    pairs = rows((words[3], quoted(message.sender)), (words[4], people(message.to, quoted)),
                 (words[5], people(message.cc, quoted)), (words[2], L.short_date(locale, message.when, True)),
                 (words[1], message.subject))
    page = (f'<div>------ {esc(words[0])} ------</div><div>' + "</div><div>".join(f"{esc(a)}: {esc(b)}" for a, b in pairs)
            + f"</div><div><br></div>{div(message)}")
    return Written(f"------ {words[0]} ------\n" + lines(pairs) + "\n\n" + paragraphs(message), page, wanted(message, True))


@client("kmail")
def kmail(locale, message):
    words = L.words(locale, "thunderbird")
    pairs = rows((words[1], message.subject), (words[2], L.gmail_date(locale, message.when)),
                 (words[3], angle(message.sender)), (words[4], people(message.to, between=", ")),
                 (words[5], people(message.cc, between=", ")))
    text = f"----------  {words[0]}  ----------\n\n{lines(pairs)}\n\n{paragraphs(message)}\n{'-' * 41}"
    return Written(text, None, wanted(message))


@client("roundcube")
def roundcube(locale, message):
    words = L.words(locale, "thunderbird")
    pairs = rows((words[1], message.subject), (words[2], f"{message.when:%Y-%m-%d %H:%M}"), (words[3], quoted(message.sender)),
                 (words[4], people(message.to, quoted, ", ")), (words[5], people(message.cc, quoted, ", ")))
    separator = L.words(locale, "outlook")[5]
    page = (f"<p>-------- {esc(separator)} --------</p><table border=\"0\" cellpadding=\"0\" cellspacing=\"0\"><tbody>"
            + "".join(f'<tr><th align="right" nowrap="nowrap" valign="baseline">{esc(a)}:</th><td>{esc(b)}</td></tr>'
                      for a, b in pairs) + f"</tbody></table><p><br></p>{div(message)}")
    return Written(f"-------- {separator} --------\n" + lines(pairs) + "\n\n" + paragraphs(message), page, wanted(message), True)


# ---- portals ----

@client("yahoo")
def yahoo(locale, message):
    words = L.words(locale, "yahoo")
    pairs = rows((words[1], quoted(message.sender)), (words[2], people(message.to, quoted)), (words[3], people(message.cc, quoted)),
                 (words[4], L.yahoo_date(locale, message.when)), (words[5], message.subject))
    page = ('<div id="yahoo_quoted_1" class="yahoo_quoted"><div style="font-family: sans-serif; font-size: 13px;">'
            f"<div>----- {esc(words[0])} -----</div>" + bold(pairs, " ", "") .replace("<b>", "<div><b>").replace("</b>", "</b>")
            + f"</div><div><br></div>{div(message)}</div>")
    page = page.replace("<div><b>", "</div><div><b>").replace("-----</div></div>", "-----</div>", 1)
    return Written(f"----- {words[0]} -----\n" + lines(pairs) + "\n\n" + paragraphs(message), page, wanted(message, True, True))


@client("yahoo-glued", "de", "en", "fr", "es", "it", "nl", "pl", "pt_BR", "cs", "sv", "fi", "da", "ro", "tr", "hu", "sk")
def yahoo_glued(locale, message):
    """Yahoo's text: the lines of the block without anything between them."""
    words = L.words(locale, "yahoo")
    pairs = rows((words[1], quoted(message.sender)), (words[2], people(message.to, quoted)), (words[3], people(message.cc, quoted)),
                 (words[4], L.yahoo_date(locale, message.when)), (words[5], message.subject))
    return Written(f"----- {words[0]} -----" + "".join(f"{a}: {b}" for a, b in pairs) + "\n\n" + paragraphs(message), None,
                   wanted(message, True, True))


@client("gmx", "de", "en", "fr", "es", "it")
def gmx(locale, message):
    words = L.words(locale, "outlook")
    pairs = rows((words[1], L.dates.format_date(message.when, "full", locale=L.cldr(locale)) + f" um {message.when:%H:%M} Uhr"
                  if locale == "de" else L.gmail_date(locale, message.when)), (words[0], quoted(message.sender)),
                 (words[2], people(message.to, quoted, ", ")), (words[3], people(message.cc, quoted, ", ")),
                 (words[4], message.subject))
    page = ('<div name="quote" style="margin:10px 5px 5px 10px; padding: 10px 0 10px 10px; border-left:2px solid #C3D9E5;">'
            f'<div style="margin:0 0 10px 0;">{bold(pairs, "&nbsp;")}</div><div name="quoted-content">{div(message)}</div></div>')
    return Written("\n" + lines(pairs) + "\n\n" + paragraphs(message), page, wanted(message), True)


@client("t-online", "de")
def t_online(_, message):
    pairs = rows(("Betreff", message.subject), ("Datum", message.when.strftime("%Y-%m-%dT%H:%M:%S%z")),
                 ("Von", quoted(message.sender)), ("An", people(message.to, quoted, ", ")), ("Cc", people(message.cc, quoted, ", ")))
    return Written("-----Original-Nachricht-----\n" + lines(pairs) + "\n\n" + paragraphs(message),
                   f"<div>-----Original-Nachricht-----</div><div>{bold(pairs)}</div><br>{div(message)}",
                   wanted(message, True, True), True)


@client("open-xchange", "de", "en", "fr", "es", "it", "nl", "pl", "sv", "fi", "ja")
def open_xchange(locale, message):
    words = L.words(locale, "thunderbird")
    pairs = rows((words[3], angle(message.sender)), (words[4], people(message.to, angle, ", ")),
                 (words[5], people(message.cc, angle, ", ")), (words[2], L.short_date(locale, message.when) + " CET"),
                 (words[1], message.subject))
    page = (f'<blockquote type="cite"><div>---------- {esc(L.words(locale, "outlook")[5])} ----------</div>'
            + "".join(f"<div>{esc(a)}: {esc(b)}</div>" for a, b in pairs) + f"<div><br></div>{div(message)}</blockquote>")
    return Written(f"---------- {L.words(locale, 'outlook')[5]} ----------\n{lines(pairs)}\n\n{paragraphs(message)}", page,
                   wanted(dataclasses.replace(message, when=message.when), date=_minute(message.when, False, False)[:1] + (60,)),
                   True)


@client("samsung", "de", "en", "fr", "es", "it", "nl", "pl", "da", "pt_BR", "cs", "hu")
def samsung(locale, message):
    words, date = L.words(locale, "thunderbird"), message.when.strftime("%d.%m.%y  %H:%M  (GMT+01:00)")
    if locale in ("fr", "es", "it", "pt_BR"):
        date = message.when.strftime("%d/%m/%y  %H:%M  (GMT+01:00)")
    if locale == "en":
        date = f"{message.when.month}/{message.when.day}/{message.when:%y  %I:%M %p}  (GMT+01:00)"
    pairs = rows((words[3], angle(message.sender)), (words[2], date), (words[4], people(message.to, angle, ", ")),
                 (words[5], people(message.cc, angle, ", ")), (words[1], message.subject))
    separator = L.words(locale, "outlook")[5]
    page = (f"<div><br></div><div>-------- {esc(separator)} --------</div>" + "".join(f"<div>{esc(a)}: {esc(b)} </div>" for a, b in pairs)
            + f"<div><br></div>{div(message)}")
    return Written(f"-------- {separator} --------\n" + " \n".join(f"{a}: {b}" for a, b in pairs) + " \n\n" + paragraphs(message),
                   page, wanted(message, date=(_minute(message.when, False, False)[0], 60)), True)


@client("notes", "de", "en")
def notes(locale, message):
    de = locale == "de"
    stamp = message.when.strftime("%d.%m.%Y %H:%M" if de else "%m/%d/%Y %I:%M %p")
    mark = f"----- {'Weitergeleitet von' if de else 'Forwarded by'} Max Weiter/ACME {'am' if de else 'on'} {stamp} -----"
    labels = ("Von", "An", "Kopie", "Datum", "Betreff") if de else ("From", "To", "Cc", "Date", "Subject")
    pairs = rows((labels[0], quoted(message.sender)), (labels[1], people(message.to, angle, ", ")),
                 (labels[2], people(message.cc, angle, ", ")), (labels[3], stamp), (labels[4], message.subject))
    table = "".join(f"<tr><td>{esc(a)}:</td><td>{esc(b)}</td></tr>" for a, b in pairs)
    return Written(f"{mark}\n\n" + "\n".join(f"{a}:        {b}" for a, b in pairs) + "\n\n\n\n" + paragraphs(message),
                   f"<font size=1>{esc(mark)}</font><br><br><table>{table}</table><br><hr noshade><br>{div(message)}",
                   wanted(message))


@client("mail-ru", "ru")
def mail_ru(_, message):
    when = message.when.astimezone(L.zone(180))
    day = L.dates.format_date(when, "EEEE, d MMMM yyyy", locale="ru")
    pairs = rows(("От", angle(message.sender)), ("Кому", people(message.to, between=", ")), ("Копия", people(message.cc, between=", ")),
                 ("Дата", f"{day[0].upper()}{day[1:]}, {when:%H:%M} +03:00"), ("Тема", message.subject))
    page = ('<blockquote style="border-left:1px solid #0857A6; margin:10px; padding:0 0 0 10px;">-------- Пересылаемое сообщение '
            f"--------<br>" + "<br>".join(f"{esc(a)}: {esc(b)}" for a, b in pairs) + f"<br><br>{div(message)}</blockquote>")
    return Written("-------- Пересылаемое сообщение --------\n" + lines(pairs) + "\n\n" + paragraphs(message), page,
                   wanted(dataclasses.replace(message, when=when), offset=True))


@client("yandex", "ru", "en")
def yandex(locale, message):
    start, end = (("Пересылаемое сообщение", "Завершение пересылаемого сообщения") if locale == "ru"
                  else ("Forwarded message", "End of forwarded message"))
    head = f"{message.when:%d.%m.%Y, %H:%M}, {quoted(message.sender)}:"
    page = (f"<div>-------- {start} --------</div><div>{esc(head)}</div><div> </div>{div(message)}<div> </div>"
            f"<div>-------- {end} --------</div>")
    return Written(f"-------- {start} --------\n{head}\n\n{paragraphs(message)}\n\n-------- {end} --------", page,
                   wanted(message, to=[], cc=[], subject=None))


# ---- China, Japan, Korea ----

@client("qq", "zh_Hans", "en")
def qq(locale, message):
    if locale == "zh_Hans":
        mark, words = "原始邮件", ("发件人", "发送时间", "收件人", "抄送", "主题")
        date = L.dates.format_date(message.when, "yyyy年M月d日(EEEE)", locale="zh") + " " + (
            "上午" if message.when.hour < 12 else "下午") + message.when.strftime("%I:%M").lstrip("0")
    else:
        mark, words = "Original", ("From", "Date", "To", "Cc", "Subject")
        date = L.dates.format_date(message.when, "EEE, MMM d, yyyy", locale="en") + message.when.strftime(" %I:%M %p")
    one = lambda person: f'"{name(person)}"<{person[1]}>'
    pairs = rows((words[0], one(message.sender) + ";"), (words[1], date), (words[2], people(message.to, one, ";") + ";"),
                 (words[3], people(message.cc, one, ";") + ";" if message.cc else ""), (words[4], message.subject))
    page = (f'<div style="font-size: 12px;font-family: Arial Narrow;padding:2px 0 2px 0;">------------------&nbsp;{mark}&nbsp;'
            '------------------</div><div style="font-size: 12px;background:#efefef;padding:8px;">'
            + "".join(f"<div><b>{esc(a)}:</b>&nbsp;{esc(b)}</div>" for a, b in pairs) + f"</div><div><br></div>{div(message)}")
    return Written(f"------------------ {mark} ------------------\n" + lines(pairs) + "\n\n\n\n" + paragraphs(message), page,
                   wanted(message), True)


@client("netease", "zh_Hans")
def netease(_, message):
    pairs = rows(("发件人", quoted(message.sender)), ("发送日期", f"{message.when:%Y-%m-%d %H:%M:%S}"),
                 ("收件人", people(message.to, quoted, ",")), ("抄送人", people(message.cc, quoted, ",")), ("主题", message.subject))
    page = ("<div>-------- 转发邮件信息 --------</div>" + "".join(f"<div>{esc(a)}：{esc(b)}</div>" for a, b in pairs) + "<br>" + div(message))
    return Written("-------- 转发邮件信息 --------\n" + lines(pairs, "：") + "\n\n" + paragraphs(message), page, wanted(message, True))


@client("netease-master", "zh_Hans", "en")
def netease_master(locale, message):
    """网易邮箱大师: a table, in the text with bars."""
    zh = locale == "zh_Hans"
    if not zh:  # months first, which the figures must show
        message = dataclasses.replace(message, when=message.when.replace(day=max(13, message.when.day)))
    words = ("发件人", "日期", "收件人", "抄送人", "主题") if zh else ("From", "Date", "To", "Cc", "Subject")
    date = message.when.strftime("%Y年%m月%d日 %H:%M" if zh else "%m/%d/%Y %H:%M")
    one = lambda person: f"{person[0]}<{person[1]}>"
    pairs = [(words[0], one(message.sender)), (words[1], date), (words[2], people(message.to, one, "、")),
             (words[3], people(message.cc, one, "、")), (words[4], message.subject)]
    text = "\n".join(f"| {a} | {b} |" for a, b in pairs)
    mark = "转发的邮件" if zh else "Forwarded Message"
    page = (f'<div style="margin-top: 20px;">---- {mark} ----</div><table width="100%"><tbody>'
            + "".join(f"<tr><td width=\"60\">{esc(a)}</td><td>{esc(b)}</td></tr>" for a, b in pairs if b)
            + f"</tbody></table><div><br></div>{div(message)}")
    return Written(f"---- {mark} ----\n{text}\n\n{paragraphs(message)}", page, wanted(message))


@client("foxmail", "zh_Hans", "en")
def foxmail(locale, message):
    words = ("发件人", "发送时间", "收件人", "抄送", "主题") if locale == "zh_Hans" else ("From", "Date", "To", "CC", "Subject")
    joint = "： " if locale == "zh_Hans" else ": "
    pairs = rows((words[0], angle(message.sender)), (words[1], f"{message.when:%Y-%m-%d %H:%M}"),
                 (words[2], people(message.to, angle, "; ")), (words[3], people(message.cc, angle, "; ")), (words[4], message.subject))
    page = ('<hr style="width: 210px; height: 1px;" color="#b5c4df" size="1" align="left"><div style="border:none;border-top:solid '
            '#B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm"><div style="background:#efefef;">'
            + "".join(f"<div><b>{esc(a)}{joint[0]}</b>&nbsp;{esc(b)}</div>" for a, b in pairs) + f"</div></div><div>{div(message)}</div>")
    return Written("\n " + "\n".join(f"{a}{joint}{b}" for a, b in pairs) + "\n" + paragraphs(message), page, wanted(message), True)


@client("becky", "ja")
def becky(_, message):
    pairs = rows((" From", "   " + quoted(message.sender)), (" To", "     " + people(message.to, quoted, ", ")),
                 (" Cc", people(message.cc, quoted, ", ")), (" Date", "   " + L.mail_date(message.when)), (" Subject", message.subject))
    return Written("Forwarded by Anna <a@acme.example>\n---------------- Original message follows ----------------\n" + lines(pairs)
                   + "\n--\n\n" + paragraphs(message), None, wanted(message, True, True))


@client("naver", "ko")
def naver(_, message):
    day = L.dates.format_date(message.when, "yyyy-MM-dd (EEE)", locale="ko")
    pairs = rows(("From", f'"{name(message.sender)}"<{message.sender[1]}>'), ("To", people(message.to, angle, "; ") + ";"),
                 ("Cc", people(message.cc, angle, "; ") + ";" if message.cc else ""),
                 ("Sent", f"{day} {message.when:%H:%M:%S} (GMT+09:00)"), ("Subject", message.subject))
    page = ("<p>-----Original Message-----<br>" + "<br>".join(f"<b>{a}:</b> {esc(b)}" for a, b in pairs) + f"</p>{div(message)}")
    return Written("-----Original Message-----\n" + lines(pairs) + "\n\n" + paragraphs(message), page,
                   wanted(message, date=(_minute(message.when, True, False)[0], 540)), True)


# ---- services and the programs of engineers ----

@client("proton", "en", "de", "fr")
def proton(locale, message):
    mark, labels = {"en": ("Forwarded Message", ("From", "Date", "Subject", "To", "CC")),
                    "de": ("Weitergeleitete Nachricht", ("Von", "Datum", "Betreff", "An", "CC")),
                    "fr": ("Message transféré", ("De", "Date", "Objet", "À", "CC"))}[locale]
    lead = {"en": "On ", "de": "Am ", "fr": "Le "}[locale]
    pairs = rows((labels[0], angle(message.sender)), (labels[1], lead + L.dates.format_date(message.when, "full", locale=L.cldr(locale))
                  + f" {L.words(locale, 'at')[0]} " + L.clock(locale, message.when)), (labels[2], message.subject),
                 (labels[3], people(message.to, angle, ", ")), (labels[4], people(message.cc, angle, ", ")))
    page = (f'<div class="protonmail_quote">------- {esc(mark)} -------<br>' + "<br>".join(f"{esc(a)}: {esc(b)}" for a, b in pairs)
            + f'<br><br><blockquote class="protonmail_quote" type="cite">{div(message)}</blockquote></div>')
    text = f"------- {mark} -------\n{lines(pairs)}\n\n" + quote(paragraphs(message))
    return Written(text, page, wanted(message))


@client("missive", "en")
def missive(_, message):
    date = L.dates.format_date(message.when, "MMMM d, yyyy", locale="en") + message.when.strftime(" at %I:%M%p").lower().replace(" 0", " ")
    pairs = rows(("From", angle(message.sender)), ("Date", date), ("Subject", message.subject), ("To", people(message.to, angle, ", ")),
                 ("Cc", people(message.cc, angle, ", ")))
    return Written("---------- Forwarded message ----------\n" + lines(pairs) + "\n\n" + paragraphs(message),
                   f"<p>---------- Forwarded message ----------<br>{'<br>'.join(f'{a}: {esc(b)}' for a, b in pairs)}</p>{div(message)}",
                   wanted(message))


@client("hubspot", "en", "de", "fr", "es", "it", "nl", "pl", "pt_BR", "fi", "sv", "ja")
def hubspot(locale, message):
    words = L.words(locale, "yahoo")
    if locale == "ja":
        words = ["メッセージを転送", "送信元", "送信先", "CC", "送信日時", "件名"]
    if locale == "pl":
        words[0] = "Wiadomość przesłana dalej"
    joint = "：" if locale == "ja" else ": "
    pairs = rows((words[1], angle(message.sender)), (words[4], L.gmail_date(locale, message.when)), (words[5], message.subject),
                 (words[2], people(message.to, angle, ", ")), (words[3], people(message.cc, angle, ", ")))
    return Written(f"---------- {words[0]} ---------\n" + lines(pairs, joint) + "\n\n" + paragraphs(message),
                   f"<p>---------- {words[0]} ---------</p>" + "".join(f"<p>{a}{joint}{esc(b)}</p>" for a, b in pairs) + div(message),
                   wanted(message))


@client("mailmate", "en")
def mailmate(_, message):
    pairs = rows(("From", angle(message.sender)), ("To", people(message.to, angle, ", ")), ("Cc", people(message.cc, angle, ", ")),
                 ("Subject", message.subject), ("Date", L.mail_date(message.when)))
    return Written("Forwarded message:\n\n" + quote(lines(pairs) + "\n\n" + paragraphs(message)), None, wanted(message, True, True))


@client("zoho", "en")
def zoho(_, message):
    pairs = rows(("From", angle(message.sender)), ("To", people(message.to, quoted, ", ")), ("Cc", people(message.cc, quoted, ", ")),
                 ("Date", L.mail_date(message.when)), ("Subject", message.subject))
    rule = "============ Forwarded message ============"
    return Written(f"{rule}\n{lines(pairs)}\n{rule}\n\n{paragraphs(message)}",
                   f"<div>{rule}<br>{'<br>'.join(f'{a}: {esc(b)}' for a, b in pairs)}<br>{rule}</div><br>{div(message)}",
                   wanted(message, True, True))


@client("zimbra", "en", "fr", "de")
def zimbra(locale, message):
    mark, labels = {"en": ("Forwarded Message", ("From", "To", "Cc", "Sent", "Subject")),
                    "fr": ("Mail transféré", ("De", "À", "Cc", "Envoyé", "Objet")),
                    "de": ("Weitergeleitete Mail", ("Von", "An", "CC", "Gesendet", "Betreff"))}[locale]
    day = L.dates.format_date(message.when, "full", locale=L.cldr(locale))
    pairs = rows((labels[0], quoted(message.sender)), (labels[1], people(message.to, quoted, ", ")),
                 (labels[2], people(message.cc, quoted, ", ")),
                 (labels[3], day[0].upper() + day[1:] + " " + L.clock(locale, message.when, True)), (labels[4], message.subject))
    return Written(f"----- {mark} -----\n" + lines(pairs) + "\n\n" + paragraphs(message),
                   f"<hr><blockquote><b>{'<br><b>'.join(f'{esc(a)}: </b>{esc(b)}' for a, b in pairs)}<br></blockquote>{div(message)}",
                   wanted(message, True), True)


@client("mutt", "en")
def mutt(_, message):
    pairs = rows(("Date", L.mail_date(message.when)), ("From", angle(message.sender)), ("To", people(message.to, angle, ", ")),
                 ("Cc", people(message.cc, angle, ", ")), ("Subject", message.subject))
    return Written(f"----- Forwarded message from {angle(message.sender)} -----\n\n{lines(pairs)}\n\n{paragraphs(message)}\n\n"
                   "----- End forwarded message -----", None, wanted(message, True, True))


@client("claws", "en")
def claws(_, message):
    pairs = rows(("Date", L.mail_date(message.when)), ("From", angle(message.sender)), ("To", people(message.to, angle, ", ")),
                 ("Cc", people(message.cc, angle, ", ")), ("Subject", message.subject))
    return Written("Begin forwarded message:\n\n" + lines(pairs) + "\n\n\n" + paragraphs(message), None, wanted(message, True, True))


@client("gnus", "en")
def gnus(_, message):
    pairs = rows(("From", angle(message.sender)), ("Subject", message.subject), ("To", people(message.to, angle, ", ")),
                 ("Cc", people(message.cc, angle, ", ")), ("Date", L.mail_date(message.when)))
    return Written(f"{'-' * 20} Start of forwarded message {'-' * 20}\n{lines(pairs)}\n\n{paragraphs(message)}\n"
                   f"{'-' * 20} End of forwarded message {'-' * 20}", None, wanted(message, True, True))


@client("the-bat", "en")
def the_bat(_, message):
    date = L.dates.format_date(message.when, "EEEE, MMMM d, yyyy", locale="en") + ", " + L.clock("en", message.when, True)
    pairs = rows(("From", angle(message.sender)), ("To", people(message.to, angle, ", ")), ("Cc", people(message.cc, angle, ", ")),
                 ("Date", date), ("Subject", message.subject))
    return Written("This is a forwarded message\n" + lines(pairs) + "\n\n===8<==============Original message text===============\n"
                   + paragraphs(message) + "\n\n===8<===========End of original message text===========", None, wanted(message, True))


@client("orange", "fr")
def orange(_, message):
    pairs = rows(("De ", quoted(message.sender)), ("A ", people(message.to, quoted, ", ")), ("Copie à ", people(message.cc, quoted, ", ")),
                 ("Objet ", message.subject))
    text = f"Message du {message.when:%d/%m/%y %H:%M}\n" + lines(pairs) + "\n\n" + paragraphs(message)
    page = (f"<blockquote>&gt; Message du {message.when:%d/%m/%y %H:%M}<br>"
            + "<br>".join(f"&gt; {esc(a)}: {esc(b)}" for a, b in pairs) + f"<br>&gt; <br></blockquote>{div(message)}")
    return Written(quote(text), page, wanted(message), True)


@client("libero", "it")
def libero(_, message):
    pairs = rows(("Da", quoted(message.sender)), ("Data", f"{message.when:%d/%m/%Y %H.%M}"), ("A", people(message.to, angle, ", ")),
                 ("Cc", people(message.cc, angle, ", ")), ("Ogg", message.subject))
    return Written("----Messaggio originale----\n" + lines(pairs) + "\n\n" + paragraphs(message),
                   f"<blockquote>----Messaggio originale----<br>{'<br>'.join(f'{a}: {esc(b)}' for a, b in pairs)}<br><br>{div(message)}</blockquote>",
                   wanted(message), True)


@client("seznam", "cs")
def seznam(_, message):
    w = message.when
    pairs = rows(("Od", angle(message.sender)), ("Komu", people(message.to, angle, ", ")), ("Kopie", people(message.cc, angle, ", ")),
                 ("Datum", f"{w.day}. {w.month}. {w.year} {w.hour}:{w:%M:%S}"), ("Předmět", message.subject))
    return Written("---------- Původní e-mail ----------\n" + lines(pairs) + "\n\n" + paragraphs(message),
                   f"<aside><p>---------- Původní e-mail ----------<br>{'<br>'.join(f'{a}: {esc(b)}' for a, b in pairs)}</p></aside>{div(message)}",
                   wanted(message, True), True)


@client("centrum", "cs", "sk")
def centrum(_, message):
    pairs = rows(("Od", angle(message.sender)), ("Komu", people(message.to, angle, ", ")), ("Datum", f"{message.when:%d.%m.%Y %H:%M}"),
                 ("Předmět", message.subject))
    return Written("_" * 62 + "\n" + quote(lines(pairs) + "\n\n" + paragraphs(message)), None, wanted(message, cc=[]), True)


@client("aol", "en")
def aol(_, message):
    date = L.dates.format_date(message.when, "EEE, MMM d, yyyy", locale="en") + f" {message.when.hour % 12 or 12}{message.when:%M}"
    date = date[:-2] + ":" + date[-2:] + (" am" if message.when.hour < 12 else " pm")
    pairs = rows(("From", angle(message.sender)), ("To", people(message.to, angle)), ("Cc", people(message.cc, angle)), ("Sent", date),
                 ("Subject", message.subject))
    return Written("\n-----Original Message-----\n" + lines(pairs) + "\n\n" + paragraphs(message),
                   f"<div>-----Original Message-----<br>{'<br>'.join(f'{a}: {esc(b)}' for a, b in pairs)}<br><br></div>{div(message)}",
                   wanted(message), True)


@client("spark", "en", "de", "fr", "es")
def spark(locale, message):
    words = L.words(locale, "thunderbird")
    mark = "Weitergeleitete Nachricht" if locale == "de" else words[0]
    date = L.dates.format_date(message.when, "long", locale=L.cldr(locale)) + ", " + f"{message.when:%H:%M %z}"
    pairs = rows((words[3], angle(message.sender)), (words[2], date), (words[4], people(message.to, angle, ", ")),
                 (words[5], people(message.cc, angle, ", ")), (words[1], message.subject))
    return Written(f"---------- {mark} ----------\n" + lines(pairs) + "\n\n" + quote(paragraphs(message)),
                   f'<div name="messageReplySection">---------- {esc(mark)} ----------<br>'
                   + "<br>".join(f"<b>{esc(a)}:</b> {esc(b)}" for a, b in pairs)
                   + f'<br><blockquote type="cite">{div(message)}</blockquote></div>', wanted(message, offset=True))


@client("outlook-mac-2019", "de", "en_GB", "fr", "es", "it", "nl", "pl", "da", "sv", "pt_BR", "ru", "cs", "fi", "hu", "nb", "sk", "tr")
def outlook_mac_2019(locale, message):
    """Forwards as it replies: an attribution, and the text indented or not marked at all."""
    template = {"de": "Am {d} schrieb \"{n}\" <{a}>:", "en_GB": "On {d}, \"{n}\" <{a}> wrote:", "fr": "Le {d}, « {n} » <{a}> a écrit :",
                "es": "El {d}, \"{n}\" <{a}> escribió:", "it": "Il giorno {d} \"{n}\" <{a}> ha scritto:",
                "nl": "Op {d} heeft {n} <{a}> geschreven:", "pl": "Dnia {d} „{n}” <{a}> napisał:", "da": "D. {d} skrev \"{n}\" <{a}>:",
                "sv": "Den {d} skrev \"{n}\" <{a}> följande:", "pt_BR": "Em {d}, \"{n}\" <{a}> escreveu:",
                "ru": "{d} пользователь \"{n}\" <{a}> написал:", "cs": "Dne {d}, {n} <{a}> napsal(a):",
                "fi": "{n} <{a}> kirjoitti {d}:", "hu": "{d} időpontban {n} <{a}> ezt írta:",
                "nb": "{n} <{a}> skrev følgende den {d}:", "sk": "{d} používateľ {n} (<{a}>) napísal:",
                "tr": "\"{n}\" <{a}>, {d} tarihinde şunu yazdı:"}[locale]
    head = template.format(d=L.short_date(locale, message.when), n=name(message.sender), a=message.sender[1])
    text = head + "\n\n" + "\n\n".join("    " + line for line in message.body)
    page = (f'<p class="MsoNormal">{esc(head)}</p><blockquote style="border:none;margin-left:36.0pt">{p(message)}</blockquote>')
    return Written(text, page, wanted(message, to=[], cc=[], subject=None), True)
