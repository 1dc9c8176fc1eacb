// Pages held against axe.

import assert from 'node:assert/strict';

import { AxeBuilder } from '@axe-core/playwright';

import { PHONE, WIDE } from './harness.mjs';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Holds a page against axe, in both themes and at both widths. */
export async function clean(page, what) {
  for (const colorScheme of ['light', 'dark']) {
    for (const size of [WIDE, PHONE]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(size);
      const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
      const found = violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(' ')}`);
      assert.deepEqual(found, [], `${what}, ${colorScheme}, ${size.width}`);
    }
  }
}
