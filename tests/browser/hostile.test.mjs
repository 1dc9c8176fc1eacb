import assert from 'node:assert/strict';

import { test } from './harness.mjs';

const EVIL = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '</template><svg onload=alert(1)>',
  "'; alert(1); //",
  'javascript:alert(1)',
  '{{constructor.constructor("alert(1)")()}}',
  '‮gnp.exe⁦',
  '</title></textarea></style><iframe src=//x>',
  'k'.repeat(10_000),
];

test('what a sender writes is shown as text, wherever it writes it', async ({ server, page, go }) => {
  const header = (text) => encodeURIComponent(text).slice(0, 200);
  for (const text of EVIL) {
    const body = { type: text.slice(0, 90), [text]: text, list: [text, { [text]: null }] };
    await server.post(`/x/${encodeURIComponent(text).slice(0, 500)}?q=${header(text)}`, body, { 'X-Evil': header(text) });
    await server.post('/form', `a=${encodeURIComponent(text)}&${encodeURIComponent(text)}=1`, { 'Content-Type': 'application/x-www-form-urlencoded' });
    await server.post('/keys', { event: 'evil.keys', [text]: text, deep: { [text]: [{ [text]: 1 }] } });
    await server.post('/text', text, { 'Content-Type': 'text/html' });
  }
  await go('/?inspect');
  const rows = await page.locator('#rows a').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  assert.equal(rows.length, EVIL.length * 4);
  await go('/?inspect&shape');
  const shapes = await page.locator('tbody th a').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  assert.ok(shapes.length > 0);
  for (const row of [...rows, '/?inspect&shape=', ...shapes]) {
    for (const view of row.includes('shape=') ? [''] : ['', '&view=paths', '&view=pretty', '&view=sent']) {
      await go(row + view);
      const foreign = await page.evaluate(() => document.querySelectorAll(
        'script:not([src^="/-/static/"]), iframe, object, embed, img:not([src^="/-/static/"]), [onerror], [onload], [onclick], a[href^="javascript:"], base, style',
      ).length);
      assert.equal(foreign, 0, row + view);
    }
  }
  await go('/form?inspect');
  assert.match(await page.locator('#body').innerText(), /alert\(1\)|kkkk/);
});
