// Hostile HTML by rule: every payload in every place where a parser may lose its way, in every spelling. What a
// browser would do with the raw ones is in vectors.mjs; these are many, and go to the browser by the page.

const away = 'http://elsewhere.test';

// What does harm. @ stands for a call.
const payloads = [
  '<script>@</script>', '<img src=x: onerror=@>', '<svg onload=@>', '<svg><script>@</script></svg>', '<svg/onload=@//', '<body onload=@>', '<details open ontoggle=@>a</details>',
  '<video><source onerror=@ src=x:></video>', '<audio src=x: onerror=@>', '<input autofocus onfocus=@>', '<marquee onstart=@>a</marquee>', '<a href="javascript:@">a</a>', '<a href=" &#1; java&Tab;script&colon;@">a</a>',
  '<a href="vbscript:@">a</a>', '<a href="data:text/html,<script>@</script>">a</a>', '<area href="javascript:@">', '<form action="javascript:@"><input type=submit></form>', '<button formaction="javascript:@">a</button>',
  '<isindex action="javascript:@" type=image>', '<iframe src="javascript:@"></iframe>', '<iframe srcdoc="<script>parent.@</script>"></iframe>', '<object data="javascript:@"></object>', '<embed src="javascript:@">',
  '<meta http-equiv=refresh content="0;url=javascript:@">', '<base href="javascript:@//">', '<math href="javascript:@">a</math>', '<math><maction actiontype=statusline xlink:href="javascript:@">a</maction></math>',
  '<svg><a xlink:href="javascript:@"><text y=20>a</text></a></svg>', '<svg><animate onbegin=@ attributeName=x dur=1s>', '<svg><set onbegin=@ attributename=x>', '<svg><use href="data:image/svg+xml,<svg id=x onload=@>#x"></use></svg>',
  '<svg><foreignObject><body onload=@></foreignObject></svg>', '<template><img src=x: onerror=@></template>', '<noscript><img src=x: onerror=@></noscript>', '<xml id=x><a><b>&lt;img src=x: onerror=@></b></a></xml>', '<frameset onload=@>',
  '<p style="width:expression(@)">a</p>', '<p style="-moz-binding:url(data:text/xml,@)">a</p>', '<p style="behavior:url(#default#time2)" onbegin=@>a</p>', '<style>@import "javascript:@";</style>', '<link rel=stylesheet href="javascript:@">',
  '<dialog open><form><input type=password></form></dialog>', '<select autofocus onfocus=@><option>a</select>', '<textarea autofocus onfocus=@>a</textarea>', '<keygen autofocus onfocus=@>', '<object><param name=src value="javascript:@"></object>',
  `<img src=${away}/1>`, `<img srcset="${away}/2 1x">`, `<picture><source srcset=${away}/3><img src=cid:a></picture>`, `<video poster=${away}/4></video>`, `<video src=${away}/5 autoplay></video>`, `<audio autoplay src=${away}/6></audio>`, `<track src=${away}/7>`,
  `<body background=${away}/8>`, `<table background=${away}/9><tr><td background=${away}/10>a</table>`, `<input type=image src=${away}/11>`, `<link rel=stylesheet href=${away}/12>`, `<link rel=dns-prefetch href=//elsewhere.test>`, `<link rel=prefetch href=${away}/13>`,
  `<link rel=preconnect href=${away}>`, `<link rel=icon href=${away}/14>`, `<html manifest=${away}/15>`, `<meta http-equiv=refresh content="0;url=${away}/16">`, `<meta http-equiv="Content-Security-Policy" content="report-uri ${away}/17">`, `<base href=${away}/>`,
  `<object data=${away}/18></object>`, `<embed src=${away}/19>`, `<iframe src=${away}/20></iframe>`, `<frame src=${away}/21>`, `<bgsound src=${away}/22>`, `<img lowsrc=${away}/23 dynsrc=${away}/24>`, `<a href=http://a.test ping=${away}/25>a</a>`, `<svg><image href=${away}/26 /></svg>`,
  `<svg><use href=${away}/27#x /></svg>`, `<svg><feImage href=${away}/28 /></svg>`, `<p style="background:url(${away}/29)">a</p>`, `<p style="background:\\75 rl(${away}/30)">a</p>`, `<p style="list-style-image:url(${away}/31)">a</p>`, `<p style="background:image-set('${away}/32' 1x)">a</p>`,
  `<p style="cursor:url(${away}/33),auto">a</p>`, `<p style="content:url(${away}/34)">a</p>`, `<p style="--a:url(${away}/35);background:var(--a)">a</p>`, `<style>@import url(${away}/36);</style>`, `<style>p{background:url(${away}/37)}</style><p>a</p>`, `<style>@font-face{font-family:a;src:url(${away}/38)}p{font-family:a}</style>`,
  `<?xml-stylesheet href="${away}/39"?>`, `<applet code=${away}/40></applet>`, `<portal src=${away}/41></portal>`, `<script src=${away}/42></script>`, `<form action=${away}/43><input name=password><button>a</button></form>`, `<fencedframe src=${away}/44></fencedframe>`,
  '<div style="position:fixed;top:0;left:0;width:100%;height:100%;z-index:9">a</div>', '<p style="margin-top:-500px">a</p>', '<div contenteditable>a</div>', '<a id=hits name=hits href=http://a.test>a</a>', '<form id=hits><input name=push></form>', '<slot onslotchange=@></slot>',
];

// Where it stands: # is the payload, " in it as it is.
const places = [
  '#', 'a#b', '<p>#</p>', '<table>#</table>', '<table><tr>#</table>', '<table><caption>#', '<select>#</select>', '<ul>#<li>a</ul>', '<b><i></b>#</i>', '<a href=http://a.test>#</a>', '<svg>#</svg>', '<math>#</math>', '<svg><desc>#</desc></svg>', '<svg><title>#</title></svg>',
  '<svg><style>#</style></svg>', '<math><mtext>#', '<math><mtext><table><mglyph><style><!--</style>#', '<form><math><mtext></form><form><mglyph><style></math>#', '<math><annotation-xml encoding="text/html">#', '<svg><foreignObject>#', '<svg></p><style><a id="</style>#">',
  '<noscript><p title="</noscript>#">', '<style><a title="</style>#">', '<title><a title="</title>#">', '<textarea><a title="</textarea>#">', '<xmp><a title="</xmp>#">', '<iframe><a title="</iframe>#">', '<noembed><a title="</noembed>#">', '<noframes><a title="</noframes>#">', '<template><p></template>#',
  '<plaintext>#', '<!-->#-->', '<!--->#-->', '<!--a--!>#-->', '<!--a-- >#-->', '<!-- <!-- -->#', '<![CDATA[#]]>', '<svg><![CDATA[><image xlink:href="]]>#"></svg>', '<?a ?>#', '<!a>#', '</a#', '<a title="#">b</a>', "<a title='#'>b</a>", '<a title=`#`>b</a>', '<p a="\'>#', "<p a='\">#",
  '<p/="#">', '<p a=b"#">', '<p\x0c>#', '<<p>#', '<p<#', '<div><p><table><b>#', `${'<div>'.repeat(300)}#`, `${'<b>'.repeat(200)}<table><td>#`, '<p id="a" id="#">', '<font face="#">a</font>', '<img alt="#" src=cid:a>', '<img src="cid:#">', '<a href="http://a.test/#">b</a>', '<a href="#">b</a>', '<p style="color:#">a</p>', '<td width="#">a', '<p lang="#">a</p>',
];

const entity = (text, form) => [...text].map((c) => form(c.codePointAt(0))).join('');
const mixed = (text) => [...text].map((c, i) => (i % 2 ? c.toUpperCase() : c)).join('');

// How it is spelt.
const spellings = [
  (text) => text, mixed, (text) => text.replaceAll('<', '&lt;'), (text) => entity(text, (n) => `&#${n};`), (text) => entity(text, (n) => `&#x${n.toString(16)}`), (text) => text.replaceAll('<', '<\u0001').replaceAll('script', 'scr\tipt'),
  (text) => text.replaceAll('<', '+ADw-').replaceAll('>', '+AD4-'), (text) => text.replaceAll('<', '＜'), (text) => text.replaceAll(' ', '/'), (text) => text.replaceAll('"', "'"), (text) => text.replaceAll('=', '\n=\n'), (text) => text.replaceAll('javascript:', 'j\u00ada\nv\ra\tscript\u200b:'),
];

// Every payload in every place, and in every spelling in a few; no two the same.
export function* grammar() {
  const seen = new Set();
  for (const [i, payload] of payloads.entries())
    for (const [j, place] of places.entries())
      for (const [k, spell] of spellings.entries()) {
        if (k > 0 && (i + 7 * j + 11 * k) % 12) continue;
        const html = place.replace('#', () => spell(payload.replaceAll('@', `hit(${i})`)));
        if (!seen.has(html)) yield html;
        seen.add(html);
      }
}
