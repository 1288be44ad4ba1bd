"""How mail programs write a reply in each language: what is new, and the older mail below it, with what is to be read
of both. None of these is a forward."""

import dataclasses

from . import clients as C
from . import locales as L


@dataclasses.dataclass
class Reply:
    """want: new_text, and of the nearest quote from and date, None where the program does not state it."""
    text: str
    html: str
    new_text: str
    sender: str  # the quoted mail's address, None: not stated


REPLIES = {}

PREFIXES = {"de": "AW", "sv": "SV", "da": "SV", "nb": "SV", "fi": "VS", "pl": "ODP", "pt_BR": "RES", "it": "R", "es": "RE",
            "hu": "RE", "tr": "YNT", "zh_Hans": "回复", "zh_Hant": "回覆", "cs": "RE", "ru": "HA", "el": "ΑΠ", "nl": "Antw",
            "ja": "返信", "ko": "회신"}


def reply(name, *only):
    def register(function):
        REPLIES[name] = (function, only or tuple(L.LOCALES))
        return function
    return register


def new_lines(random_, locale):
    hello, fact, question, close = L.words(locale, "words")
    return random_.choice([[hello, question, close], [question], [hello, fact, question, close], [fact, question],
                           [hello, "1. " + fact, "2. " + question, close]])


def attributions(locale, message):
    who = {"n": C.name(message.sender), "a": message.sender[1]}
    dates = {"g": L.gmail_date(locale, message.when), "d": L.short_date(locale, message.when)}
    return [template.format(**who, **dates) for template in L.LOCALES[locale]["wrote"].split("|")]


def address_in(line, message):
    return message.sender[1] if message.sender[1] in line else None


def quoted(message):
    return C.quote(C.paragraphs(message))


def gap(lines):
    return "\n\n".join(lines)


def divs(lines):
    return "".join(f"<div>{C.esc(line)}</div><div><br></div>" for line in lines)


@reply("marked")
def marked(random_, locale, message, new):
    """An attribution and "> ": Gmail, Apple, Thunderbird, K-9 and most others."""
    head = random_.choice(attributions(locale, message))
    page = (f'<div dir="ltr">{divs(new)}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
            f'{C.esc(head)}<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex">{C.div(message)}</blockquote></div>')
    return Reply(f"{gap(new)}\n\n{head}\n\n{quoted(message)}\n", page, gap(new), address_in(head, message))


@reply("wrapped")
def wrapped(_, locale, message, new):
    """The same, the attribution wrapped where the line was full."""
    head = attributions(locale, message)[0]
    words, lines = head.split(" "), [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) > 44:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    page = (f"<div>{divs(new)}</div><div><blockquote type=\"cite\"><div>{C.esc(head)}</div><br><div>{C.div(message)}</div>"
            "</blockquote></div>")
    return Reply(f"{gap(new)}\n\n" + "\n".join(lines) + f"\n\n{quoted(message)}\n", page, gap(new), address_in(head, message))


@reply("thunderbird")
def thunderbird(random_, locale, message, new):
    head = random_.choice(attributions(locale, message)[1:] or attributions(locale, message))
    page = (f'<p>{"</p><p>".join(map(C.esc, new))}</p><div class="moz-cite-prefix">{C.esc(head)}<br></div><blockquote type="cite" '
            f'cite="mid:x@y.example">{C.div(message)}</blockquote>')
    return Reply(f"{gap(new)}\n\n{head}\n{quoted(message)}\n", page, gap(new), address_in(head, message))


@reply("mobile")
def mobile(_, locale, message, new):
    head, signature = attributions(locale, message)[0], L.LOCALES[locale]["mobile"]
    page = (f'<div dir="ltr">{divs(new)}<div dir="ltr">{C.esc(signature)}</div></div><div dir="ltr"><br><blockquote type="cite">'
            f'{C.esc(head)}<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">{C.div(message)}</div></blockquote>')
    return Reply(f"{gap(new)}\n\n{signature}\n\n> {head}\n> \n{quoted(message)}\n", page, gap(new), address_in(head, message))


@reply("mobile-above")
def mobile_above(_, locale, message, new):
    head, signature = attributions(locale, message)[0], L.LOCALES[locale]["mobile"]
    return Reply(f"{gap(new)}\n\n{signature}\n\n{head}\n\n{quoted(message)}\n", None, gap(new), address_in(head, message))


@reply("signature")
def signature(_, locale, message, new):
    head = attributions(locale, message)[0]
    sign = "-- \nMax Weiter\nACME GmbH\nTel. +49 30 12345"
    page = (f'<div>{divs(new)}</div><pre class="moz-signature" cols="72">{sign}</pre><div class="moz-cite-prefix">{C.esc(head)}<br></div>'
            f'<blockquote type="cite">{C.div(message)}</blockquote>')
    return Reply(f"{gap(new)}\n\n{sign}\n\n{head}\n{quoted(message)}\n", page, gap(new), address_in(head, message))


@reply("below")
def below(_, locale, message, new):
    """Answers under the quote."""
    head = attributions(locale, message)[0]
    return Reply(f"{head}\n{quoted(message)}\n\n{gap(new)}\n", None, gap(new), address_in(head, message))


@reply("between")
def between(_, locale, message, new):
    """Answers between the lines of the quote."""
    head = attributions(locale, message)[0]
    older = message.body * 5
    text = "".join(f"> {line}\n\n{answer}\n\n" for line, answer in zip(older, new))
    return Reply(f"{head}\n{text}", None, gap(new), address_in(head, message))


@reply("outlook")
def outlook(_, locale, message, new):
    written = C.outlook_windows(locale, message)
    return Reply(f"{gap(new)}\n{written.text}\n", f'<div class="WordSection1">{C.p(dataclasses.replace(message, body=new))}</div>'
                 + written.html, gap(new), message.sender[1])


@reply("outlook-old")
def outlook_old(_, locale, message, new):
    written = C.outlook_windows_old(locale, message)
    return Reply(f"{gap(new)}\n\n{written.text}\n", f'<div>{C.p(dataclasses.replace(message, body=new))}</div>' + written.html,
                 gap(new), message.sender[1])


@reply("outlook-web")
def outlook_web(_, locale, message, new):
    written = C.outlook_web(locale, message)
    return Reply(f"{gap(new)}\n\n{written.text}\n", f'<div>{divs(new)}</div>' + written.html, gap(new), message.sender[1])


@reply("outlook-mobile")
def outlook_mobile(_, locale, message, new):
    written = C.outlook_mobile(locale, message)
    mine = {"de": "Outlook für iOS beziehen", "en": "Get Outlook for iOS", "fr": "Obtenir Outlook pour iOS",
            "es": "Obtener Outlook para iOS", "it": "Scarica Outlook per iOS", "nl": "Outlook voor iOS downloaden",
            "pl": "Pobierz program Outlook dla systemu iOS", "pt_BR": "Obter o Outlook para iOS", "sv": "Hämta Outlook för iOS",
            "da": "Hent Outlook til iOS", "nb": "Hent Outlook for iOS", "fi": "Hanki Outlook for iOS",
            "cs": "Stáhnout Outlook pro iOS", "ru": "Скачайте Outlook для iOS", "zh_Hans": "获取Outlook for iOS",
            "ja": "Outlook for iOS を入手"}.get(locale, "Get Outlook for Android") + "<https://aka.ms/o0ukef>"
    return Reply(f"{gap(new)}\n\n{mine}\n{written.text}\n", f'<div>{divs(new)}</div><div id="ms-outlook-mobile-signature">{C.esc(mine)}'
                 f"</div>" + written.html, gap(new), message.sender[1])


@reply("yahoo")
def yahoo(_, locale, message, new):
    head = attributions(locale, message)[0]
    page = (f'<div class="ydp-yahoo-style-wrap"><div dir="ltr">{divs(new)}</div></div><div id="yahoo_quoted_1" class="yahoo_quoted">'
            f'<div style="font-size:13px"><div>{C.esc(head)}</div><div><br></div><div>{C.div(message)}</div></div></div>')
    return Reply(f"{gap(new)}\n\n    {head}  \n \n {C.paragraphs(message)}\n  ", page, gap(new), address_in(head, message))


@reply("gmx", "de", "en", "fr", "es", "it")
def gmx(_, locale, message, new):
    written = C.gmx(locale, message)
    return Reply(f"{gap(new)}\n{written.text}\n", f"<div>{divs(new)}</div>{written.html}", gap(new), message.sender[1])


@reply("samsung", "de", "en", "fr", "es", "it", "nl", "pl", "da", "pt_BR", "cs", "hu")
def samsung(_, locale, message, new):
    written = C.samsung(locale, message)
    return Reply(f"{gap(new)}\n\n{written.text}\n", f"<div>{divs(new)}</div>{written.html}", gap(new), message.sender[1])


@reply("qq", "zh_Hans", "en")
def qq(_, locale, message, new):
    written = C.qq(locale, message)
    return Reply(f"{gap(new)}\n\n\n{written.text}\n", f"<div>{divs(new)}</div>{written.html}", gap(new), message.sender[1])


@reply("netease", "zh_Hans")
def netease(_, locale, message, new):
    head = f"在 {message.when:%Y-%m-%d %H:%M:%S}，\"{C.name(message.sender)}\" <{message.sender[1]}> 写道："
    return Reply(f"{gap(new)}\n\n\n\n{head}\n\n{quoted(message)}\n", f"<div>{divs(new)}</div><br><p>{C.esc(head)}</p><blockquote "
                 f'id="isReplyContent">{C.div(message)}</blockquote>', gap(new), message.sender[1])


@reply("foxmail", "zh_Hans", "en")
def foxmail(_, locale, message, new):
    written = C.foxmail(locale, message)
    return Reply(f"{gap(new)}\n\n\n{written.text}\n", f"<div>{divs(new)}</div>{written.html}", gap(new), message.sender[1])
