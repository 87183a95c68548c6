import type { Page } from 'playwright-core';

const MOST_TABS = 120;

/** What has the focus, as a reader of the screen would say it. Text, because a test knows no document. */
const NAME_OF_FOCUS = `(() => {
  const at = document.activeElement;
  if (at === null || at === document.body) return '';
  const label = at.getAttribute('aria-label') ?? at.labels?.[0]?.innerText ?? at.innerText ?? '';
  return label.replace(/\\s*\\*$/, '').trim();
})()`;

/** How it and what stands around it look: an input shows its focus by its border, a radio button by what is beside it. */
const LOOKS = `(at) => [at, at.parentElement, at.nextElementSibling, at.previousElementSibling].map((one) => {
  if (one === null) return '';
  const { outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor } = getComputedStyle(one);
  return [outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor].join(' ');
}).join('|')`;

/**
 * Goes on by the Tab key alone until that has the focus.
 * @throws Error when it cannot be reached, or when nobody could see that it has the focus
 */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const passed: string[] = [];
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    const here = await page.evaluate<string>(NAME_OF_FOCUS);
    if (typeof name === 'string' ? here === name : name.test(here)) return requireVisible(page, here);
    passed.push(here);
    await page.keyboard.press('Tab');
  }
  throw new Error(`no Tab leads to ${String(name)}; passed were ${[...new Set(passed)].join(' · ')}`);
}

/** Of a list that is open or opens, by the arrows and Enter. */
export async function choose(page: Page, option: string): Promise<void> {
  const at = page.locator('[data-combobox-selected]:visible');
  for (let steps = 0; steps < MOST_TABS; steps += 1) {
    const here = (await at.count()) === 0 ? '' : await at.first().innerText();
    if (here === option) return page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
  }
  throw new Error(`no arrow leads to ${option}`);
}

async function requireVisible(page: Page, name: string): Promise<void> {
  const differs = await page.evaluate<boolean>(`(async () => {
    const looks = ${LOOKS};
    const at = document.activeElement;
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    // What fades in or out does so as an animation of the page: whatever is shown then stays.
    const settled = async () => {
      await frame();
      const ending = document.getAnimations().filter(({ effect }) => Number.isFinite(effect.getComputedTiming().endTime));
      await Promise.allSettled(ending.map(({ finished }) => finished));
      await frame();
    };
    await settled();
    const focused = looks(at);
    at.blur();
    await settled();
    const blurred = looks(at);
    at.focus();
    return focused !== blurred;
  })()`);
  if (!differs) throw new Error(`${name} has the focus, and nobody sees it`);
}
