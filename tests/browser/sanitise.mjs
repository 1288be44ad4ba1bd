// Shows sanitised mail to Chromium: nothing may run, nothing may be asked for, nothing may ask.
//
// usage: sanitise.mjs SANITISE_CLI; prints TAP.
import { spawnSync } from 'node:child_process';
import { finish, launchChromium, report } from './chromium.mjs';
import { grammar } from './grammar.mjs';
import { honest } from './honest.mjs';
import { vectors } from './vectors.mjs';

const page0 = 'http://mail.test/';

function sanitise(cli, documents) {
  const input = documents.map((html) => `${html}\0`).join('');
  const run = spawnSync(cli, [], { input, maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(`${cli}: ${run.error ?? run.signal ?? run.status} ${run.stderr}`);
  return run.stdout.toString('utf8').split('\0').slice(0, -1);
}

// In the page before anything else: what a vector calls, and what would stop the test.
function prepare() {
  window.hits = [];
  for (const name of ['hit', 'alert', 'confirm', 'prompt', 'print']) window[name] = (what) => void window.hits.push(`${name}(${what})`);
  window.open = () => void window.hits.push('open');
}

// In the page: looks for what must not be there, then behaves like a reader.
async function inspect(count) {
  const faults = [];
  const mails = [...document.querySelectorAll('.mail-test-box')];
  for (const mail of mails)
    for (const element of mail.querySelectorAll('*')) {
      if (/^(script|style|form|input|button|select|textarea|iframe|frame|object|embed|link|meta|base|template|noscript|svg|math|video|audio|source|dialog|details)$/i.test(element.localName))
        faults.push(`element ${element.localName}`);
      if (element.namespaceURI !== 'http://www.w3.org/1999/xhtml') faults.push(`foreign ${element.localName}`);
      for (const { name, value } of element.attributes) {
        if (/^on|^(id|name|class|srcset|background|action|formaction|srcdoc|ping|contenteditable|tabindex|accesskey)$/i.test(name)) faults.push(`attribute ${name}`);
        if (name === 'href' && !/^(https?:|mailto:|tel:)$/.test(element.protocol)) faults.push(`href ${value}`);
        if (name === 'href' && (element.target !== '_blank' || element.rel !== 'noopener noreferrer nofollow')) faults.push('a link without rel');
        if (name === 'src' && !/^(cid:|data:image\/(png|jpe?g|gif|webp);base64,)/i.test(value)) faults.push(`src ${value}`);
      }
      const style = getComputedStyle(element);
      if (style.position !== 'static' || style.backgroundImage !== 'none') faults.push(`style ${element.getAttribute('style')}`);
      for (const type of ['mouseover', 'mouseenter', 'pointerover', 'focus', 'error', 'load', 'toggle', 'scroll', 'animationstart', 'wheel', 'keydown', 'copy'])
        element.dispatchEvent(new Event(type, { bubbles: false }));
    }
  // Every box stands where it was written: no end tag of a mail closes what is not the mail's.
  if (mails.length !== 3 * count || mails.some((mail) => mail.nextElementSibling?.className !== 'mail-test-wall')) faults.push('a broken wall');
  await new Promise((done) => setTimeout(done, 0));
  return faults.concat(window.hits);
}

// Mails in the page as a server would write them, by innerHTML, and in a cell.
function pageOf(mails) {
  const box = (content) => `<div class=mail-test-box>${content}</div><p class=mail-test-wall>wall</p>`;
  return `<!DOCTYPE html><meta charset=utf-8><body>${mails.map((html) => `${box(html)}<table><tr><td>${box(html)}</td></tr></table>${box('')}<script>
    [...document.querySelectorAll('.mail-test-box')].at(-1).innerHTML = ${JSON.stringify(html).replaceAll('<', '\\u003c')};</script>`).join('')}`;
}

// Loads documents one after the other, or sanitised ones by the list; calls see(document or list, faults) for each.
async function browse(browser, documents, isRaw, see) {
  const context = await browser.newContext();
  const page = await context.newPage();
  let body = '', asked = [];
  await page.addInitScript(prepare);
  await context.route('**/*', (route) => {
    if (route.request().url() === page0) return route.fulfill({ contentType: 'text/html', body });
    if (!/^(data|cid):/.test(route.request().url())) asked.push(`asks for ${route.request().url()}`);
    return route.abort();
  });
  page.on('request', (request) => !/^(http:\/\/mail\.test\/$|data:|cid:)/.test(request.url()) && asked.push(`asks for ${request.url()}`));
  context.on('page', () => asked.push('opens a window'));
  for (const html of documents) {
    asked = [];
    body = isRaw ? `<!DOCTYPE html><meta charset=utf-8><body>${html}` : pageOf([html].flat());
    let faults = [];
    try {
      await page.goto(page0, { waitUntil: isRaw ? 'domcontentloaded' : 'load', timeout: 10000 });
      faults = await page.evaluate(isRaw ? () => window.hits.concat([...document.querySelectorAll('form,input,button,textarea,select')].map((e) => e.localName)) : inspect, [html].flat().length);
    } catch (error) {
      faults = [`fails: ${error.message.split('\n')[0]}`];
    }
    see(html, [...new Set(faults.concat(asked))]);
  }
  await context.close();
}

// The many, by the page; where a page has a fault, each of it alone.
async function checkGrammar(browser, cli) {
  const raw = [...grammar()], clean = sanitise(cli, raw), bad = [], suspects = [];
  const pages = Array.from({ length: Math.ceil(raw.length / 50) }, (_, i) => clean.slice(50 * i, 50 * i + 50));
  await browse(browser, pages, false, (mails, faults) => faults.length && suspects.push(...mails));
  await browse(browser, suspects, false, (html, faults) => faults.length && bad.push(`${JSON.stringify(raw[clean.indexOf(html)])} -> ${JSON.stringify(html)}: ${faults.join(', ')}`));
  report(bad.length === 0, `by rule: ${raw.length} vectors, nothing runs, loads or asks`, bad);
}

async function words(browser, html) {
  const page = await (await browser.newContext({ javaScriptEnabled: true })).newPage();
  await page.route('**/*', (route) => (route.request().url() === page0 ? route.fulfill({ contentType: 'text/html', body: `<!DOCTYPE html><meta charset=utf-8>${html}` }) : route.abort()));
  await page.goto(page0);
  const found = await page.evaluate(() => ({ words: document.body.innerText.split(/\s+/).filter(Boolean), links: [...document.links].map((a) => a.href).sort() }));
  await page.context().close();
  return found;
}

async function main(cli) {
  const browser = await launchChromium();
  try {
    const families = [...new Set(vectors.map((vector) => vector.family))];
    for (const family of families) {
      const raw = vectors.filter((vector) => vector.family === family).map((vector) => vector.html);
      const bad = [];
      let at = 0;
      await browse(browser, sanitise(cli, raw), false, (html, faults) => {
        if (faults.length) bad.push(`${JSON.stringify(raw[at])} -> ${JSON.stringify(html)}: ${faults.join(', ')}`);
        at++;
      });
      report(bad.length === 0, `${family}: ${raw.length} vectors, nothing runs, loads or asks`, bad);
    }
    await checkGrammar(browser, cli);
    // The traps work: many of the same vectors do their harm where nobody cleans them.
    const sample = vectors.filter((vector, i) => vector.family !== 'name' && i % 5 === 0).map((vector) => vector.html);
    let harmful = 0;
    await browse(browser, sample, true, (html, faults) => void (harmful += faults.length > 0));
    report(harmful >= sample.length / 3, `${harmful} of ${sample.length} vectors do harm without the sanitiser`);
    const clean = sanitise(cli, honest);
    for (const [i, html] of honest.entries()) {
      const before = await words(browser, html), after = await words(browser, clean[i]);
      const missing = before.words.filter((word) => !after.words.includes(word));
      report(missing.length === 0 && String(before.links) === String(after.links), `honest mail ${i + 1}: every word and link stays`, [`missing: ${missing.join(' ')}`, ...before.links, ...after.links]);
    }
  } finally {
    await browser.close();
  }
  finish();
}

await main(process.argv[2]);
