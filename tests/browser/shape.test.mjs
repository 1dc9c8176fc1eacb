import assert from 'node:assert/strict';

import { AxeBuilder } from '@axe-core/playwright';

import { PHONE, WIDE, inRows, isLive, rowsAre, systemeSample, test, until } from './harness.mjs';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PAGE = '/?inspect&shape=systeme-io/contact.tag.added';

/** Events of one type, each with another contact. */
async function tagged(server, count, change = (body) => body) {
  const sample = JSON.parse(await systemeSample('contact.tag.added'));
  for (let n = 0; n < count; n += 1) {
    const body = structuredClone(sample);
    body.data.contact.id = n;
    await server.post('/shop', change(body));
  }
}

const odd = (body) => {
  body.data.contact.phone = '+355';
  delete body.data.contact.ip;
  body.data.tag.id = String(body.data.tag.id);
  return body;
};

test('an event of another shape is marked when it arrives, with links to what changed', async ({ server, page }) => {
  await tagged(server, 6);
  await page.reload();
  await isLive(page);
  await page.mouse.move(1000, 700);
  await tagged(server, 1, odd);
  await rowsAre(page, 7);
  await page.waitForFunction(() => /shape changed/.test(document.querySelector('#rows li .what')?.textContent ?? ''));
  assert.equal((await inRows(page, '.what')).filter((what) => /shape changed/.test(what)).length, 1);
  await page.click('#rows li:first-child a');
  await page.waitForSelector('#changes');
  const said = await page.locator('#changes li').allTextContents();
  assert.deepEqual(said, [
    '$.data.tag.id is string, and was number until now: last event with it',
    '$.data.contact.phone is new: string',
    '$.data.contact.ip is missing, and always came until now: last event with it',
  ]);
  await page.click('#changes >> text=$.data.contact.phone');
  await page.waitForSelector('.tree a[aria-current="true"]');
  assert.equal(await page.textContent('.path-bar .json'), '$.data.contact.phone');
  // What is missing here is seen in the last one that had it.
  await page.locator('#changes li').last().locator('a').click();
  await until(async () => await page.textContent('.path-bar .json') === '$.data.contact.ip', 'the place where it was');
  await page.getByLabel('Shape of contact.tag.added: 7 events').click();
  await page.waitForSelector('main.shape table');
});

test('the first events are held against the documented sample', async ({ server, page }) => {
  await isLive(page);
  await tagged(server, 1, odd);
  await rowsAre(page, 1);
  await page.waitForSelector('#changes');
  assert.equal(await page.textContent('#changes h2'), 'Not in the documented sample');
  assert.match((await inRows(page, '.what'))[0], /not in the sample/);
});

test('the page of a shape is whole and without a barrier, on a phone too', async ({ server, page, go }) => {
  await tagged(server, 3, (body) => { body.data.contact.fields = { ['city'.repeat(40)]: 'Tirana' }; return body; });
  await tagged(server, 12);
  await go(PAGE);
  const row = page.locator('tbody tr', { has: page.locator('th >> text="$.data.contact.fields"') });
  assert.match((await row.textContent() ?? '').replace(/\s+/g, ' '), /always \[\] 12 times, object 3 times/);
  assert.match(await page.textContent('h2') ?? '', /^15 events, /);
  for (const target of [PAGE, '/?inspect&shape']) {
    await go(target);
    for (const colorScheme of ['light', 'dark']) {
      for (const size of [WIDE, PHONE, { width: 320, height: 800 }]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(size);
        const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
        assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(' ')}`), []);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(over <= 0, `${target} at ${size.width} is ${over} too wide`);
      }
    }
  }
  await page.setViewportSize(WIDE);
  await page.click('tbody a');
  await page.waitForURL(/shape=systeme-io/);
  await page.locator('tbody tr').last().locator('a').last().click();
  await page.waitForSelector('#detail #title');
});

test('a request with attempts and changes has no barrier', async ({ server, page, go }) => {
  await tagged(server, 6);
  await tagged(server, 1, odd);
  for (let n = 0; n < 12; n += 1) await server.post('/again', odd(JSON.parse(await systemeSample('contact.tag.added'))));
  for (const target of ['/shop?inspect', '/again?inspect']) {
    for (const colorScheme of ['light', 'dark']) {
      for (const size of [WIDE, PHONE, { width: 320, height: 800 }]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(size);
        await go(target);
        await page.locator('#rows a').first().click();
        await page.waitForSelector(target.startsWith('/again') ? '#attempts' : '#changes');
        const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
        assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(' ')}`), []);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(over <= 0, `${target} at ${size.width} is ${over} too wide`);
      }
    }
  }
});

const noScripts = { context: { javaScriptEnabled: false }, allowed: [/^request: csp GET .*\.mjs$/] };

test('without scripts the shape and the attempts are there', noScripts, async ({ server, page, go }) => {
  await tagged(server, 6);
  await server.post('/again', { n: 1 });
  await server.post('/again', { n: 1 });
  await go('/again?inspect');
  assert.equal(await page.locator('#attempts tbody tr').count(), 2);
  await page.click('#attempts a >> text=attempt 1');
  assert.equal((await page.locator('#attempts [aria-current] th').allTextContents())[0], 'attempt 1');
  await go('/shop?inspect');
  await page.getByLabel('Shape of contact.tag.added: 6 events').click();
  assert.equal(await page.locator('main.shape tbody tr').count(), 16);
});
