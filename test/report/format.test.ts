import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatConfidence,
  formatCount,
  formatDuration,
  formatNumber,
  formatQdScore,
  formatTime,
  shortLabel,
} from '../../src/report/format.ts';

describe('formatQdScore', () => {
  it('says a sum of confidences so that it is never taken for the most that it can be', () => {
    expect(formatQdScore(9.99969208240509, 10)).toBe('9.9997');
    expect(formatQdScore(999.7, 1000)).toBe('999.7');
    expect(formatQdScore(9.9999999, 10)).toBe('> 9.99999');
    expect(formatQdScore(10, 10)).toBe('> 9.99999');
    expect(formatQdScore(403.2, 1000)).toBe('403');
    expect(formatQdScore(20.06, 200)).toBe('20.1');
    expect([formatQdScore(0, 5), formatQdScore(0, 0)]).toEqual(['0', '0']);
  });
});

describe('formatConfidence', () => {
  it.each([
    [0, '0.00 %'],
    [0.5, '50.00 %'],
    [0.99914, '99.914 %'],
    [0.9999987, '99.99987 %'],
    [0.99999999, '> 99.99999 %'],
    [1, '> 99.99999 %'],
    [1.00001, '> 99.99999 %'],
  ])('shows %s as %s', (confidence, text) => {
    expect(formatConfidence(confidence)).toBe(text);
  });

  it('never rounds to certainty, and never by more than a tenth of what is missing, up to float32', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 7, noNaN: true }), (nines) => {
        const missing = 10 ** -nines;
        const shown = parseFloat(formatConfidence(1 - missing).replace('> ', '')) / 100;
        expect(shown).toBeLessThan(1);
        expect(Math.abs(1 - shown - missing)).toBeLessThan(Math.max(0.1 * missing, 1e-7));
      }),
    );
  });
});

describe('other numbers', () => {
  it('groups thousands and keeps three significant digits', () => {
    expect([1234567, 434.2, 71.34, 0.1234].map(formatNumber)).toEqual(['1,234,567', '434', '71.3', '0.12']);
  });

  it('shows durations in the units that fit', () => {
    expect([0, 0.0123, 0.42, 59, 92.4, 3599.9, 7500].map(formatDuration)).toEqual([
      '0 s',
      '12.3 ms',
      '0.42 s',
      '59 s',
      '1 min 32 s',
      '1 h 0 min',
      '2 h 5 min',
    ]);
  });

  it('knows the singular', () => {
    expect([formatCount(1, 'node'), formatCount(2, 'node')]).toEqual(['1 node', '2 nodes']);
    expect(formatCount(0, 'goal switch', 'goal switches')).toBe('0 goal switches');
  });

  it('shows times in UTC and leaves other text alone', () => {
    expect(formatTime('2026-01-02T03:04:05.678Z')).toBe('2026-01-02 03:04 UTC');
    expect(formatTime('yesterday')).toBe('yesterday');
  });
});

describe('shortLabel', () => {
  it.each([
    ['n01443537 goldfish, Carassius auratus', 'goldfish'],
    ['goldfish', 'goldfish'],
    ['7', '7'],
    ['n01443537', 'n01443537'],
    [', comma first', ', comma first'],
    ['', ''],
  ])('%j is %j', (label, short) => {
    expect(shortLabel(label)).toBe(short);
  });
});
