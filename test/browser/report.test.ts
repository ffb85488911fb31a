/** A report of many classes in a browser: filtered, sorted, and read on a narrow screen. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'puppeteer-core';
import { mean } from 'simple-statistics';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { renderExperiment } from '../../src/experiments/experiment-page.ts';
import type { ConclusionRecord, ExperimentRecord } from '../../src/experiments/experiment-record.ts';

import { FileStorage } from '../../src/node/file-storage.ts';
import { decodeImage } from '../../src/node/image-file.ts';
import { writeReport } from '../../src/node/report-files.ts';
import { fakeRun } from '../report/fake-run.ts';
import { openBrowser, type OpenedBrowser } from '../support/chromium.ts';
import { sized, writeRunFolder } from '../support/run-folders.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-report-'));
let opened: OpenedBrowser;
let tab: Page;

beforeAll(async () => {
  const label = (index: number) => `n${String(index).padStart(8, '0')} thing ${String(index)}, matter`;
  const input = sized(fakeRun({ classes: 40, generations: 40, encoding: 'direct', label }), [1, 28, 28]);
  await writeRunFolder(root, input);
  await writeReport(new FileStorage(root), root);
  opened = await openBrowser();
  tab = await opened.browser.newPage();
  await tab.goto(pathToFileURL(join(root, 'report.html')).href);
});

afterAll(async () => {
  await opened.close();
  rmSync(root, { recursive: true, force: true });
});

const shown = (): Promise<unknown> =>
  tab.evaluate('[...document.querySelectorAll(".elite:not([hidden]) strong")].map((one) => one.textContent)');

it('is filtered by words and by number, and sorted', async () => {
  await tab.type('#words', 'thing 3');
  const withThree = [...Array(40).keys()].filter((index) => String(index).includes('3'));
  expect(await shown()).toEqual(withThree.map((index) => `thing ${String(index)}`));
  await tab.click('#words', { count: 3 });
  await tab.type('#words', '7');
  expect(await shown()).toEqual(['thing 7']);
  expect(await tab.evaluate('count.textContent')).toBe('1 of 40 pictures');
  await tab.click('#words', { count: 3 });
  await tab.type('#words', 'matter 2');
  // Classes of higher numbers are less sure.
  await tab.select('#order', 'least-sure');
  expect(await shown()).toEqual(
    ['32', '29', '28', '27', '26', '25', '24', '23', '22', '21', '20', '12', '2'].map(
      (one) => `thing ${one}`,
    ),
  );
  await tab.select('#order', 'class');
  await tab.click('#words', { count: 3 });
  await tab.type('#words', 'nobody');
  expect(await shown()).toEqual([]);
  expect(await tab.evaluate('nothing.checkVisibility()')).toBe(true);
});

it('shows a class that its address names below what stays at the top', async () => {
  const page = await opened.browser.newPage();
  await page.goto(`${pathToFileURL(join(root, 'report.html')).href}#class-30`);
  const [top, bottom] = (await page.evaluate(
    '[document.getElementById("class-30").getBoundingClientRect().top, chooser.getBoundingClientRect().bottom]',
  )) as [number, number];
  expect(top).toBeGreaterThanOrEqual(bottom);
  expect(top).toBeLessThan(bottom + 100);
  await page.close();
});

it('draws a network when it is opened, and shows pictures with and without their files', async () => {
  const folder = join(root, 'colour');
  await writeRunFolder(folder, sized(fakeRun({ classes: 130, generations: 3 }), [3, 160, 160]));
  await writeReport(new FileStorage(folder), folder);
  const alone = join(root, 'alone');
  mkdirSync(alone);
  copyFileSync(join(folder, 'report.html'), join(alone, 'report.html'));
  const page = await opened.browser.newPage();
  const failed: string[] = [];
  page.on('pageerror', (error) => failed.push(String(error)));
  for (const where of [folder, alone]) {
    await page.goto(pathToFileURL(join(where, 'report.html')).href);
    // By the element, not by its place: what is above it may still be laid out.
    await page.evaluate('document.querySelector("#class-7 summary").click()');
    await page.waitForSelector('#class-7 svg.cppn');
    expect(await page.evaluate('document.querySelectorAll("svg.cppn").length')).toBe(1);
    expect(await page.evaluate('document.querySelector("svg.cppn").getAttribute("aria-label")')).toMatch(
      /^Network of 7: \d+ nodes/,
    );
    // Painted once its sheet is decoded, which takes a moment on a busy machine.
    await vi.waitFor(
      async () => {
        const shot = await (await page.$('#class-8 .thumbnail'))!.screenshot();
        // The picture has all values equally often, an empty place is white.
        expect(Math.abs(mean([...decodeImage(shot, 'screenshot').bytes]) - 127)).toBeLessThan(15);
      },
      { timeout: 20_000, interval: 300 },
    );
  }
  expect(failed).toEqual([]);
  await page.close();
});

it('has no page that scrolls sideways, whatever classes are called', async () => {
  const labels = ['x'.repeat(300), '<b>bold</b> & "quoted"', 'סמכה זהב', '🐟', ''];
  const folder = join(root, 'odd');
  await writeRunFolder(folder, sized(fakeRun({ classes: 5, label: (index) => labels[index]! }), [1, 28, 28]));
  await writeReport(new FileStorage(folder), folder);
  const page = await opened.browser.newPage();
  for (const width of [1200, 390]) {
    await page.setViewport({ width, height: 800 });
    await page.goto(pathToFileURL(join(folder, 'report.html')).href);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  }
  await page.close();
});

it('has the figures of an experiment beside what they are of on a narrow screen', async () => {
  const what = 'evaluations until half of the classes have 99.99 %, CPPN EA + gradient';
  const page = await opened.browser.newPage();
  await page.setViewport({ width: 390, height: 800 });
  const record = { name: 'compare-search', scale: 'quick', settings: {}, version: '0.1.0', started: '' };
  const conclusion = { title: 'Search', section: '§3', about: 'Searches', cost: [], remarks: [] };
  const rows = [{ what, paper: 'not in the paper', here: '99.970 % (95 % interval 99.955 % to 99.983 %)' }];
  await page.setContent(
    renderExperiment({ format: 1, ...record, mark: 'abad1dea' } as ExperimentRecord, {}, {
      ...conclusion,
      rows,
      differences: [],
      figures: [],
    } as unknown as ConclusionRecord),
  );
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  const left = await page.evaluate(
    'document.querySelector(".sentences tbody td:last-child").getBoundingClientRect().left',
  );
  expect(left).toBeLessThan(390 - 64);
  await page.close();
});

it('fits a narrow screen, with plots that can be read', async () => {
  await tab.setViewport({ width: 390, height: 844 });
  expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(390);
  const heights = (await tab.evaluate(
    `[...document.querySelectorAll('svg.framed')].map((svg) =>
      parseFloat(getComputedStyle(svg).fontSize) * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width)`,
  )) as number[];
  expect(heights.length).toBeGreaterThan(3);
  for (const height of heights) expect(height).toBeGreaterThan(10);
  // No tick is cut off at the left.
  const lefts = (await tab.evaluate(
    `[...document.querySelectorAll('svg.framed text')].map((text) =>
      text.getBoundingClientRect().left - text.closest('svg').getBoundingClientRect().left)`,
  )) as number[];
  expect(Math.min(...lefts)).toBeGreaterThanOrEqual(0);
});
