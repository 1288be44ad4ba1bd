// Chromium, driven by playwright-core: what the browser tests share. Without node_modules (npm ci in this folder)
// or without Chromium (CHROMIUM, default /usr/bin/chromium) a test skips itself and says which of them is missing.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const path = process.env.CHROMIUM ?? '/usr/bin/chromium';
const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

function skip(why) {
  console.log(`1..0 # SKIP ${why}`);
  process.exit(0);
}

const require = createRequire(import.meta.url);

// What find() returns; where the package is missing the test skips itself.
function need(name, find) {
  try {
    return find();
  } catch {
    return skip(`${name} is not installed: npm ci in tests/browser`);
  }
}

// The path of a file of a package.
export function locate(name, file) {
  return need(name, () => require.resolve(`${name}/${file}`));
}

export function launchChromium() {
  const playwright = need('playwright-core', () => require('playwright-core'));
  if (!existsSync(path)) skip(`${path} is not installed`);
  return playwright.chromium.launch({ executablePath: path, args: quiet });
}

let number = 0, failed = 0;

// One point of TAP; the details are shown where it failed.
export function report(ok, name, details = []) {
  console.log(`${ok ? 'ok' : 'not ok'} ${++number} - ${name}`);
  for (const detail of ok ? [] : details.slice(0, 20)) console.log(`# ${String(detail).replaceAll('\n', '\n# ')}`);
  failed += ok ? 0 : 1;
}

export function finish() {
  console.log(`1..${number}`);
  process.exitCode = failed ? 1 : 0;
}
