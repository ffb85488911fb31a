import { describe, expect, it } from 'vitest';
import { renderReport } from '../../src/report/evolution-report.ts';
import { fakeRun, type FakeRun } from './fake-run.ts';
import { parsePage, type PageElement } from './page.ts';

function reportOf(fake: FakeRun = {}, change: Partial<ReturnType<typeof fakeRun>> = {}) {
  const page = renderReport({ ...fakeRun(fake), ...change });
  const document = parsePage(page);
  return { page, document, text: document.textContent.replaceAll(/\s+/g, ' ') };
}

describe('renderReport', () => {
  it('shows model, encoding, summary numbers, settings, adapter, variants and stages', () => {
    const { page, text, document } = reportOf();
    expect(document.querySelector('h1')?.textContent).toBe('fake fool evolve: lenet-mnist, CPPN encoding');
    expect(page).toContain('<title>fake · fool evolve · lenet-mnist, CPPN encoding</title>');
    for (const part of [
      '5 generations of 200 images each',
      'fool evolve --model lenet-mnist --encoding cppn --generations 5 --population 200 --seed 1 --out fake',
      'lowest 95.82 %: 2',
      'evaluations per second 434',
      '1 min 32 s',
      'no GPU was found',
      'register16x2',
      'evaluate network',
      '75.3 %',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('not complete');
  });

  it('shows every picture with its label, confidence, generation, goal switches and an alternative text', () => {
    const { document } = reportOf();
    const figures = [...document.querySelectorAll('.elite')];
    expect(figures).toHaveLength(3);
    expect(figures[0]?.textContent.replaceAll(/\s+/g, ' ')).toContain(
      '099.9910 % generation 1, 2 goal switches',
    );
    expect(figures[0]?.querySelector('img')?.getAttribute('src')).toBe('data:image/png;base64,iVBORwA=');
    for (const image of document.querySelectorAll('img'))
      expect(image.getAttribute('alt')).toContain('Image that');
  });

  it('is printed in dark letters, without the form that filters', () => {
    const { page } = reportOf();
    expect(page).not.toMatch(/@media \(prefers-color-scheme/);
    expect(/@media print \{[\s\S]*?\n\}/.exec(page)?.[0]).toContain('.chooser { display: none; }');
  });

  it('needs nothing from elsewhere', () => {
    const { page, document } = reportOf();
    expect(document.querySelectorAll('script, link, iframe, object')).toHaveLength(0);
    expect(page.match(/(?:src|href)="(?!data:|#)[^"]*"|url\(|@import/g)).toBeNull();
  });

  it('draws the network of each elite, and of many when one is opened', () => {
    expect(reportOf().document.querySelectorAll('.networks svg.cppn')).toHaveLength(3);
    const many = reportOf({ classes: 31 }, { script: '' }).document;
    expect(many.querySelectorAll('.networks, svg.cppn')).toHaveLength(0);
    expect(many.querySelectorAll('.elite details[data-network]')).toHaveLength(31);
    expect(many.querySelectorAll('#networks')).toHaveLength(1);
    const { document, text } = reportOf({ classes: 31 });
    expect(document.querySelectorAll('details, #networks')).toHaveLength(0);
    expect(text).toContain('too many for this page');
  });

  it('says that the direct encoding has no network', () => {
    const { text, document } = reportOf({ encoding: 'direct' });
    expect(text).toContain('no network to show');
    expect(document.querySelectorAll('svg.cppn')).toHaveLength(0);
  });

  it('shows commands that a shell takes as they stand, whatever the run is called', () => {
    const cells = fakeRun().cells.map((cell) => ({ ...cell, parent: null, generation: 0 }));
    const ancestors = cells.map(({ id, class: number, confidence }) => ({
      ...{ id, class: number, confidence },
      ...{ parent: null, from: null, generation: 0 },
    }));
    const input = { ...fakeRun(), name: "it's $HOME", cells, lineage: { ancestors } };
    const text = parsePage(renderReport(input)).textContent.replaceAll(/\s+/g, ' ');
    expect(text).toContain(String.raw`--out 'it'\''s $HOME'`);
    expect(text).toContain(String.raw`fool report 'it'\''s $HOME' --lineage 0`);
  });

  it('marks a run that was interrupted or killed', () => {
    const { summary, run } = fakeRun();
    const settings = { ...run.settings, generations: 2000 };
    const killed = renderReport({ ...fakeRun(), run: { ...run, settings }, summary: undefined });
    expect(killed.replaceAll(/\s+/g, ' ')).toContain(
      'not complete:</strong> 5 of 2,000 generations are done. Unless it is still running, go on with <code>--resume',
    );
    expect(reportOf({}, { summary: { ...summary, complete: false } }).text).toContain('not complete');
  });

  it('does without progress, pictures and cells', () => {
    const { document } = reportOf({}, { progress: [], cells: [], pictures: new Map() });
    expect(document.querySelectorAll('.plots')).toHaveLength(0);
    expect(reportOf({}, { pictures: new Map() }).text).toContain('no picture');
  });

  it('keeps hostile text of any file as text', () => {
    const hostile = `</title></style><script>alert(1)</script><img src=x onerror="alert(2)">'"&`;
    const { run, cells } = fakeRun({ label: () => hostile });
    const { document } = reportOf(
      {},
      {
        cells,
        run: {
          ...run,
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

  it('has the curves of many classes first, and contents that lead to every section', () => {
    const headings = (document: PageElement) =>
      [...document.querySelectorAll('h2')].map(({ textContent }) => textContent);
    const [pictures, curves] = ['The most convincing image of each class', 'Confidence over the generations'];
    expect(headings(reportOf({ encoding: 'direct' }).document).slice(0, 2)).toEqual([pictures, curves]);
    const { document } = reportOf({ classes: 31, encoding: 'direct' });
    expect(headings(document).slice(0, 2)).toEqual([curves, pictures]);
    const links = [...document.querySelectorAll('nav a')];
    expect(links.map(({ textContent }) => textContent)).toEqual(headings(document));
    for (const link of links)
      expect(document.querySelector(link.getAttribute('href') ?? '')?.querySelector('h2')?.textContent).toBe(
        link.textContent,
      );
  });

  it('ranks many classes by log-odds, marks ties, and says which are one image', () => {
    const { cells } = fakeRun({
      classes: 31,
      encoding: 'direct',
      label: (index) => `thing ${String(index)}`,
    });
    const changed = cells.map((cell, index) => {
      if (index < 2) return { ...cell, confidence: 1, logOdds: 30 + index };
      return index < 5 ? { ...cell, id: 77, confidence: 0.95, logOdds: 2.9 } : { ...cell, confidence: 0.5 };
    });
    const { document } = reportOf({ classes: 31, encoding: 'direct' }, { cells: changed });
    const captions = [...document.querySelectorAll('.elite figcaption')].map(({ textContent }) =>
      textContent.replaceAll(/\s+/g, ' '),
    );
    expect(captions[0]).toContain('rank 2 of 31 generation');
    expect(captions[1]).toContain('rank 1 of 31 generation');
    expect(captions[2]).toContain('rank 3 of 31, tied with 2 others');
    expect(captions[3]).toContain('also the elite of thing 2 and thing 4');
    expect(captions[30]).toContain('rank 6 of 31, tied with 25 others');
  });

  it('enlarges pictures of few pixels pixel by pixel, and no others', () => {
    const { cells } = fakeRun();
    const header = (side: number) =>
      Uint8Array.from({ length: 24 }, (_, at) => (at % 4 === 3 && at > 16 ? side : 0));
    const pictures = new Map(
      [28, 96, 227].map((side, index) => [cells[index]!.class, { png: header(side) }]),
    );
    const images = [...reportOf({}, { pictures }).document.querySelectorAll('.elite img')];
    expect(images.map((image) => image.getAttribute('class'))).toEqual(['pixels', '', '']);
  });

  it('shows where the elites come from, and what is wrong with a lineage', () => {
    const { cells } = fakeRun();
    const ancestor = { id: 0, parent: null, from: null, class: 0, confidence: 0.1, generation: 0 };
    const elites = cells.map(({ class: number, confidence }, index) => {
      return { id: 200 + index, parent: 0, from: 0, class: number, confidence, generation: 1 };
    });
    const own = cells.map((cell, index) => ({ ...cell, id: 200 + index, parent: 0 }));
    const lineage = { ancestors: [ancestor, ...elites] };
    const { text, document } = reportOf({}, { cells: own, lineage, lineagePages: [1] });
    expect(text).toContain('lines begin with 1 of the images of generation 0');
    expect(text).toContain('ancestors of an elite median 1; most 1: 0 and 2 others');
    expect(text).toContain('goal switches of a line median 1; most 1: 1 and 2');
    expect(document.querySelectorAll('svg.lineage .node')).toHaveLength(4);
    expect(document.querySelector('a[href="lineage-1.html"]')?.textContent).toBe('1');
    expect(reportOf({}, { lineage: { problem: 'lineage.json is torn' } }).text).toContain(
      'Nothing is shown: lineage.json is torn',
    );
  });

  it.each([150, 250])(
    'stays within three megabytes for a thousand classes with networks of %i connections',
    (count) => {
      const { cells } = fakeRun({ classes: 1000, generations: 1, encoding: 'direct' });
      const connections = Array.from({ length: count }, () => ({ source: 0, target: 4, weight: -1.234 }));
      const nodes = [{ id: 4, role: 'output', activation: 'sine' }] as const;
      const genome = { encoding: 'cppn', nodes, connections } as const;
      const changed = cells.map((cell) => ({ ...cell, genome }));
      const png = new Uint8Array(800);
      const pictures = new Map(
        cells.map(({ class: number }) => [number, { png, whole: `images/${String(number)}.png` }]),
      );
      const input = fakeRun({ classes: 1000, generations: 20, encoding: 'direct' });
      const page = renderReport({ ...input, pictures, cells: changed, script: 'x'.repeat(100_000) });
      expect(page.length).toBeLessThan(3_000_000);
    },
  );

  it('stays within two megabytes for a long run', () => {
    expect(reportOf({ classes: 30, generations: 5000 }).page.length).toBeLessThan(2_000_000);
  });
});
