import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { test, titleOf } from './harness.mjs';

// Chromium refuses to preload modules where scripts are off, and reports that as a failed request.
const noScripts = { context: { javaScriptEnabled: false }, allowed: [/^request: csp GET .*\.mjs$/] };
const texts = (page, selector) => page.locator(selector).allTextContents();

test('without scripts the list, its pages and a request are there', noScripts, async ({ server, page, go }) => {
  for (let n = 1; n <= 60; n += 1) await server.post('/shop', { type: `n.${n}`, data: { deep: { er: n } } });
  await go('/shop?inspect');
  assert.equal(await page.locator('#rows li[data-id]').count(), 50);
  assert.match((await texts(page, '#title'))[0], /n\.60/);
  await page.click('text=Older requests');
  assert.equal((await texts(page, '#rows .badge')).join(), Array.from({ length: 10 }, (_, n) => `n.${10 - n}`).join());
  await page.click('#rows li:nth-child(1) a');
  assert.match((await texts(page, '#title'))[0], /n\.10/);
  // Nothing is shown that only scripts could do.
  for (const dead of ['.js-only', '.path-bar .acts', '#live', '[data-copy-text]']) assert.equal(await page.locator(`${dead}:visible`).count(), 0, dead);

  const er = page.locator('.tree a:has-text("er")').last();
  await er.waitFor();
  await page.locator('.tree summary').nth(1).click();
  await er.waitFor({ state: 'hidden' });
  await page.locator('.tree summary').nth(1).click();
  await er.click();
  assert.equal((await texts(page, '.path-bar .json'))[0], '$.data.deep.er');
  assert.equal((await texts(page, '.path-bar .template'))[0], '{{data.deep.er}}');

  await page.click('.tabs >> text=Paths');
  assert.match((await texts(page, 'table.paths'))[0], /\{\{data\.deep\.er\}\}\s*10/);
  await page.click('.tabs >> text=Hex');
  assert.match((await texts(page, 'pre.hex'))[0], /00000000/);
});

test('without scripts the verdict opens, the theme changes and the export gives a file', noScripts, async ({ server, page, go }) => {
  await server.post('/shop', { type: 'order.created' });
  await go('/shop?inspect');
  await page.click('.sub .verdict');
  await page.locator('#why').waitFor();
  assert.match((await texts(page, '#why'))[0], /peer 127\.0\.0\.1[^]*stored either way/);
  await page.keyboard.press('Escape');

  for (const theme of ['light', 'dark', 'auto']) {
    await page.click('#theme button');
    await page.locator(`html[data-theme="${theme}"]`).waitFor();
    assert.match(page.url(), /\/shop\?inspect$/);
    assert.match(await titleOf(page).catch(() => texts(page, '#title').then((all) => all[0])), /order\.created/);
  }

  await page.click('[popovertarget="export-list"]');
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('#export-list >> text="JSON"')]);
  assert.match(await readFile(await file.path(), 'utf8'), /order\.created/);
});

test('without scripts the sample button stores and shows a sample', noScripts, async ({ page, go }) => {
  await go('/shop?inspect');
  assert.match((await texts(page, 'main'))[0], /Waiting for the first request/);
  await page.click('text=Send a sample event');
  await page.locator('#detail').waitFor();
  assert.match((await texts(page, '#rows .what'))[0], /sample/);
  await page.click('text=Sign out');
  await page.locator('#code').waitFor();
});
