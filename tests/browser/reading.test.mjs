import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { inRows, isLive, PHONE, rowsAre, test, titleOf, WIDE } from './harness.mjs';

async function three(server) {
  for (const name of ['first', 'second', 'third']) await server.post('/shop', { type: `order.${name}`, name });
}

const isOpen = (page, type) => page.waitForSelector(`#title .badge:has-text("${type}")`);

test('the newest request is open, and a click opens another under its own address', async ({ server, page, go }) => {
  await three(server);
  await go('/shop?inspect');
  assert.match(await titleOf(page), /^order\.third/);
  await page.click('#rows li:nth-child(3) a');
  await isOpen(page, 'order.first');
  assert.match(page.url(), /\/shop\?inspect=[0-9a-z]+$/);
  assert.equal(await page.getAttribute('#rows li:nth-child(3) a', 'aria-current'), 'true');

  const permalink = page.url();
  await page.click('#rows li:nth-child(2) a');
  await isOpen(page, 'order.second');
  await page.goBack();
  await isOpen(page, 'order.first');
  await page.goBack();
  await isOpen(page, 'order.third');
  await page.goForward();
  await isOpen(page, 'order.first');
  assert.equal(page.url(), permalink);

  await page.goto(permalink);
  assert.match(await titleOf(page), /^order\.first/);
  await page.click('.beside [rel=prev]');
  await isOpen(page, 'order.second');
});

test('a middle click opens a request in a tab of its own', async ({ server, page, context, go }) => {
  await three(server);
  await go('/?inspect');
  const [tab] = await Promise.all([context.waitForEvent('page'), page.click('#rows li:nth-child(2) a', { button: 'middle' })]);
  await isOpen(tab, 'order.second');
  assert.match(await titleOf(page), /^order\.third/);
});

test('on a phone a request is a page of its own, and Back leads to the list where it was', { context: { viewport: PHONE, hasTouch: true } }, async ({ server, page, go }) => {
  for (let n = 0; n < 30; n += 1) await server.post('/shop', { type: 'order.created', n });
  await go('/shop?inspect');
  assert.ok(await page.isHidden('#detail'));
  await page.locator('#rows li').nth(20).scrollIntoViewIfNeeded();
  // Where it is left, which the tap itself may still move.
  await page.evaluate(() => addEventListener('click', () => { window.leftAt ??= scrollY; }, { capture: true }));
  await page.tap('#rows li:nth-child(21) a');
  await page.waitForSelector('#detail .back:visible');
  assert.ok(await page.isHidden('#list'));
  assert.equal(await page.evaluate(() => scrollY), 0);
  await page.tap('#detail .back');
  await page.waitForSelector('#list:visible');
  assert.ok(await page.evaluate(() => window.leftAt) > 0);
  await page.waitForFunction(() => scrollY === window.leftAt);
});

test('older requests come below the others', async ({ server, page, go }) => {
  for (let n = 1; n <= 120; n += 1) await server.post('/shop', { type: `n.${n}` });
  await go('/?inspect');
  await rowsAre(page, 50);
  await page.click('text=Older requests');
  await rowsAre(page, 100);
  await page.click('text=Older requests');
  await rowsAre(page, 120);
  const types = await inRows(page, '.badge');
  assert.deepEqual(types, Array.from({ length: 120 }, (_, n) => `n.${120 - n}`));
  assert.equal(await page.locator('.more-rows').count(), 0);
});

test('browser noise is hidden until it is asked for', async ({ server, page, go }) => {
  await server.send('/favicon.ico', '', {}, 'GET');
  await go('/?inspect');
  assert.match(await page.textContent('h1') ?? '', /1 request hidden as browser noise/);
  assert.match(await page.textContent('main') ?? '', /Waiting for the first request/);
  await page.click('text=Show all');
  await rowsAre(page, 1);
  await server.post('/shop', { type: 'order.created' });
  await go('/?inspect');
  await rowsAre(page, 1);
  assert.match(await page.textContent('#count') ?? '', /^1 request\s*1 hidden as browser noise · Show all$/);
  await page.click('text=Show all');
  await rowsAre(page, 2);
  assert.match((await inRows(page, '.what'))[1], /noise/);
  await page.click('#count a');
  await rowsAre(page, 1);
});

test('an empty page says what to do', async ({ server, page, context, go }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await go('/new/path?inspect');
  const text = await page.textContent('main') ?? '';
  assert.match(text, /Waiting for the first request to \/new\/path/);
  assert.ok(text.includes(`${server.url}/new/path`));
  await page.click('main .address button');
  await page.waitForFunction(() => document.querySelector('#status')?.textContent === 'Copied');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${server.url}/new/path`);
  await page.click('.command button');
  await page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith('curl '));

  await server.post('/shop', { type: 'order.created' });
  await go('/new/path?inspect');
  await page.click('.others >> text=/shop');
  await rowsAre(page, 1);
  const first = await page.getAttribute('#rows li', 'data-id');
  await go(`/shop?inspect&before=${first}`);
  assert.match(await page.textContent('h1') ?? '', /No older requests/);
});

test('what is not there is said', { allowed: [/status of 404/] }, async ({ page, go }) => {
  assert.equal((await go('/?inspect=1h6x5q8v0k2pd'))?.status(), 404);
  assert.match(await page.textContent('h1') ?? '', /There is no such request/);
  assert.equal((await go('/?inspect=zz%3Cscript%3E'))?.status(), 404);
  await page.click('main a');
  await page.waitForSelector('h1:has-text("Waiting")');
});

test('the verdict says step by step how it came about', { args: ['--trust-proxy', 'loopback'] }, async ({ server, page, go }) => {
  const sale = { type: 'contact.tag.added', data: { contact: { email: 'a@example.com' } }, account: { email: 'b@example.com' }, created_at: '2026-11-24T07:12:34+00:00' };
  for (const [from, badge, steps] of [
    ['185.236.142.2', '✓ listed: systeme.io', [/^peer 127\.0\.0\.1$/, /^X-Forwarded-For 185\.236\.142\.2, trusted through 127\.0\.0\.1$/, /^listed: systeme\.io \(185\.236\.142\.2/]],
    ['203.0.113.77', '⚠ outside the allowlist', [/^peer/, /203\.0\.113\.77, trusted through/, /203\.0\.113\.77 matches none of 3 addresses of systeme\.io/]],
    ['abc', '? address unverified', [/^peer/, /X-Forwarded-For unreadable at "abc"/, /./]],
  ]) {
    await server.post('/shop', sale, { 'X-Forwarded-For': from });
    await go('/shop?inspect');
    assert.equal((await page.textContent('.sub .verdict'))?.trim(), badge);
    await page.click('.sub .verdict');
    await page.waitForSelector('#why:popover-open');
    const lines = await page.$$eval('#why li', (all) => all.map((one) => one.textContent));
    assert.equal(lines.length, steps.length, lines.join(' → '));
    steps.forEach((step, n) => assert.match(lines[n] ?? '', step));
    assert.match(await page.textContent('#why') ?? '', /The request is stored either way/);
    await page.keyboard.press('Escape');
    await page.waitForSelector('#why', { state: 'hidden' });
  }
  // In the list, the address stands where it matters.
  const rows = await inRows(page, '.where');
  assert.match(rows[1], /203\.0\.113\.77/);
});

test('the theme follows the system, the button and the cookie, and no page flashes', { context: { colorScheme: 'dark' } }, async ({ server, page, go }) => {
  await three(server);
  await go('/?inspect');
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const [light, dark] = ['rgb(255, 255, 255)', 'rgb(15, 20, 26)'];
  assert.equal(await background(), dark);
  for (const [theme, colour] of [['light', light], ['dark', dark], ['auto', dark], ['light', light]]) {
    const saved = page.waitForResponse((response) => response.url().endsWith('/-/theme'));
    await page.click('#theme button');
    await page.waitForSelector(`html[data-theme="${theme}"]`);
    assert.equal(await background(), colour);
    assert.equal((await saved).status(), 303);
  }
  // What the server writes is right from the first byte, so there is nothing to flash.
  const answer = await go('/?inspect');
  assert.match(await answer?.text() ?? '', /<html [^>]*data-theme="light"/);
  assert.equal(await background(), light);
});

test('the export links give files', async ({ server, page, go }) => {
  await three(server);
  await go('/shop?inspect');
  const download = async (menu, name) => {
    await page.click(`[popovertarget="${menu}"]`);
    const [file] = await Promise.all([page.waitForEvent('download'), page.click(`#${menu} >> text="${name}"`)]);
    await page.keyboard.press('Escape');
    const path = await file.path();
    return { name: file.suggestedFilename(), text: await readFile(path, 'utf8') };
  };
  const json = await download('export-list', 'JSON');
  assert.match(json.name, /\.json$/);
  const all = JSON.parse(json.text);
  const list = Array.isArray(all) ? all : all.requests;
  assert.equal(list.length, 3);
  const ndjson = await download('export-list', 'JSON Lines');
  assert.equal(ndjson.text.trim().split('\n').map((line) => JSON.parse(line)).length, 3);
  const csv = await download('export-list', 'CSV for spreadsheets');
  assert.match(csv.text, /^\uFEFF?"id","received_at",/);
  assert.equal(csv.text.trim().split('\r\n').length, 4);
  const one = JSON.parse((await download('export-one', 'JSON')).text);
  assert.equal((Array.isArray(one) ? one : one.requests).length, 1);
  const [raw] = await Promise.all([page.waitForEvent('download'), page.click('.actions >> text=Raw')]);
  assert.equal(await readFile(await raw.path(), 'utf8'), '{"type":"order.third","name":"third"}');
});

test('a list is one path and what is below it', async ({ server, page, go }) => {
  for (const path of ['/shop', '/shop/a', '/shopping', '/blog']) await server.post(path, { type: 'a.b' });
  await go('/shop?inspect');
  await rowsAre(page, 2);
  await isLive(page);
  await server.post('/shopping', { type: 'a.b' });
  await server.post('/shop/b', { type: 'a.b' });
  await rowsAre(page, 3);
  assert.deepEqual(await inRows(page, '.path'), ['/shop/b', '/shop/a', '/shop']);
  await page.setViewportSize(WIDE);
});
