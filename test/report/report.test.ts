import { describe, expect, it } from 'vitest';
import { renderReport } from '../../src/report/report.ts';
import { fakeRun, type FakeRun } from './fake-run.ts';
import { parsePage } from './page.ts';

function reportOf(fake: FakeRun = {}, change: Partial<ReturnType<typeof fakeRun>> = {}) {
  const page = renderReport({ ...fakeRun(fake), ...change });
  const document = parsePage(page);
  return { page, document, text: document.textContent.replaceAll(/\s+/g, ' ') };
}

describe('renderReport', () => {
  it('shows model, encoding, summary numbers, settings, adapter, variants and stages', () => {
    const { text, document } = reportOf();
    expect(document.querySelector('h1')?.textContent).toBe('lenet-mnist, CPPN encoding');
    for (const part of [
      '5 generations of 200 images each',
      'evaluations per second 434',
      '1 min 32 s',
      'no GPU was found',
      'register16x2',
      'evaluate network',
      '77.2 %',
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

  it('needs nothing from elsewhere', () => {
    const { page, document } = reportOf();
    expect(document.querySelectorAll('script, link, iframe, object')).toHaveLength(0);
    expect(page.match(/(?:src|href)="(?!data:)[^"]*"|url\(|@import/g)).toBeNull();
  });

  it('draws the network of each elite, folded away when there are many', () => {
    expect(reportOf().document.querySelectorAll('.networks svg.cppn')).toHaveLength(3);
    const many = reportOf({ classes: 31 }).document;
    expect(many.querySelectorAll('.networks')).toHaveLength(0);
    expect(many.querySelectorAll('.elite details svg.cppn')).toHaveLength(31);
  });

  it('says that the direct encoding has no network', () => {
    const { text, document } = reportOf({ encoding: 'direct' });
    expect(text).toContain('no network to show');
    expect(document.querySelectorAll('svg.cppn')).toHaveLength(0);
  });

  it('marks a run that was interrupted or killed', () => {
    const { summary, run } = fakeRun();
    const settings = { ...run.settings, generations: 2000 };
    const killed = renderReport({ ...fakeRun(), run: { ...run, settings }, summary: undefined });
    expect(killed.replaceAll(/\s+/g, ' ')).toContain(
      'not complete:</strong> 5 of 2,000 generations are done',
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

  it('stays within two megabytes for a long run', () => {
    expect(reportOf({ classes: 30, generations: 5000 }).page.length).toBeLessThan(2_000_000);
  });
});
