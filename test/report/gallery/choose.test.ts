import { describe, expect, it } from 'vitest';
import { Chooser, type GalleryChoice } from '../../../src/report/gallery/choose.ts';
import type { GalleryData, GalleryEntry, GalleryRun } from '../../../src/report/gallery/gallery-data.ts';

const run = (name: string, method: GalleryRun['method'], model: number): GalleryRun => ({
  name,
  method,
  model,
  seed: 1,
  started: '',
  image: [1, 28, 28],
  lineage: false,
});
const entry = (
  run: number,
  number: number,
  label: string,
  logOdds: number,
  generation: number,
): GalleryEntry => ({
  run,
  place: 0,
  class: number,
  label,
  confidence: 1,
  logOdds,
  generation,
  shown: 'small',
});
const data: GalleryData = {
  models: [
    { name: 'lenet', sha256: 'a' },
    { name: 'caffenet', sha256: 'b' },
  ],
  runs: [run('a', 'cppn', 0), run('b', 'direct', 1), run('c', 'ascent', 1)],
  entries: [
    entry(0, 3, '3', 20, 5),
    entry(1, 1, 'n01443537 goldfish, Carassius auratus', 18, 9),
    entry(1, 30, 'n02000000 Zebra finch', -2, 1),
    entry(2, 1, 'n01443537 goldfish, Carassius auratus', 25, 2),
  ],
};
const chooser = new Chooser(data);
const choose = (choice: Partial<GalleryChoice>) => chooser.choose({ words: '', order: 'surest', ...choice });

describe('what is shown', () => {
  it('is everything, the surest first by log-odds where confidences are all 1', () => {
    expect(choose({})).toEqual([3, 0, 1, 2]);
  });

  it.each([
    ['parts of words in any order, small or large', { words: 'AURATUS gold' }, [3, 1]],
    ['a WordNet id', { words: 'n02000000' }, [2]],
    ['a number, which is a class and not a part of a name', { words: '3' }, [0]],
    ['a method', { method: 'direct' }, [1, 2]],
    ['a model', { model: 1 }, [3, 1, 2]],
    ['a run', { run: 0 }, [0]],
    ['all of these', { words: 'goldfish', model: 1, method: 'ascent' }, [3]],
    ['nothing', { words: 'goldfish', run: 0 }, []],
  ] as const)('follows %s', (_, choice, places) => {
    expect(choose(choice)).toEqual(places);
  });

  it.each([
    ['least-sure', [2, 1, 0, 3]],
    ['latest', [1, 0, 3, 2]],
    ['earliest', [2, 3, 0, 1]],
    // Names, not WordNet ids; equal ones in the order of the runs.
    ['class', [0, 1, 3, 2]],
  ] as const)('is ordered %s', (order, places) => {
    expect(choose({ order })).toEqual(places);
  });
});
