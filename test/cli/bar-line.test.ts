/** What of a bar is shown where there is little room. */
import { expect, it } from 'vitest';
import { barLine, Meter } from '../../src/cli/bar-line.ts';

const state = {
  count: '150/200 generations',
  share: 0.75,
  rate: '12.3/s',
  left: '4.07 s left',
  details: ['median 99.99987 %', 'best > 99.99999 %'],
};

it('loses whole parts in an order that keeps the first detail longest', () => {
  const whole = '150/200 generations · 12.3/s · 4.07 s left · median 99.99987 %, best > 99.99999 %';
  const expected: readonly (readonly [columns: number, line: string])[] = [
    [200, `${'█'.repeat(21)}${'░'.repeat(7)} ${whole}`],
    [86, `███░ ${whole}`],
    [85, whole],
    [81, whole],
    [80, '█████░░ 150/200 generations · 4.07 s left · median 99.99987 %, best > 99.99999 %'],
    [72, '150/200 generations · 4.07 s left · median 99.99987 %, best > 99.99999 %'],
    [71, `${'█'.repeat(13)}${'░'.repeat(4)} 150/200 generations · 4.07 s left · median 99.99987 %`],
    [57, '150/200 generations · 4.07 s left · median 99.99987 %'],
    [50, '████████░░ 150/200 generations · median 99.99987 %'],
    [39, '150/200 generations · median 99.99987 %'],
    [38, '███░ 150/200 generations · 4.07 s left'],
    [33, '150/200 generations · 4.07 s left'],
    [32, `${'█'.repeat(9)}${'░'.repeat(3)} 150/200 generations`],
    [24, '███░ 150/200 generations'],
    [19, '150/200 generations'],
    [18, '150/200 generatio…'],
  ];
  for (const [columns, line] of expected) expect([columns, barLine(state, columns)]).toEqual([columns, line]);
});

it('without details loses whole parts as well', () => {
  const bare = { ...state, count: '12000/12000 variants', details: [] };
  const expected: readonly (readonly [columns: number, line: string])[] = [
    [48, '███░ 12000/12000 variants · 12.3/s · 4.07 s left'],
    [43, '12000/12000 variants · 12.3/s · 4.07 s left'],
    [42, '█████░░ 12000/12000 variants · 4.07 s left'],
    [34, '12000/12000 variants · 4.07 s left'],
    [33, '█████████░░░ 12000/12000 variants'],
    [24, '12000/12000 variants'],
    [19, '12000/12000 varian…'],
  ];
  for (const [columns, line] of expected) expect([columns, barLine(bare, columns)]).toEqual([columns, line]);
});

it('is never wider than it may be, and full when all is done', () => {
  for (let columns = 1; columns < 130; columns++)
    for (const share of [0, 0.5, 1, 1.2])
      expect([...barLine({ ...state, share }, columns)].length).toBeLessThanOrEqual(columns);
  expect(barLine({ ...state, share: 1.2 }, 130)).toMatch(/^█{28} 150/);
});

it('tells the rate of what was done since it began, and at the end how long that took', () => {
  let now = 1000;
  const meter = new Meter(30, 10, () => now);
  expect(meter.at(10)).toEqual({ rate: '…/s', left: '… left' });
  now += 4000;
  expect(meter.at(18)).toEqual({ rate: '2/s', left: '6 s left' });
  now += 6000;
  expect(meter.at(30)).toEqual({ rate: '2/s', left: 'in 10 s' });
});

it('takes the word of who knows more of the rest', () => {
  let now = 0;
  const meter = new Meter(1000, 0, () => now);
  now += 2000;
  expect(meter.at(20, { total: 40, secondsLeft: 60 })).toEqual({ rate: '10/s', left: '1 min 0 s left' });
  expect(meter.at(40, { total: 40, secondsLeft: 0 })).toEqual({ rate: '20/s', left: 'in 2 s' });
});
