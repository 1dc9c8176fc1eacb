import assert from 'node:assert/strict';

import { isLive, SYSTEME_IO, systemeSample, test } from './harness.mjs';

/** Sends a body and opens it, in a view if one is named. */
async function show({ server, go }, body, { headers = {}, view = '' } = {}) {
  await server.post('/shop', body, headers);
  const answer = await go(`/shop?inspect${view && `&view=${view}`}`);
  assert.equal(answer?.status(), 200);
}

const bodyText = (page) => page.$eval('#body', (body) => body.innerText);
const views = (page) => page.$$eval('.tabs a', (all) => all.map((one) => one.dataset.view));
const openView = async (page, view) => {
  await page.click(`.tabs a[data-view="${view}"]`);
  await page.waitForSelector(`.tabs a[data-view="${view}"][aria-current]`);
};

const NESTED = {
  type: 'order.created',
  data: { contact: { email: 'jane@example.com', 'first name': 'Jane' }, fields: [{ slug: 'a', value: 'b' }] },
  "it's": { 'a.b': 1 }, 'emoji 🎣': 2, text: 'two\nlines "quoted"', n: 1.10,
};

test('the tree folds and unfolds', async ({ server, page, go }) => {
  await show({ server, go }, NESTED);
  const email = page.locator('.tree a:has-text("jane@example.com")');
  await email.waitFor();
  const contact = page.locator('.tree li.c:has(> a:has-text("contact")) > details').last();
  await contact.locator('> summary').click();
  await email.waitFor({ state: 'hidden' });
  assert.match(await contact.locator('> summary').innerText(), /\{ 2 keys \}.*email: "jane@example\.com"/);
  await contact.locator('> summary').click();
  await email.waitFor();

  await page.click('.levels button:has-text("1")');
  await email.waitFor({ state: 'hidden' });
  await page.locator('.tree a:has-text("data")').first().waitFor();
  await page.click('.levels button:has-text("2")');
  await page.locator('.tree a:has-text("contact")').waitFor();
  await email.waitFor({ state: 'hidden' });
  await page.click('.levels button:has-text("3")');
  await email.waitFor();
  await page.click('.levels button:has-text("all")');
  assert.equal(await page.locator('.tree details:not([open])').count(), 0);
});

test('branches that the page does not hold are loaded in their place', async ({ server, page, go }) => {
  await show({ server, go }, { list: Array.from({ length: 250 }, (_, n) => ({ n, deep: { a: { b: { c: n } } } })) });
  await page.evaluate(() => { globalThis.notReloaded = true; });
  const lines = () => page.locator('.tree li').count();
  const loadOne = async () => {
    const before = await lines();
    await page.locator('.tree a.m[data-node]:visible').last().click();
    await page.waitForFunction((count) => document.querySelectorAll('.tree li').length > count, before);
  };
  await loadOne();
  await loadOne();
  assert.ok(await lines() > 100);
  assert.equal(await page.evaluate(() => globalThis.notReloaded), true);
});

const copied = async (page, what, text) => {
  await page.click(`.path-bar [data-copy="${what}"]`);
  await page.waitForFunction(() => document.querySelector('#status')?.textContent.startsWith('Copied'));
  if (text !== undefined) assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text);
  await page.evaluate(() => { document.querySelector('#status').textContent = ''; });
};

const choose = (page, label) => page.locator('.tree li > a:first-child').filter({ hasText: label }).first().click({ position: { x: 5, y: 10 } });

test('choosing a line shows its paths, and the buttons copy them and the value', async ({ server, page, context, go }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await show({ server, go }, NESTED);
  await page.click('.levels button:has-text("all")');
  assert.match(await page.textContent('.path-bar') ?? '', /Choose a line to see its path/);
  assert.ok(await page.isDisabled('[data-copy="json"]'));
  for (const [label, json, template, value] of [
    ['"email"', '$.data.contact.email', '{{data.contact.email}}', 'jane@example.com'],
    ['"first name"', "$.data.contact['first name']", '{{data.contact["first name"]}}', 'Jane'],
    ['"value"', '$.data.fields[0].value', '{{data.fields[0].value}}', 'b'],
    ['"a.b"', "$['it\\'s']['a.b']", '{{["it\'s"]["a.b"]}}', '1'],
    ['emoji', "$['emoji 🎣']", '{{["emoji 🎣"]}}', '2'],
    ['"text"', '$.text', '{{text}}', 'two\nlines "quoted"'],
  ]) {
    await choose(page, label);
    assert.equal(await page.textContent('.path-bar .json'), json);
    assert.equal(await page.textContent('.path-bar .template'), template);
    await copied(page, 'json', json);
    await copied(page, 'template', template);
    await copied(page, 'value', value);
  }
  // The address of the line leads to it.
  const link = page.url();
  assert.match(link, /view=tree&at=/);
  await page.goto(link);
  assert.equal(await page.textContent('.path-bar .json'), '$.text');
  assert.match(await page.textContent('.tree a[aria-current]') ?? '', /"text"/);
});

test('without a clipboard copying works all the same', async ({ server, page, context, go }) => {
  await context.addInitScript(() => { Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined }); });
  await context.addInitScript(() => {
    document.addEventListener('copy', () => { globalThis.lastCopied = document.activeElement?.value ?? String(getSelection()); });
  });
  await show({ server, go }, NESTED);
  await page.click('.levels button:has-text("all")');
  await choose(page, '"email"');
  await copied(page, 'json');
  assert.equal(await page.evaluate(() => globalThis.lastCopied), '$.data.contact.email');
  await page.click('.actions >> text=Copy body');
  await page.waitForFunction((wanted) => globalThis.lastCopied === wanted, JSON.stringify(NESTED));
});

test('numbers, escapes and double keys stand as they were sent, in every view', async ({ server, page, go }) => {
  const sent = String.raw`{"id":12345678901234567890,"price":1.10,"x":1E400,"id":2,"e":"\u00e9","z":-0}`;
  const tokens = ['12345678901234567890', '1.10', '1E400', String.raw`"\u00e9"`, '-0'];
  await show({ server, go }, sent);
  for (const view of ['tree', 'paths', 'pretty', 'sent']) {
    await openView(page, view);
    const text = await bodyText(page);
    for (const token of tokens) assert.ok(text.includes(token), `${token} in ${view}: ${text}`);
    assert.ok(!text.includes('1.1\n') && !text.includes('é'), view);
  }
  await openView(page, 'sent');
  assert.equal(await page.$eval('#body pre', (pre) => pre.textContent.trim()), sent);
  await openView(page, 'pretty');
  assert.equal(await page.$eval('#body pre', (pre) => pre.textContent.replace(/\s/g, '')), sent);

  await openView(page, 'tree');
  const tree = await bodyText(page);
  assert.match(tree, /JavaScript reads 12345678901234567000/);
  assert.match(tree, /duplicate key, 1 of 2[^]*duplicate key, 2 of 2/);
  // The second `id` has a path that leads to either, and says so.
  await page.locator('.tree li > a:first-child').filter({ hasText: '"id": 2' }).click();
  assert.ok(await page.isVisible('.path-bar .ambiguous'));
});

test('a JSON body has five views, each at its own address', async ({ server, page, go }) => {
  await show({ server, go }, await systemeSample('customer.sale.completed'), { headers: SYSTEME_IO });
  assert.deepEqual(await views(page), ['tree', 'paths', 'pretty', 'sent', 'hex']);
  for (const [view, seen] of [
    ['paths', /\{\{data\.customer\.email\}\}\s*"test-1922@systeme\.io"/], ['pretty', /\n +"payment_processor": "paypal"/],
    ['sent', /"type": "customer\.sale\.completed"/], ['hex', /00000000 {2}7b .*\|?\{/], ['tree', /"customer"/],
  ]) {
    await openView(page, view);
    assert.match(await bodyText(page), seen);
    assert.match(page.url(), new RegExp(`&view=${view}`));
    await page.reload();
    assert.match(await bodyText(page), seen);
  }
});

test('a form shows its fields, in their order and twice where they came twice', async ({ server, page, go }) => {
  await show({ server, go }, 'name=Jane+Doe&tag=a&tag=b&note=%3Cb%3E&empty=', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
  assert.deepEqual(await views(page), ['form', 'sent', 'hex']);
  const rows = await page.$$eval('table.form tbody tr', (all) => all.map((row) => [...row.querySelectorAll('bdi')].map((cell) => cell.textContent)));
  assert.deepEqual(rows, [['name', 'Jane Doe'], ['tag', 'a'], ['tag', 'b'], ['note', '<b>'], ['empty', '']]);
  await openView(page, 'sent');
  assert.match(await bodyText(page), /name=Jane\+Doe&tag=a/);
});

test('JSON that is none says where it breaks', async ({ server, page, go }) => {
  await show({ server, go }, '{\n  "a": 1,\n  "b": oops\n}');
  const error = await page.textContent('.syntax') ?? '';
  assert.match(error, /Not valid JSON/);
  assert.match(error, /line 3, column 8/);
  assert.match(error, /"b": oops\n\s*\^/);
  assert.deepEqual(await views(page), ['sent', 'hex']);
  assert.equal(await page.textContent('mark'), 'o');
});

test('10,000 levels are no danger, and their end can be reached', async ({ server, page, go }) => {
  await show({ server, go }, '['.repeat(10_000) + '"end"' + ']'.repeat(10_000));
  await page.waitForSelector('.tree, .syntax');
  for (const view of await views(page)) {
    const answer = await go(`/shop?inspect&view=${view}`);
    assert.equal(answer?.status(), 200);
    await page.waitForSelector('#body section');
  }
  await go('/shop?inspect&view=tree&at=node:9999');
  assert.match(await bodyText(page), /9,?99\d|end/);
});

test('5 MB of JSON opens at once, and as little of it as is looked at', async ({ t, server, page, go }) => {
  const items = Array.from({ length: 46_000 }, (_, n) => ({ id: n, name: `item ${n}`, price: '19.90', tags: ['a', 'b'], note: 'x'.repeat(30) }));
  const body = JSON.stringify({ type: 'catalogue.full', items });
  assert.ok(body.length > 4_500_000, String(body.length));
  await server.post('/shop', body);
  const from = performance.now();
  const answer = await go('/shop?inspect');
  await page.waitForSelector('.tree');
  const opened = Math.round(performance.now() - from);
  const html = (await answer?.body())?.length ?? 0;
  const elements = await page.evaluate(() => document.querySelectorAll('*').length);
  t.diagnostic(`5 MB (debug build): opened in ${opened} ms, ${Math.round(html / 1000)} KB of HTML, ${elements} elements`);
  assert.ok(html < 150_000 && elements < 2500);
  await page.locator('.tree a:has-text("items")').first().waitFor();
  const more = page.locator('.tree a.m[data-node]').first();
  await more.click();
  await page.waitForFunction(() => !document.querySelector('.tree [aria-busy]'));
  for (const view of ['paths', 'pretty', 'sent', 'hex']) {
    await openView(page, view);
    assert.ok(await page.evaluate(() => document.querySelectorAll('*').length) < 4000, view);
  }
});

test('nothing, bytes and other alphabets are shown as what they are', async ({ server, page, go }) => {
  await server.send('/shop', '', {}, 'DELETE');
  await go('/shop?inspect');
  assert.match(await bodyText(page), /The request has no body/);
  await server.send('/shop', Buffer.from([0, 1, 2, 0xff, 0xfe, 0x80, 0x7f, 0, 0, 9]), { 'Content-Type': 'application/octet-stream' });
  await go('/shop?inspect');
  assert.deepEqual(await views(page), ['hex']);
  assert.match(await bodyText(page), /00000000 {2}00 01 02 ff fe 80 7f 00/);
  await server.send('/shop', Buffer.from('caf\xe9', 'latin1'), { 'Content-Type': 'text/plain; charset=iso-8859-1' });
  await go('/shop?inspect');
  assert.match(await bodyText(page), /café/);
  await isLive(page);
});
