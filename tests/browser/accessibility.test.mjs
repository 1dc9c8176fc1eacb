import assert from 'node:assert/strict';

import { clean } from './axe.mjs';
import { PHONE, SYSTEME_IO, WIDE, systemeSample, test } from './harness.mjs';

test('the sign-in page has no barrier', { signIn: false, allowed: [/401/] }, async ({ page, go }) => {
  await go('/-/login');
  await clean(page, 'sign-in');
  await go('/?inspect');
  await clean(page, '401');
});

test('an empty page has no barrier', async ({ page, go }) => {
  await go('/shop?inspect');
  await clean(page, 'empty');
});

test('list, detail, verdict and each view of a body have no barrier', async ({ server, page, go }) => {
  await server.post('/shop', 'a=1&b=2&a=3', { 'Content-Type': 'application/x-www-form-urlencoded' });
  await server.post('/shop?x=1&x=2', '{"broken":', SYSTEME_IO);
  await server.post('/shop', await systemeSample('customer.sale.completed'), SYSTEME_IO);
  await go('/shop?inspect');
  await clean(page, 'list and detail');
  for (const view of ['paths', 'pretty', 'sent', 'hex']) {
    await go(`/shop?inspect&view=${view}`);
    await clean(page, view);
  }
  await go('/shop?inspect');
  await page.setViewportSize(WIDE);
  await page.locator('[popovertarget]').first().click();
  await clean(page, 'an open popover');
  for (const row of await page.locator('#rows a').evaluateAll((all) => all.map((one) => one.getAttribute('href')))) {
    await go(row);
    await clean(page, row);
  }
});

test('nothing scrolls sideways, and the body is on a phone\'s first screen', async ({ server, page, go }) => {
  await server.post(`/${'long'.repeat(75)}`, await systemeSample('customer.sale.completed'), SYSTEME_IO);
  await server.post('/rtl', { type: 'order.created', name: 'שלום עולם', n: '‮' }, {});
  for (const target of ['/?inspect', '/rtl?inspect', `/${'long'.repeat(75)}?inspect`, '/nothing?inspect']) {
    for (const [width, height] of [[320, 800], [390, 844], [1024, 768], [1440, 900]]) {
      await page.setViewportSize({ width, height });
      await go(target);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${target} at ${width} is ${over} too wide`);
    }
  }
  await page.setViewportSize(PHONE);
  await server.post('/p', await systemeSample('customer.sale.completed'), SYSTEME_IO);
  await go('/p?inspect');
  await page.click('#rows a');
  const top = await page.locator('#body').evaluate((body) => body.getBoundingClientRect().top + scrollY);
  assert.ok(top < 560, `the body begins at ${top}`);
});

test('a page is light', { signIn: false }, async ({ t, server, page }) => {
  for (let n = 0; n < 60; n += 1) await server.post('/shop', await systemeSample('customer.sale.completed'), SYSTEME_IO);
  const loads = [];
  page.on('response', (response) => {
    if (response.status() !== 200) return;
    const kind = /\.(mjs|css)$/.exec(new URL(response.url()).pathname)?.[1] ?? response.request().resourceType();
    if (['mjs', 'css', 'document'].includes(kind)) loads.push(response.body().then((body) => [kind, response.url(), body.length]));
  });
  // The link leads to the list, and nothing of it is in the cache yet.
  await page.goto(server.login);
  await page.waitForSelector('#live[data-state="live"]');
  // A module may be asked for twice, by its preload and by its import: it is one file.
  const files = new Map((await Promise.all(loads)).map(([kind, url, length]) => [url, { kind, length }]));
  const bytes = (wanted) => [...files.values()].filter(({ kind }) => kind === wanted).reduce((sum, { length }) => sum + length, 0);
  t.diagnostic(`HTML ${bytes('document')}, JS ${bytes('mjs')}, CSS ${bytes('css')} bytes`);
  assert.ok(bytes('mjs') > 10_000 && bytes('mjs') < 45_000);
  assert.ok(bytes('document') + bytes('mjs') + bytes('css') < 150_000);
});
