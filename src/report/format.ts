/** Numbers as a report shows them. */
import { firstWords } from '../datasets/class-names.ts';

/**
 * A confidence in per cent with as many decimals as tell it from certainty: `93.12 %`, `99.99987 %`. A float32
 * softmax cannot resolve more than about seven nines, so nothing is ever shown as exactly 100 %.
 */
export function formatConfidence(confidence: number, unit = ' %'): string {
  const missing = 100 * (1 - confidence);
  const wanted = missing > 0 ? 1 + Math.ceil(-Math.log10(missing)) : mostDecimals;
  const text = (100 * confidence).toFixed(Math.min(mostDecimals, Math.max(2, wanted)));
  return text.startsWith('100')
    ? `> ${(100 - 10 ** -mostDecimals).toFixed(mostDecimals)}${unit}`
    : `${text}${unit}`;
}

const mostDecimals = 5;

/** A sum of so many confidences, with as many decimals as tell it from the most that it can be: `403`, `9.9997`. */
export function formatQdScore(score: number, cells: number): string {
  const text = formatNumber(score);
  if (cells === 0 || text !== formatNumber(cells)) return text;
  for (let digits = 1; digits <= mostDecimals; digits++)
    if (Number(score.toFixed(digits)) < cells) return withDecimals(score, digits);
  return `> ${withDecimals(cells - 10 ** -mostDecimals, mostDecimals)}`;
}

const withDecimals = (value: number, digits: number): string =>
  value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** `1234567` → `1,234,567`; fractions keep three significant digits below 100. */
export function formatNumber(value: number): string {
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-GB', { minimumFractionDigits: 0, maximumFractionDigits: digits });
}

/** `12 ms`, `0.42 s`, `42 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  if (seconds > 0 && seconds < 0.1) return `${formatNumber(1000 * seconds)} ms`;
  if (seconds < 60) return `${formatNumber(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${String(Math.floor(whole / 60))} min ${String(whole % 60)} s`;
  return `${formatNumber(Math.floor(whole / 3600))} h ${String(Math.floor((whole % 3600) / 60))} min`;
}

/** With what went by before it began: `1 min 3 s, of which 2.4 s set-up`. @param setUp milliseconds */
export function durationWithSetUp(seconds: number, setUp: number): string {
  const whole = formatDuration(seconds + setUp / 1000);
  return setUp > 0 ? `${whole}, of which ${formatDuration(setUp / 1000)} set-up` : whole;
}

/** `1 generation`, `2 generations`; irregular plurals are given. */
export function formatCount(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatNumber(count)} ${count === 1 ? noun : plural}`;
}

/** `2026-01-02T03:04:05Z` → `2026-01-02 03:04 UTC`; text that is no time stays as it is. */
export function formatTime(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : time.toISOString().replace(/T(\d+:\d+).*/, ' $1 UTC');
}

/** What a class is called where there is little room: `n01443537 goldfish, Carassius auratus` → `goldfish`. */
export function shortLabel(label: string): string {
  const words = firstWords(label);
  return words === '' ? label : words;
}

/** `94.4 %` of a count. */
export const formatPerCent = (share: number): string => `${(100 * share).toFixed(1)} %`;
