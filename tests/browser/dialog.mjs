// The Outlook settings as a person uses them: by keyboard alone, in both languages, narrow and wide.
//
// usage: dialog.mjs CONTROL [SCENARIO]...; prints TAP. CONTROL is tests/e2e/dialog.py, which plays the app and Microsoft.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finish, launchChromium, locate, report } from './chromium.mjs';

const [control, ...wanted] = process.argv.slice(2);
const shots = process.env.SCREENSHOTS;

const words = {
  'de-DE': {
    title: 'Outlook-Anbindung', directory: 'Verzeichnis-ID (Mandant)', client: 'Anwendungs-ID (Client)', secret: 'Geheimer Clientschlüssel', certificate: 'Zertifikat',
    key: 'Privater Schlüssel', redirect: 'Umleitungs-URI', save: 'Speichern', connect: 'Verbinden', reconnect: 'Neu verbinden', consent: 'Administratorzustimmung',
    test: 'Test-E-Mail senden', disconnect: 'Trennen', other: 'English', connected: /Verbunden/, disconnected: /Getrennt/, saved: /gespeichert/, tested: /Kopie im Postfach gesehen/, back: 'Zu den Outlook-Einstellungen',
  },
  'en-GB': {
    title: 'Outlook integration', directory: 'Directory (tenant) ID', client: 'Application (client) ID', secret: 'Client secret', certificate: 'Certificate',
    key: 'Private key', redirect: 'Redirect URI', save: 'Save', connect: 'Connect', reconnect: 'Reconnect', consent: 'Admin consent',
    test: 'Send test e-mail', disconnect: 'Disconnect', other: 'Deutsch', connected: /Connected/, disconnected: /Disconnected/, saved: /has been saved/, tested: /copy was seen/, back: 'To the Outlook settings',
  },
};

async function ask(what, values = {}) {
  const answer = await fetch(`${control}/${what}`, { method: 'POST', body: JSON.stringify(values) });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${what}: ${body}`);
  return body;
}

function equal(have, want, name) {
  report(JSON.stringify(have) === JSON.stringify(want), name, [`have: ${JSON.stringify(have)}`, `want: ${JSON.stringify(want)}`]);
}

function matches(have, want, name) {
  report(want.test(have), name, [`have: ${have}`, `want: ${want}`]);
}

const axe = locate('axe-core', 'axe.min.js');

// What axe finds, but for trifles; scripts of ours run beside the page's policy, not under it.
async function findings(page) {
  await page.evaluate(readFileSync(axe, 'utf8'));
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  return violations.filter((found) => ['serious', 'critical', 'moderate'].includes(found.impact)).map((found) => `${found.id}: ${found.nodes.map((node) => node.target).join(' ')}`);
}

async function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

async function look(page, name) {
  equal(await findings(page), [], `${name}: axe finds nothing`);
  for (const width of [380, 768, 1280, 1920]) {
    await page.setViewportSize({ width, height: 900 });
    equal(await overflow(page), 0, `${name}: fits ${width} pixels`);
    if (shots) await page.screenshot({ path: join(shots, `${name.replaceAll(' ', '-')}-${width}.png`), fullPage: true });
  }
}

async function open(browser, locale, url, options = {}) {
  const context = await browser.newContext({ locale, viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.faults = [];
  page.on('console', (message) => message.type() === 'error' && /Content Security|Refused/.test(message.text()) && page.faults.push(message.text()));
  page.on('pageerror', (error) => page.faults.push(String(error)));
  page.answer = await page.goto(url);
  return page;
}

// The accessible name and role of what has the focus, as a screen reader says it.
async function focused(page) {
  const snapshot = await page.locator(':focus').first().ariaSnapshot().catch(() => '');
  return snapshot.split('\n')[0];
}

// Presses Tab until the control with this name has the focus; a person gives up after a page full.
async function tabTo(page, role, name) {
  const target = page.getByRole(role, { name, exact: true });
  for (let i = 0; i < 80; i++) {
    if (await target.evaluate((element) => element === document.activeElement).catch(() => false)) return true;
    await page.keyboard.press('Tab');
  }
  report(false, `${name} is reached by Tab`, [await focused(page)]);
  return false;
}

async function tabToField(page, name) {
  const target = page.getByLabel(name, { exact: true });
  for (let i = 0; i < 80; i++) {
    if (await target.evaluate((element) => element === document.activeElement).catch(() => false)) return;
    await page.keyboard.press('Tab');
  }
  report(false, `${name} is reached by Tab`, [await focused(page)]);
}

async function press(page, name) {
  await tabTo(page, 'button', name);
  await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), page.keyboard.press('Enter')]);
}

const status = (page) => page.getByRole('status').innerText();

const scenarios = {
  // Set up, connect, test, disconnect: only keys, in each language.
  async keyboard(browser) {
    for (const [locale, say] of Object.entries(words)) {
      const name = `keyboard ${locale}`;
      const entra = await ask('desk', { name });
      const page = await open(browser, locale, await ask('ticket', { name, user: 'chef' }));
      equal([page.answer.status(), new URL(page.url()).search], [200, ''], `${name}: the ticket leads to a clean address`);
      equal([await page.title(), await page.getAttribute('html', 'lang')], [say.title, locale.slice(0, 2)], `${name}: title and language`);
      matches(await status(page), say.disconnected, `${name}: not connected yet`);
      equal(await page.getByLabel(say.redirect, { exact: true }).inputValue(), `${new URL(page.url()).origin}/outlook/callback`, `${name}: the redirect URI`);
      await look(page, `${name} new`);

      await tabToField(page, say.directory);
      await page.keyboard.type('somewhere');
      await press(page, say.save);
      equal(await page.getByRole('alert').getByRole('link').count(), 3, `${name}: what is wrong is listed`);
      report(await page.getByRole('alert').evaluate((element) => element === document.activeElement), `${name}: and has the focus`, [await focused(page)]);
      await look(page, `${name} faults`);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      report(await page.getByLabel(say.directory, { exact: true }).evaluate((element) => element === document.activeElement), `${name}: a link leads to its field`, [await focused(page)]);
      equal(await page.getByLabel(say.directory, { exact: true }).inputValue(), 'somewhere', `${name}: what was entered is still there`);

      await page.keyboard.press('Control+a');
      await page.keyboard.type(entra.directory);
      await tabToField(page, say.client);
      await page.keyboard.type(entra.client);
      await tabToField(page, say.secret);
      await page.keyboard.type(entra.secret);
      await press(page, say.save);
      matches(await status(page), say.saved, `${name}: saved`);
      report(!(await page.content()).includes(entra.secret), `${name}: the secret is not shown again`);
      const stored = await ask('stored', { name });
      equal([stored.directory, stored.client, stored.cloud, stored.mode, stored.may_read], [entra.directory, entra.client, 'global', 'delegated', true], `${name}: what is stored`);
      report(stored.secret.startsWith('v1.') && !stored.secret.includes(entra.secret), `${name}: sealed`);
      await look(page, `${name} saved`);

      await ask('person', { name, user: 'chef' });
      await press(page, say.connect);
      equal(await page.locator('meta[name=outlook-outcome]').getAttribute('content'), 'connected', `${name}: back from Microsoft`);
      await look(page, `${name} back`);
      await tabTo(page, 'link', say.back);
      await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
      matches(await status(page), say.connected, `${name}: connected`);
      await look(page, `${name} connected`);
      await press(page, say.test);
      matches(await status(page), say.tested, `${name}: the test mail was sent and seen`);
      await press(page, say.disconnect);
      matches(await status(page), say.disconnected, `${name}: disconnected`);
      equal(await ask('state', { name, user: 'chef' }), 'disconnected', `${name}: and so the gateway says`);
      equal(page.faults, [], `${name}: the browser has nothing to object to`);
      await page.context().close();
    }
    const { violations, leaks } = await ask('settled');
    equal([violations, leaks], [[], []], 'keyboard: Microsoft has nothing to object to, and nothing secret leaked');
  },

  // Every state offers the way out of it.
  async states(browser) {
    await ask('desk', { name: 'states' });
    await ask('registration', { name: 'states' });
    for (const [locale, say] of Object.entries(words))
      for (const state of ['connected', 'reconnect', 'consent', 'admin']) {
        await ask('connection', { name: 'states', user: 'anna', state, hint: '<b>Neu</b> & "anmelden"' });
        await ask('flow', { name: 'states', user: 'anna' });
        const page = await open(browser, locale, await ask('ticket', { name: 'states', user: 'anna' }));
        equal(await page.getByRole('status').getAttribute('data-state'), state, `${locale}: state ${state}`);
        matches(await status(page), /<b>Neu<\/b> & "anmelden"/, `${locale}: the hint is text`);
        for (const button of [say.reconnect, say.disconnect]) equal(await page.getByRole('button', { name: button, exact: true }).count(), 1, `${locale} ${state}: ${button} is offered`);
        equal(await page.getByRole('button', { name: say.test, exact: true }).count(), state === 'connected' ? 1 : 0, `${locale} ${state}: a test only when connected`);
        for (const button of [say.save, say.consent]) equal(await page.getByRole('button', { name: button, exact: true }).count(), 0, `${locale} ${state}: ${button} is for the administrator`);
        await look(page, `${locale} ${state}`);
        await page.context().close();
      }
  },

  // The switch holds, also on the way back.
  async languages(browser) {
    await ask('desk', { name: 'languages' });
    const page = await open(browser, 'fr-FR', await ask('ticket', { name: 'languages', user: 'chef' }));
    equal(await page.getAttribute('html', 'lang'), 'en', 'French gets English');
    await page.getByRole('link', { name: 'Deutsch' }).click();
    equal([await page.getAttribute('html', 'lang'), await page.getByRole('heading', { level: 1 }).innerText()], ['de', 'Outlook-Anbindung'], 'the switch');
    await page.goto(new URL('/settings/outlook', page.url()).href);
    equal(await page.getAttribute('html', 'lang'), 'de', 'it is remembered');
    await page.goto(new URL('/outlook/callback?state=unknown&code=x', page.url()).href);
    equal([await page.getAttribute('html', 'lang'), await page.locator('meta[name=outlook-outcome]').getAttribute('content')], ['de', 'refused'], 'also on the way back');
    await page.context().close();
  },

  // Without script, without style, with a keyboard: it is HTML.
  async plain(browser) {
    const entra = await ask('desk', { name: 'plain' });
    const folder = mkdtempSync(join(tmpdir(), 'casegate-'));
    const page = await open(browser, 'de-DE', await ask('ticket', { name: 'plain', user: 'chef' }), { javaScriptEnabled: false });
    const say = words['de-DE'];
    writeFileSync(join(folder, 'both.pem'), `${entra.certificate}\n${entra.key}`);
    await page.getByLabel(say.directory, { exact: true }).fill(` ${entra.directory} `);
    await page.getByLabel(say.client, { exact: true }).fill(entra.client);
    await page.getByLabel(say.certificate, { exact: true }).setInputFiles(join(folder, 'both.pem'));
    await page.getByRole('button', { name: say.save, exact: true }).click();
    matches(await status(page), say.saved, 'a certificate and its key in one file, without script');
    const stored = await ask('stored', { name: 'plain' });
    report(stored.certificate.includes('BEGIN CERTIFICATE') && !stored.certificate.includes('PRIVATE') && stored.private_key.startsWith('v1.') && stored.secret === null, 'the certificate in clear, its key sealed', [JSON.stringify(stored)]);
    writeFileSync(join(folder, 'only.pem'), entra.certificate);
    await page.getByLabel(say.certificate, { exact: true }).setInputFiles(join(folder, 'only.pem'));
    await page.getByRole('button', { name: say.save, exact: true }).click();
    matches(await page.getByRole('alert').innerText(), /eines von beiden fehlt/, 'a certificate without its key');
    await page.getByText('Stattdessen als Text einfügen').click();
    await page.getByLabel('Beide als PEM-Text', { exact: true }).fill(`${entra.key}\n${entra.certificate}`);
    await page.getByRole('button', { name: say.save, exact: true }).click();
    matches(await status(page), say.saved, 'pasted');
    rmSync(folder, { recursive: true });
    await page.context().close();
  },

  // The application alone: consent for the company, then a mailbox by its address.
  async application(browser) {
    const name = 'application', say = words['en-GB'];
    const entra = await ask('desk', { name });
    const page = await open(browser, 'en-GB', await ask('ticket', { name, user: 'chef' }));
    await page.getByLabel(say.directory, { exact: true }).fill(entra.directory);
    await page.getByLabel(say.client, { exact: true }).fill(entra.client);
    await page.getByLabel(say.secret, { exact: true }).fill(entra.secret);
    await page.getByRole('radio', { name: 'The application only' }).check();
    await page.getByRole('button', { name: say.save, exact: true }).click();
    equal((await ask('stored', { name })).mode, 'app', 'application: stored');
    equal(await page.getByRole('radio', { name: 'The application only' }).isChecked(), true, 'application: and shown');
    await ask('person', { name, user: 'chef' });
    await page.getByRole('button', { name: say.consent, exact: true }).click();
    equal(await page.locator('meta[name=outlook-outcome]').getAttribute('content'), 'granted', 'application: the administrator consents');
    await page.getByRole('link', { name: say.back }).click();
    await page.getByRole('button', { name: say.connect, exact: true }).click();
    matches(await status(page), say.connected, 'application: the mailbox is bound');
    equal(await ask('state', { name, user: 'chef' }), 'connected', 'application: and so the gateway says');
    await look(page, name);
    await page.getByRole('button', { name: say.test, exact: true }).click();
    matches(await status(page), say.tested, 'application: the test mail was sent and seen');
    await page.context().close();
    const member = await open(browser, 'en-GB', await ask('ticket', { name, user: 'anna' }));
    equal(await member.getByLabel('Mailbox', { exact: true }).inputValue(), entra.anna, 'application: a member is offered his own address');
    await member.getByLabel('Mailbox', { exact: true }).fill(entra.bernd);
    await member.getByRole('button', { name: say.connect, exact: true }).click();
    matches(await member.getByRole('alert').innerText(), /own addresses/, 'application: and gets no other');
    await member.context().close();
  },

  // What a person sees who may not, or no longer.
  async refused(browser) {
    await ask('desk', { name: 'refused' });
    const ticket = await ask('ticket', { name: 'refused', user: 'anna' });
    const page = await open(browser, 'de-DE', ticket);
    equal(page.answer.status(), 200, 'a ticket');
    const second = await open(browser, 'de-DE', ticket);
    equal([second.answer.status(), await second.locator('form').count()], [403, 0], 'the same ticket in another browser');
    await look(second, 'refused');
    equal((await page.goto(ticket)).status(), 403, 'and in this one');
    equal((await page.goto(new URL('/settings/outlook', ticket).href)).status(), 200, 'the session stays');
    await ask('expire', { name: 'refused' });
    const over = await page.goto(new URL('/settings/outlook', ticket).href);
    equal([over.status(), await page.locator('form').count()], [403, 0], 'until it is over');
    await page.context().close();
    await second.context().close();
  },
};

const browser = await launchChromium();
try {
  for (const [name, scenario] of Object.entries(scenarios)) {
    if (wanted.length && !wanted.includes(name)) continue;
    try {
      await scenario(browser);
    } catch (error) {
      report(false, `${name} runs to its end`, [error.stack]);
    }
  }
} finally {
  await browser.close();
}
finish();
