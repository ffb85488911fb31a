import { describe, expect, test } from 'vitest';
import type { Gpu } from '../../src/gpu/device.ts';
import {
  PopulationError,
  SearchMemoryError,
  checkMemory,
  defaultSearchBudget,
  describeMemory,
  largestPopulation,
  searchMemory,
} from '../../src/evolution/limits.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { tinyModel, tinyRun, tinySettings } from './tiny-run.ts';

const alexnetSize = tinyModel([3, 256, 256], 2, [3, 8, 8]);
const direct = { encoding: 'direct', population: 200 } as const;
const cppn = { encoding: 'cppn', population: 400 } as const;
const binding = 2 ** 27;
const gpu = {
  adapter: { name: 'a driver' },
  limits: {
    maxBufferSize: 2 ** 28,
    maxStorageBufferBindingSize: binding,
    maxComputeWorkgroupsPerDimension: 65_535,
  },
} as unknown as Gpu;

describe('the memory of a search', () => {
  test('is a picture and, with the direct encoding, a genome per cell', () => {
    expect(searchMemory(alexnetSize, direct, 200)).toEqual({
      cells: 200,
      archive: 200 * (196_608 + 393_216),
      children: 200 * (196_608 + 393_216),
      saving: 200 * (196_608 + 393_216),
    });
    expect(searchMemory(alexnetSize, cppn, 1000).archive).toBe(1000 * 196_608);
    expect(searchMemory(tinyModel([1, 3, 3], 2, [1, 3, 3]), direct, 1).archive).toBe(12 + 20);
  });

  test('is told in one line', () => {
    expect(describeMemory(searchMemory(alexnetSize, direct, 200), 200)).toBe(
      'archive of 200 elites: 113 MiB on the device, 200 children: 113 MiB',
    );
  });

  test('fits the budget at the paper’s sizes, and the binding of a software driver', () => {
    for (const settings of [direct, cppn]) {
      checkMemory(searchMemory(alexnetSize, settings, 1000), alexnetSize, settings);
      expect(largestPopulation(gpu, alexnetSize, settings.encoding)).toBeGreaterThanOrEqual(
        settings.population === 400 ? 400 : 200,
      );
    }
    expect(largestPopulation(gpu, alexnetSize, 'direct')).toBe(Math.floor(binding / 393_216));
  });

  test('beyond the budget is refused with the numbers and what to change', () => {
    const memory = searchMemory(alexnetSize, direct, 1000);
    expect(() => {
      checkMemory(memory, alexnetSize, direct, 2 ** 30);
    }).toThrow(
      new SearchMemoryError(
        '1000 cells with direct genomes for tiny need 1.2 GiB on the device (archive 563 MiB, as much again while saving, 200 children 113 MiB), more than the 1.0 GiB that the search may take',
      ),
    );
    const needed = memory.archive + memory.children + memory.saving;
    checkMemory(memory, alexnetSize, direct, needed);
    expect(() => {
      checkMemory(memory, alexnetSize, direct, needed - 1);
    }).toThrow(PopulationError);
    expect(needed).toBeLessThan(defaultSearchBudget);
  });

  test('beyond the budget leaves the run in the folder untouched', async () => {
    const storage = new MemoryStorage();
    await tinyRun({ storage });
    const before = new Map(storage.files);
    await expect(tinyRun({ storage, settings: tinySettings, memoryBudget: 1000 })).rejects.toThrow(
      PopulationError,
    );
    expect(storage.files).toEqual(before);
  });
});
