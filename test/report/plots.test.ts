import { describe, expect, it, vi } from 'vitest';
import { mostClassCurves, plotClasses, plotProgress, plotStages, plotWins } from '../../src/report/plots.ts';
import { fakeRun } from './fake-run.ts';
import { parsePage } from './page.ts';

describe('plots', () => {
  it.each(['linear', 'nines'] as const)('draws median, mean and lowest confidence on a %s axis', (axis) => {
    const { text } = plotProgress(fakeRun().progress, axis);
    expect(text.match(/<title>(median|mean|lowest)<\/title>/g)).toHaveLength(3);
    expect(text).toContain(axis === 'nines' ? '99.9 %' : '80 %');
    expect(text).not.toContain('NaN');
  });

  it('draws a curve per class, told apart when two have one name', () => {
    const { cells, progress } = fakeRun({
      classes: 4,
      label: (index) => (index < 2 ? 'crane' : String(index)),
    });
    const { text } = plotClasses(progress, cells, 'nines');
    for (const name of ['crane (0)', 'crane (1)', '2', '3']) expect(text).toContain(`<title>${name}</title>`);
  });

  it.each([
    [[0.2, 0.95], ['0 %', '90 %', '99 %'], 0],
    [[0.9, 0.99], ['90 %', '99 %'], 0],
    [[0.995, 0.99995], ['99 %', '99.9 %', '99.99 %', '99.999 %'], 1],
    [[1], ['99.9999 %', '99.99999 %'], 0],
    [[0], ['0 %', '90 %'], 0],
  ])('an axis of nines reaches from %j to the nines around', (values, names, dashed) => {
    const [first] = fakeRun().progress;
    const progress = values.map((value, generation) => {
      return { ...first!, generation, median: value, mean: value, min: value };
    });
    const { text } = plotProgress(progress, 'nines');
    const ticks = [...parsePage(text).querySelectorAll('[aria-label="y-axis tick label"] text')];
    expect(ticks.map(({ textContent }) => textContent)).toEqual(names);
    expect(text.match(/stroke-dasharray="4 4"/g)?.length ?? 0).toBe(dashed);
  });

  it('an even axis reaches to 100 %, or to what there is of low confidences', () => {
    const [first] = fakeRun().progress;
    const topOf = (value: number) => {
      const progress = [{ ...first!, median: value, mean: 0, min: 0 }];
      const { text } = plotProgress(progress, 'linear');
      return [...parsePage(text).querySelectorAll('[aria-label="y-axis tick label"] text')].at(-1)
        ?.textContent;
    };
    expect([0.6, 0.02, 0].map(topOf)).toEqual(['100 %', '2 %', '100 %']);
  });

  it('draws bands when there are too many classes for curves', () => {
    const { cells, progress } = fakeRun({ classes: mostClassCurves + 1 });
    const { text } = plotClasses(progress, cells, 'nines');
    expect(text).toContain('middle 80 % of the classes');
    expect(text).not.toContain('NaN');
  });

  it('stays small for a long run of many classes', () => {
    const { cells, progress } = fakeRun({ classes: 30, generations: 6000 });
    expect(plotClasses(progress, cells, 'linear').text.length).toBeLessThan(400_000);
  });

  it.each([1, 2, 5])('says nothing on the terminal about %i generations', (generations) => {
    const warn = vi.spyOn(console, 'warn');
    const { progress, cells } = fakeRun({ classes: 10, generations });
    const { text } = plotProgress(progress, 'nines');
    plotClasses(progress, cells, 'nines');
    expect(warn).not.toHaveBeenCalled();
    expect(text).not.toContain('⚠');
    warn.mockRestore();
  });

  it('draws certainty itself, one generation and no class', () => {
    const [record] = fakeRun().progress;
    const certain = record ? [{ ...record, median: 1, mean: 1, min: 0, confidences: [] }] : [];
    expect(plotProgress(certain, 'nines').text).not.toMatch(/NaN|Infinity/);
    expect(plotClasses(certain, [], 'nines').text).not.toMatch(/NaN|Infinity/);
  });

  it('shows one generation as dots, and counts generations by whole numbers', () => {
    const ticksOf = (text: string) =>
      [...parsePage(text).querySelectorAll('[aria-label="x-axis tick label"] text')].map(
        ({ textContent }) => textContent,
      );
    const drawn = (generations: number, classes = 3) => {
      const { progress, cells } = fakeRun({ generations, classes });
      return [plotProgress(progress, 'linear').text, plotClasses(progress, cells, 'linear').text];
    };
    for (const text of drawn(1)) {
      expect(parsePage(text).querySelectorAll('circle')).toHaveLength(3);
      expect(ticksOf(text)).toEqual(['0']);
    }
    expect(parsePage(drawn(1, mostClassCurves + 1)[1]!).querySelectorAll('circle')).toHaveLength(1);
    const expected: [number, string[]][] = [
      [2, ['0', '1']],
      [4, ['0', '1', '2', '3']],
      [12, ['0', '2', '4', '6', '8', '10']],
      [200, ['0', '50', '100', '150']],
      [5001, ['0', '1,000', '2,000', '3,000', '4,000', '5,000']],
    ];
    for (const [generations, ticks] of expected)
      for (const text of drawn(generations)) expect(ticksOf(text)).toEqual(ticks);
  });

  it('has nothing but 0 on a logarithmic axis where nothing is above it', () => {
    const progress = fakeRun({ generations: 20 }).progress.map((one) => ({
      ...one,
      replaced: 0,
      goalSwitches: 0,
    }));
    const ticks = [
      ...parsePage(plotWins(progress, 200)!.text).querySelectorAll('[aria-label="y-axis tick label"] text'),
    ];
    expect(ticks.map(({ textContent }) => textContent)).toEqual(['0']);
  });

  it('keeps a hostile label as text', () => {
    const { cells, progress } = fakeRun({ label: (index) => `<script>alert(${String(index)})</script>"'&` });
    expect(plotClasses(progress, cells, 'nines').text).not.toContain('<script');
  });

  it('divides a bar by stage', () => {
    const { text } = plotStages([
      { name: 'render', milliseconds: 1000 },
      { name: 'network', milliseconds: 3000 },
    ]);
    expect(text).toContain('<title>render: 1 s</title>');
    expect(text.match(/<rect/g)?.length).toBeGreaterThanOrEqual(2);
  });
});
