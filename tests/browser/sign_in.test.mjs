import assert from 'node:assert/strict';

import { test } from './harness.mjs';

const refused = /console: Failed to load resource: the server responded with a status of 40[13]/;

test('the printed link signs the browser in, once', { signIn: false, allowed: [refused] }, async ({ server, page, visitor }) => {
  await page.goto(server.login);
  assert.equal(new URL(page.url()).search, '?inspect', 'the code is gone from the address');
  await page.waitForSelector('h1:has-text("Waiting for the first request")');
  await page.reload();
  await page.waitForSelector('h1:has-text("Waiting for the first request")');

  await visitor.context.clearCookies();
  const second = await page.goto(server.login);
  assert.equal(second?.status(), 403);
  assert.match(await page.textContent('[role=alert]') ?? '', /used up/);
});

test('a stranger gets 401 and a field for a code, and nothing of what is behind', { signIn: false, allowed: [refused] }, async ({ server, page, go }) => {
  await server.post('/secret-shop', { type: 'secret.event' });
  const answer = await go('/secret-shop?inspect&view=hex');
  assert.equal(answer?.status(), 401);
  const html = await page.content();
  assert.ok(!html.includes('secret.event'), 'no event');
  assert.match(await page.textContent('main') ?? '', /hookglass open/);

  await page.fill('#code', 'hgl_wrong');
  await page.click('button.primary');
  await page.waitForSelector('[role=alert]');
  assert.equal(await page.getAttribute('#code', 'aria-invalid'), 'true');

  const code = new URL(server.login).searchParams.get('code') ?? '';
  await page.fill('#code', code);
  await page.click('button.primary');
  await page.waitForSelector('#detail');
  assert.equal(page.url(), `${server.url}/secret-shop?inspect&view=hex`, 'it leads to where one was going');
});

test('who signs out is out, in all tabs', { allowed: [refused] }, async ({ page, context, go }) => {
  const other = await context.newPage();
  await page.click('text=Sign out');
  await page.waitForSelector('#code');
  assert.match(page.url(), /\/-\/login$/);
  assert.equal((await go('/?inspect'))?.status(), 401);
  assert.equal((await other.goto(page.url()))?.status(), 401);
});
