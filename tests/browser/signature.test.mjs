import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';

import { clean } from './axe.mjs';
import { test } from './harness.mjs';

const BODY = JSON.stringify({
  id: 'evt_1SFb34Qd7TzEXAMPLE5oJrX2', object: 'event', api_version: '2026-10-28.endive', created: 1791212412,
  data: { object: { id: 'in_1', object: 'invoice', amount_paid: 2900, currency: 'eur' } },
  livemode: false, pending_webhooks: 1, request: null, type: 'invoice.paid',
});

/** The header that Stripe would send now. */
const signed = (secret, body = BODY, at = Math.floor(Date.now() / 1000)) => {
  const v1 = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  return { 'Content-Type': 'application/json', 'Stripe-Signature': `t=${at},v1=${v1}` };
};

test('a secret is given on the page, and the request that waited is verified', async ({ server, page, go }) => {
  await server.post('/shop', BODY, signed('whsec_veryhidden'));
  await go('/shop?inspect');
  await page.click('#rows a');
  const signature = page.locator('dl.facts div', { has: page.locator('dt', { hasText: /^Signature$/ }) });
  assert.match(await signature.innerText(), /no secret/);
  await signature.locator('a').click();
  await clean(page, 'secrets');
  assert.equal(await page.inputValue('#path'), '/shop');
  await page.fill('#name', 'stripe live');
  await page.fill('#secret', 'whsec_veryhidden');
  await page.click('button.primary');
  await page.waitForSelector('dl.facts');
  assert.match(await signature.innerText(), /verified[\s\S]*stripe live/);
  assert.doesNotMatch(await page.content(), /veryhidden/);

  await server.post('/shop', `${BODY} `, signed('whsec_veryhidden'));
  await go('/shop?inspect');
  await page.click('#rows a');
  assert.match(await signature.innerText(), /wrong/);
  assert.match(await page.locator('.remark.warn').innerText(), /line end|blank|space|trimmed/i);
  await clean(page, 'a wrong signature');
  await go('/-/secrets');
  assert.match(await page.locator('table').innerText(), /\/shop\s+stripe live/);
  await clean(page, 'secrets with one');
  await page.click('table button');
  await page.waitForFunction(() => !document.querySelector('table'));
});

test('a check of the URL shows what it was answered', async ({ server, page, go }) => {
  const answer = await fetch(`${server.url}/slack`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Slack-Signature': 'v0=00', 'X-Slack-Request-Timestamp': '1' },
    body: JSON.stringify({ token: 't', challenge: '<b>3eZb</b>', type: 'url_verification' }),
  });
  assert.equal(await answer.text(), '<b>3eZb</b>');
  await go('/slack?inspect');
  await page.click('#rows a');
  assert.match(await page.locator('section', { hasText: 'What was answered' }).innerText(), /text\/plain[\s\S]*<b>3eZb<\/b>/);
  await clean(page, 'a URL check');
});
