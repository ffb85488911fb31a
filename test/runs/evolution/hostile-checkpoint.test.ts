/** Checkpoints whose form is right and whose genomes are not: refused in words, or a run that works. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { activationFunctions } from '../../../src/genome/genome.ts';
import type { SerialisedGenome } from '../../../src/runs/evolution/records.ts';
import { CheckpointError, checkpointPath } from '../../../src/runs/evolution/checkpoint.ts';
import { readRun } from '../../../src/runs/evolution/read.ts';
import { MemoryStorage } from '../../../src/storage/storage.ts';
import { copyOf, editState } from './failing-storage.ts';
import { tinyRun, tinySettings } from '../../evolution/tiny-run.ts';

const settings = { ...tinySettings, population: 4, generations: 3 };
const node = fc.record({
  id: fc.nat(12),
  role: fc.constantFrom('output' as const, 'hidden' as const),
  activation: fc.constantFrom(...activationFunctions),
});
const connection = fc.record({
  source: fc.nat(12),
  target: fc.nat(12),
  weight: fc.double({ min: -10, max: 10, noNaN: true }),
});
const genome: fc.Arbitrary<SerialisedGenome> = fc.record({
  encoding: fc.constant('cppn' as const),
  nodes: fc.array(node, { maxLength: 8 }),
  connections: fc.array(connection, { maxLength: 20 }),
});

/** Resumes a run whose cell 2 holds the genome; undefined when that is refused as it should be. */
async function resumedWith(
  stopped: MemoryStorage,
  hostile: SerialisedGenome,
): Promise<MemoryStorage | undefined> {
  const storage = copyOf(stopped.files);
  await editState(storage, checkpointPath, (state) => ({
    ...state,
    cells: state.cells.map((cell, index) => (index === 2 ? { ...cell, genome: hostile } : cell)),
  }));
  try {
    await tinyRun({ storage, settings, resume: true });
    return storage;
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toMatch(/^checkpoint\/state\.json: /);
    return undefined;
  }
}

async function stoppedRun(): Promise<MemoryStorage> {
  const storage = new MemoryStorage();
  await tinyRun({ storage, settings, hooks: { shouldStop: () => true } });
  return storage;
}

/** Output 4 at the end of a chain of hidden nodes. */
function chain(length: number): SerialisedGenome {
  const id = (index: number) => (index === length ? 4 : 5 + index);
  const hidden = Array.from(
    { length },
    (_, index) => ({ id: id(index), role: 'hidden', activation: 'linear' }) as const,
  );
  const connections = Array.from({ length: length + 1 }, (_, index) => ({
    source: index === 0 ? 0 : id(index - 1),
    target: id(index),
    weight: 1,
  }));
  return { encoding: 'cppn', nodes: [{ id: 4, role: 'output', activation: 'sine' }, ...hidden], connections };
}

describe('a checkpoint', () => {
  test('with any graph as a genome is refused, or gives a run that can be read', async () => {
    const stopped = await stoppedRun();
    const verdicts = new Set<boolean>();
    await fc.assert(
      fc.asyncProperty(genome, async (hostile) => {
        const storage = await resumedWith(stopped, hostile);
        verdicts.add(storage !== undefined);
        if (storage) expect((await readRun(storage)).cells).toHaveLength(5);
      }),
      { numRuns: 40, seed: 1 },
    );
    expect(verdicts).toContain(false);
  });

  test('with the longest chain of nodes that may grow works, and a longer one is refused', async () => {
    const stopped = await stoppedRun();
    expect(await resumedWith(stopped, chain(999))).toBeDefined();
    expect(await resumedWith(stopped, chain(1100))).toBeUndefined();
    expect(await resumedWith(stopped, chain(50_000))).toBeUndefined();
  });

  test.each([
    ['too few genes', 'AAAAAA=='],
    ['no base64', 'größer'],
    ['half a gene', Buffer.alloc(2 * 144 - 1).toString('base64')],
    ['genes of four bytes', Buffer.alloc(4 * 144).toString('base64')],
  ])('of the direct encoding with %s is refused', async (_, genes) => {
    const direct = { ...settings, encoding: 'direct' } as const;
    const storage = new MemoryStorage();
    await tinyRun({ storage, settings: direct, hooks: { shouldStop: () => true } });
    await editState(storage, checkpointPath, (state) => ({
      ...state,
      cells: state.cells.map((cell) => ({ ...cell, genome: { encoding: 'direct', genes } })),
    }));
    await expect(tinyRun({ storage, settings: direct, resume: true })).rejects.toThrow(CheckpointError);
  });

  test('of the other encoding is refused', async () => {
    const stopped = await stoppedRun();
    expect(await resumedWith(stopped, { encoding: 'direct', genes: '' })).toBeUndefined();
  });
});
