// Mail as people send it, of our own making: what the sanitiser must not lose. No word may be missing in what
// a browser shows of it, and every link must still lead where it led.

const rows = (count) => Array.from({ length: count }, (_, i) => `<tr><td>Artikel ${i}</td><td align=right>${i},50&nbsp;&euro;</td></tr>`).join('');

export const honest = [
  `<html><head><title>t</title><style>p.MsoNormal{margin:0cm}</style></head><body lang=DE link=blue><div class=WordSection1><p class=MsoNormal>Guten Tag Frau Muster,<o:p></o:p></p>
   <p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>anbei das <b>Angebot</b> f&uuml;r <i>M&auml;rz</i>, siehe <a href="https://shop.example/a?b=1&amp;c=2">hier</a>.</p>
   <ul><li class=MsoNormal>erstens<li>zweitens</ul><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal><b>Von:</b> Max &lt;<a href="mailto:max@x.example">max@x.example</a>&gt;<br>
   <b>Gesendet:</b> Montag</p></div></div></body></html>`,
  `<div dir="ltr">Hallo,<br><br>das passt &copy 2026 &hellip; <font color=red>bitte</font> pr&uuml;fen<div class="gmail_quote"><blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid">
   Am Montag schrieb Max:<br>&gt; alt</blockquote></div></div>`,
  `<table width=100% bgcolor=#eeeeee><tr><td align=center><table width=600 cellpadding=0><tr><td style="padding:20px;font:16px Arial"><h1>Neu im Mai</h1><p>Jetzt <a href="https://news.example/1"><span>ansehen</span></a>
   <tr><td>${'Ein Absatz. '.repeat(5)}<tr><td><a href="https://news.example/2">Abmelden</a></table></table>`,
  `<p>Rechnung<table border=1><thead><tr><th>Was<th>Preis</thead><tbody>${rows(20)}</tbody></table><p>Summe <strong>zahlbar</strong> sofort`,
  `<b><i>fett kursiv</b> nur kursiv</i> nichts <b>offen<p>Absatz<p>noch einer</b> zu`,
  `<pre>Zeile eins\n  Zeile zwei &lt;x&gt;</pre><hr><address>Muster GmbH<br>Weg 1</address><dl><dt>Wort<dd>Erkl&auml;rung</dl>`,
  `<!--[if mso]><table><tr><td><![endif]--><div>Sichtbar<![if !mso]> und <![endif]>mehr</div><!--[if mso]></td></tr></table><![endif]--><form><p>Im Formular</p></form><custom-tag>Eigenes</custom-tag>`,
  `<body><p>eins</body></html><p>dahinter<table>vor<tr><td>drin</table>nach</table></div></b>ende a < b && c > d &unbekannt; "x"`,
];
