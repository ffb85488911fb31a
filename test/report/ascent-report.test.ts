import { describe, expect, it } from 'vitest';
import { renderAscentReport } from '../../src/report/ascent-report.ts';
import { fakeAscent, fault, withPictures, type FakeAscent } from './fake-ascent.ts';
import { parsePage, type PageElement } from './page.ts';

const flat = (element: PageElement | null | undefined) => element?.textContent.replaceAll(/\s+/g, ' ').trim();

function reportOf(fake: FakeAscent = {}, change: Partial<ReturnType<typeof withPictures>> = {}) {
  const page = renderAscentReport({ ...withPictures(fakeAscent(fake)), ...change });
  const document = parsePage(page);
  const headings = [...document.querySelectorAll('h2')].map(({ textContent }) => textContent);
  return { page, document, headings, text: flat(document) ?? '' };
}

const rowsOf = (document: PageElement, table: string) =>
  [...document.querySelectorAll(`${table} tr`)].map((row) =>
    [...row.querySelectorAll('th, td')].map((cell) => flat(cell)),
  );

describe('renderAscentReport', () => {
  it('shows what the ascent came to, its settings, adapter and kernels', () => {
    const { text, document } = reportOf();
    expect(document.querySelector('h1')?.textContent).toBe('fake fool ascend: lenet-mnist, gradient ascent');
    for (const part of [
      '3 objectives over at most 40 steps, seed 1',
      '3 of 33 at 99 % or more',
      'images a second 434',
      'an objective takes 3.25 s',
      'Gaussian noise of standard deviation 1 byte',
      'step size 0.1',
      'momentum 0.9',
      'moved by up to 2 pixels, turned by up to 5°, scaled by up to 10 %',
      'until 99.99900 %',
      'no GPU was found',
      'register16x2',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('not complete');
  });

  it('has a section for what there is, and none for what there is not', () => {
    const always = [
      'The best image of each objective',
      'From the start to the image',
      'Milestones',
      'Over the iterations',
      'Settings',
      'Adapter and kernels',
    ];
    expect(reportOf().headings).toEqual(always);
    expect(new Set(reportOf({ trials: 8, fromPicture: true, faulty: 1 }).headings)).toEqual(
      new Set([
        ...always,
        'The trials side by side',
        'Distance from the picture at the start',
        'Objectives that ended early',
      ]),
    );
  });

  it('shows each picture with its confidence and the iterations at which it came so far', () => {
    const { document } = reportOf({ steps: 10 });
    const figures = [...document.querySelectorAll('.elite')];
    expect(figures).toHaveLength(3);
    expect(flat(figures[2])).toBe('2 99.958 % named 2 90 % 3 99 % 6 99.9 % 9 99.99 % – this image 10 of 10');
    expect(figures[0]?.querySelector('img')?.getAttribute('src')).toBe('data:image/png;base64,iVBORwA=');
    for (const image of document.querySelectorAll('.elite img'))
      expect(image.getAttribute('alt')).toContain('Image climbed for class');
  });

  it('names a unit by its objective, and what the network names there', () => {
    const { document } = reportOf({ unit: true });
    const [unit] = [...document.querySelectorAll('.elite')].slice(-1);
    expect(flat(unit)).toBe('conv2:12,6,6 -3 → 12.5 named 7 this image 40 of 40');
    expect(rowsOf(document, '.columns').find(([name]) => name === 'class named')?.[1]).toBe('2 of 2');
  });

  it('of units alone has no milestones of classes, but values', () => {
    const { headings, text, document } = reportOf({ objectives: 1, unit: true });
    expect(headings).not.toContain('Milestones');
    expect(text).toContain('value 12.5-3 at the start');
    const labels = [...document.querySelectorAll('.plots svg[aria-label]')].map((svg) =>
      svg.getAttribute('aria-label'),
    );
    expect(labels.join()).not.toContain('confidence');
    expect([...document.querySelectorAll('.strip figure')].map(flat)).toEqual(['0 -3', '4 1', '16 13']);
    expect(text.replace(/Settings.*/, '')).not.toMatch(/median confidence|99\.99 %/);
  });

  it('shows adversarial examples before, after and by how much they were changed', () => {
    const attacked = ['success', 'failure', 'already', 'success'] as const;
    const { document, text, headings } = reportOf({ objectives: 4, attacked });
    expect(document.querySelector('h1')?.textContent).toContain('adversarial examples');
    expect(headings).not.toContain('The best image of each objective');
    expect(text).toContain('success 66.7 %2 of 3 attacks, 1 so before');
    const [first, second, third] = [...document.querySelectorAll('.attack')];
    expect(flat(first)).toBe(
      '7/0.png: away from class 7 7 99.9900 % 3 75.00 % difference × 12 success l2 51 bytes (51/255 = 0.200) l∞ 8 bytes (8/255 = 0.031) iteration 40 of 40',
    );
    expect(flat(second)).toContain('no success');
    expect(flat(third)).toContain('it was so before');
    expect(first!.querySelectorAll('img')).toHaveLength(3);
    const table = rowsOf(document, 'section:has(.attack) .columns');
    expect(table.slice(1)).toEqual([
      ['7', '3', '3', '2', '66.7 %', '128', '8'],
      ['1', '1', '0', '0', '–', '–', '–'],
    ]);
    expect([...document.querySelectorAll('.strip figure')].map(flat)).toEqual([
      '0: 5 10.00 %',
      '4: 0 99.9910 %',
      '16: 0 > 99.99999 %',
    ]);
  });

  it('shows no more adversarial examples than a page bears', () => {
    const attacked = Array.from({ length: 70 }, () => 'success' as const);
    const { document, text } = reportOf({ objectives: 70, attacked, label: (index) => String(index) });
    expect(document.querySelectorAll('.attack')).toHaveLength(60);
    expect(text).toContain('The first 60 of 70');
  });

  it('shows a film strip with the confidence of each of its iterations', () => {
    const { document } = reportOf();
    expect([...document.querySelectorAll('.strip figure')].map(flat)).toEqual([
      '0 10.00 %',
      '4 99.9910 %',
      '16 > 99.99999 %',
    ]);
    expect(flat(reportOf({}, { history: [] }).document.querySelector('.strip figcaption'))).toBe('0');
  });

  it('counts who reached a milestone, and when in the median', () => {
    const { document } = reportOf({ steps: 10 });
    expect(rowsOf(document, '.columns')).toEqual([
      ['confidence', 'reached by', 'median iteration', 'first', 'last'],
      ['class named', '3 of 3', '2', '2', '2'],
      ['90 %', '3 of 3', '2', '1', '3'],
      ['99 %', '3 of 3', '4', '2', '6'],
      ['99.9 %', '3 of 3', '6', '3', '9'],
      ['99.99 %', '2 of 3', '6', '4', '8'],
    ]);
  });

  it('draws value, confidence, nines, gradient and image over the iterations', () => {
    const { document } = reportOf();
    const labels = [...document.querySelectorAll('.plots svg[aria-label]')].map((svg) =>
      svg.getAttribute('aria-label'),
    );
    expect(labels).toEqual(
      ['value', 'confidence', 'confidence', 'gradient norm', 'image norm'].map(
        (what) => `${what} of each objective against iteration`,
      ),
    );
    expect(reportOf({ objectives: 31 }).page).toContain('middle 80 % of the objectives');
  });

  it('compares the two kinds of fooling by the distance from the start', () => {
    const { document, text } = reportOf({ fromPicture: true });
    expect(text).toContain('l2 100 bytes (100/255 = 0.392), l∞ 4 bytes (4/255 = 0.016) from the start');
    const table = rowsOf(document, '.columns').filter(([name]) => name?.includes('seen'));
    expect(table.map(([name, images, , , l2, linf]) => [name, images, l2, linf])).toEqual([
      ['seldom seen: adversarial', '2', '150', '6'],
      ['seen: another image', '1', '300', '12'],
    ]);
    expect(text).toContain('no value changed by more than 12 bytes');
  });

  it('lists what ended early, and why', () => {
    expect(reportOf({ faulty: 1 }).text).toContain(`Objectives that ended early 1 ${fault}`);
  });

  it('draws the network of a climbed CPPN', () => {
    expect(reportOf({ genomes: true }).document.querySelectorAll('.elite details svg.cppn')).toHaveLength(3);
  });

  it('marks an ascent that was interrupted or killed', () => {
    const folder = fakeAscent({ trials: 3 });
    const killed = reportOf({ trials: 3 }, { summary: undefined, rows: folder.rows.slice(0, 2) }).text;
    expect(killed).toContain(
      'not complete: 2 of 3 objectives have an image (trial 1 of 3, iteration 40 of its batch). Unless it is still running, go on with fool ascend --resume',
    );
    expect(reportOf({}, { summary: { ...folder.summary, complete: false } }).text).toContain('not complete');
  });

  it('does without progress, history, pictures and rows', () => {
    const nothing = { progress: [], rows: [], history: [], pictures: new Map(), frames: new Map() };
    const { document, text } = reportOf({}, { ...nothing, summary: undefined });
    expect(document.querySelectorAll('.plots, .strip')).toHaveLength(0);
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
    expect(reportOf({}, { pictures: new Map() }).text).toContain('no picture');
  });

  it('does for one objective and for two hundred', () => {
    expect(reportOf({ objectives: 1 }).document.querySelectorAll('.elite')).toHaveLength(1);
    const { document, page, text } = reportOf({ objectives: 200, steps: 2000 });
    expect(document.querySelectorAll('.elite')).toHaveLength(200);
    expect(page.length).toBeLessThan(2_000_000);
    expect(text).toContain('and 180 more');
  });

  it('needs nothing from elsewhere', () => {
    const { page, document } = reportOf({ trials: 8, genomes: true });
    expect(document.querySelectorAll('script, link, iframe, object')).toHaveLength(0);
    expect(page.match(/(?:src|href)="(?!data:|#)[^"]*"|url\(|@import/g)).toBeNull();
  });

  it('keeps hostile text of any file as text', () => {
    const hostile = `</title></style><script>alert(1)</script><img src=x onerror="alert(2)">'"&`;
    const { run, rows, trials } = fakeAscent({ label: () => hostile, fromPicture: true, trials: 8 });
    const settings = {
      ...run.settings,
      model: hostile,
      start: { from: 'picture', file: hostile, sha256: hostile, noise: 1 },
      objectives: run.settings.objectives.map((one) => ({ ...one, name: hostile, watched: null })),
    } as const;
    const { document } = reportOf(
      {},
      {
        rows: rows.map((row) => ({ ...row, objective: hostile, fault: hostile })),
        trials: trials.map((trial) => ({ ...trial, name: hostile })),
        run: {
          ...run,
          settings,
          version: hostile,
          started: hostile,
          model: { ...run.model, name: hostile, architecture: hostile, sha256: hostile },
          adapter: { ...run.adapter, name: hostile, description: hostile, reason: hostile },
          variants: { [hostile]: hostile },
        },
      },
    );
    expect(document.querySelectorAll('script, [onerror], img[src="x"]')).toHaveLength(0);
    expect(document.querySelector('.elite strong')?.textContent).toBe(hostile);
    expect(document.querySelector('h1')?.textContent).toContain(hostile);
  });
});

describe('the trials side by side', () => {
  it('stand in a table with the settings in which they differ, the best marked', () => {
    const { document } = reportOf({ trials: 3 });
    const rows = rowsOf(document, 'section:has(.matrix) .columns');
    expect(rows[0]).toEqual([
      'trial',
      'median confidence',
      'reached 99.99 %',
      'median iterations',
      'step size',
      'blur radius',
      'blur every',
    ]);
    expect(rows[1]).toEqual(['trial 0 (best)', '> 99.99999 %', '3 of 3', '4', '0.1', '–', '–']);
    expect(rows[2]?.slice(4)).toEqual(['0.2154', '0.5', '4']);
    expect([...document.querySelectorAll('.columns .marked')].map(flat)).toHaveLength(1);
  });

  it('show their pictures of the first objectives, of the best trials where there are many', () => {
    const { document } = reportOf({ trials: 3, objectives: 8 });
    const matrix = rowsOf(document, '.matrix');
    expect(matrix.map((row) => row.length)).toEqual([4, 4, 4, 4, 4, 4, 4]);
    expect(matrix[1]).toEqual(['0', '> 99.99999 %', '> 99.99999 %', '> 99.99999 %']);
    expect(document.querySelectorAll('.matrix img')).toHaveLength(18);
    const many = rowsOf(reportOf({ trials: 20 }).document, '.matrix')[0];
    expect(many).toEqual(['', ...Array.from({ length: 12 }, (_, trial) => `trial ${String(trial)}`)]);
  });

  it('are scattered over each setting from eight on', () => {
    const labels = (trials: number) =>
      [...reportOf({ trials }).document.querySelectorAll('.plots svg[aria-label]')]
        .map((svg) => svg.getAttribute('aria-label'))
        .filter((label) => !label?.includes('iteration of') && !label?.endsWith('against iteration'));
    expect(labels(7)).toEqual([]);
    expect(labels(9)).toEqual([
      'confidence (nines) against step rule',
      'median iterations to 99.99 % against step rule',
      'confidence (nines) against step size',
      'median iterations to 99.99 % against step size',
    ]);
  });

  it('mark the best so far of an ascent without a summary', () => {
    const { trials } = fakeAscent({ trials: 3, steps: 10 });
    const better = trials.map((trial, index) => (index === 2 ? { ...trial, medianConfidence: 1 } : trial));
    const { document } = reportOf({ trials: 3 }, { trials: better, summary: undefined });
    expect(flat(document.querySelector('.columns .marked th'))).toBe('trial 2 (best)');
  });
});
