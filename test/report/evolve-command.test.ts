import { describe, expect, it } from 'vitest';
import { evolveCommand, lastPart, quoted } from '../../src/report/evolve-command.ts';
import { fakeRun } from './fake-run.ts';

const { settings } = fakeRun().run;

describe('the command that makes a run again', () => {
  it('has what differs from the defaults, and no folders', () => {
    const changed = { ...settings, crops: 10, classes: [3, 7], denseWeights: 'f16' } as const;
    expect(evolveCommand({ ...changed, model: '/home/me/my nets/alex.safetensors' }, 'two words')).toBe(
      "fool evolve --model alex.safetensors --encoding cppn --generations 5 --population 200 --seed 1 --crops 10 --dense-weights f16 --classes 3,7 --out 'two words'",
    );
  });

  it('is none where no options give the settings', () => {
    const randomViews = { views: 4, shift: 2, noise: 0, seed: 1 };
    expect(evolveCommand({ ...settings, randomViews }, 'run')).toBeUndefined();
  });

  it('quotes for a shell', () => {
    expect(["it's", 'a/b_c-1.5', '$HOME', ''].map(quoted)).toEqual([
      "'it'\\''s'",
      'a/b_c-1.5',
      "'$HOME'",
      "''",
    ]);
    expect(['a/b', 'a\\b\\', 'c'].map(lastPart)).toEqual(['b', 'b', 'c']);
  });
});
