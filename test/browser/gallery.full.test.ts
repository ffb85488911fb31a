/** A gallery from disk in a real browser: without a server, without a network. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { fool } from '../cli/fool.ts';
import { fakeAscent } from '../report/fake-ascent.ts';
import { fakeRun } from '../report/fake-run.ts';
import { openBrowser, type OpenedBrowser } from '../support/chromium.ts';
import { sized, writeAscentFolder, writeRunFolder } from '../support/run-folders.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-gallery-page-'));
const at = (name: string) => join(root, name);
const hostile = `<img src=x onerror="document.title='taken'">`;
let opened: OpenedBrowser;
let tab: Page;
let complaints: string[];

beforeAll(async () => {
  const evolved = fakeRun({ classes: 30, label: (n) => (n === 4 ? hostile : `thing ${String(n)}`) });
  await writeRunFolder(at('evolved'), sized(evolved, [3, 140, 140]));
  const elites = evolved.cells.map(({ class: number, confidence, id }) => {
    return { id: id + 200, parent: id, from: 7, class: number, confidence, generation: 1 };
  });
  const cells = evolved.cells.map((cell) => ({ ...cell, id: cell.id + 200, parent: cell.id }));
  const first = elites.map((elite) => ({
    ...elite,
    id: elite.id - 200,
    parent: null,
    from: null,
    class: 7,
    generation: 0,
  }));
  writeFileSync(join(at('evolved'), 'archive.json'), JSON.stringify(cells));
  writeFileSync(
    join(at('evolved'), 'lineage.json'),
    JSON.stringify({ format: 1, ancestors: [...first, ...elites] }),
  );
  await writeRunFolder(at('direct'), fakeRun({ encoding: 'direct' }));
  await writeAscentFolder(at('climbed'), fakeAscent());
  const folders = ['evolved', 'direct', 'climbed'].map(at);
  const { code, err } = await fool('report', '--gallery', ...folders, '--out', at('gallery'), '--no-judge');
  expect(code, err).toBe(0);
  opened = await openBrowser();
}, 120_000);

beforeEach(async () => {
  complaints = [];
  tab = await opened.browser.newPage();
  tab.on('pageerror', (error) => complaints.push(String(error)));
  tab.on('console', (message) => complaints.push(message.text()));
  tab.on('request', (request) => {
    if (!request.url().startsWith('file:')) complaints.push(request.url());
  });
  await tab.goto(pathToFileURL(join(at('gallery'), 'index.html')).href);
  await tab.waitForSelector('.card');
  return async () => {
    await tab.close();
    expect(complaints).toEqual([]);
  };
});

afterAll(async () => {
  await opened.close();
  rmSync(root, { recursive: true, force: true });
});

const text = async (selector: string) =>
  (await tab.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`)) as string;
const focused = (): Promise<unknown> =>
  tab.evaluate('document.activeElement.closest(".card")?.dataset.place');

it('filters as somebody types and chooses, and counts what is shown', async () => {
  expect(await text('#count')).toBe('36 of 36 pictures');
  await tab.type('#words', 'thing 2');
  // thing 2, 12, 20 to 29
  expect(await text('#count')).toBe('12 of 36 pictures');
  await tab.select('#method', 'ascent');
  expect(await text('#count')).toBe('0 of 36 pictures');
  expect(await tab.evaluate('nothing.checkVisibility()')).toBe(true);
  await tab.keyboard.press('Escape');
  await tab.click('#words', { count: 3 });
  await tab.keyboard.press('Backspace');
  expect(await text('#count')).toBe('3 of 36 pictures');
});

it('is walked through by keys alone', async () => {
  await tab.focus('.card[data-place="0"] button');
  await tab.keyboard.press('ArrowRight');
  expect(await focused()).toBe('1');
  await tab.keyboard.press('End');
  expect(await focused()).toBe('35');
  await tab.keyboard.press('Home');
  await tab.keyboard.press('Enter');
  await tab.waitForSelector('dialog[open]');
  const first = await text('#viewer-title');
  await tab.keyboard.press('ArrowRight');
  expect(await text('#viewer-title')).not.toBe(first);
  await tab.keyboard.press('Escape');
  await tab.waitForSelector('dialog:not([open])');
  expect(await focused()).toBe('1');
});

it('shows a network, its lineage, and why there are no bars', async () => {
  await tab.type('#words', 'thing 3');
  await tab.select('#run', '0');
  await tab.select('#order', 'class');
  await tab.click('.card button');
  await tab.waitForSelector('#viewer-more svg.cppn');
  await tab.waitForFunction('document.querySelector("#viewer figure img").naturalWidth === 140');
  const cells = (await tab.evaluate(
    '[...document.querySelectorAll(".line tbody td")].map(({ textContent }) => textContent)',
  )) as string[];
  expect([cells[1], cells[3], cells[5], cells[7]]).toEqual(['thing 3', '203', 'thing 7', '3']);
  expect(await text('#viewer-detail')).toMatch(/Not judged afresh: .*--no-judge/);
});

it('says the size of a direct genome, and what was climbed', async () => {
  await tab.select('#method', 'direct');
  await tab.click('.card button');
  await tab.waitForFunction('document.querySelector("#viewer-more").textContent.includes("784 genes")');
  await tab.keyboard.press('Escape');
  await tab.select('#method', 'ascent');
  await tab.click('.card button');
  await tab.waitForFunction('document.querySelector("#viewer-detail").textContent.includes("class 0")');
});

it('takes a hostile label for text', async () => {
  await tab.type('#words', 'onerror');
  await tab.click('.card button');
  await tab.waitForSelector('#viewer-more svg.cppn');
  expect(await text('#viewer-title')).toBe(hostile);
  expect(await tab.title()).toMatch(
    /^Gallery · fool report --gallery · [\d,]+ pictures of \d+ runs? of \d+ models?$/,
  );
  expect(await tab.evaluate('document.querySelectorAll("[onerror]").length')).toBe(0);
});
