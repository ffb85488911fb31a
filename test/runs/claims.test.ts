import { describe, expect, it } from 'vitest';
import { readClaims } from '../../src/runs/claims.ts';
import { RunFolderError } from '../../src/runs/read-files.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { ascentStorage, fakeAscent } from '../report/fake-ascent.ts';
import { fakeRun, storageOf } from '../report/fake-run.ts';

describe('readClaims', () => {
  it('lists the pictures of an evolution by class', async () => {
    const run = fakeRun();
    const { modelName, crops, denseStorage, claims } = await readClaims(await storageOf(run));
    expect({ modelName, crops, denseStorage }).toEqual({
      modelName: 'lenet-mnist',
      crops: 1,
      denseStorage: 'f32',
    });
    expect(claims).toHaveLength(3);
    const { confidence } = run.cells[1]!;
    expect(claims[1]).toEqual({ class: 1, label: '1', confidence, named: false, picture: 'images/0001.png' });
  });

  it('lists those of an ascent by path, and what the network is said to name where no class is watched', async () => {
    const { claims } = await readClaims(await ascentStorage(fakeAscent({ unit: true, trials: 2 })));
    expect(claims.map(({ class: number, named, picture }) => [number, named, picture])).toEqual([
      [0, false, 'trials/0000/0000.png'],
      [1, false, 'trials/0000/0001.png'],
      [7, true, 'trials/0000/0002.png'],
    ]);
  });

  it('refuses a folder that is none', async () => {
    await expect(readClaims(new MemoryStorage(), 'here')).rejects.toThrow(RunFolderError);
  });
});
