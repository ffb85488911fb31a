import { describe, expect, test } from 'vitest';
import {
  keepRoofs,
  listRoofs,
  readRoofs,
  roofsFileOf,
  type KeptRoofs,
} from '../../bench/roofs/kept-roofs.ts';
import { findRoofs, higherOf } from '../../bench/roofs/roofs.ts';
import { noMonitor, type LoadMonitor } from '../../bench/sampling/machine-load.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';

const adapter = { name: 'beads', description: 'Beads 1.0', kind: 'gpu' } as const;
const peaks = { gflops: 50, gbps: 10, copiedBytes: 2 ** 27, launchMs: 0.05 };
const roofs: KeptRoofs = { peaks, fixedWorkMs: 10, date: '2026-01-02T03:04:05.000Z' };

describe('roofs', () => {
  test('that were kept are read again', async () => {
    const storage = new MemoryStorage();
    expect(await readRoofs(adapter, storage)).toEqual({});
    const whole = { ...roofs, functions: 1e9, peaks: { ...peaks, halfGflops: 90 } };
    await keepRoofs(adapter, whole, storage);
    expect(await readRoofs(adapter, storage)).toEqual({ roofs: whole });
  });

  test('of another adapter or driver are not those of this one', async () => {
    const storage = new MemoryStorage();
    await keepRoofs(adapter, roofs, storage);
    for (const other of [
      { ...adapter, description: 'Beads 1.1' },
      { ...adapter, name: 'pebbles' },
    ]) {
      expect(await readRoofs(other, storage)).toEqual({});
      // Nor where somebody gives its file their name.
      await storage.write(roofsFileOf(other), storage.files.get(roofsFileOf(adapter))!);
      expect((await readRoofs(other, storage)).problem).toMatch(
        /not used: they are of another adapter, Beads 1\.0/,
      );
    }
  });

  test.each([
    ['method', 'x', 'they are measured in another way now'],
    ['processor', 'Abacus, 2', 'they are of another processor, Abacus, 2'],
    ['peaks', { ...peaks, gbps: 0 }, 'it is no file of roofs'],
    ['format', 2, 'it is no file of roofs'],
  ])('whose file has another %s are not used', async (key, value, why) => {
    const storage = new MemoryStorage();
    await keepRoofs(adapter, roofs, storage);
    const file = roofsFileOf(adapter);
    const content = JSON.parse(new TextDecoder().decode(storage.files.get(file))) as object;
    await storage.write(file, JSON.stringify({ ...content, [key]: value }));
    expect(await readRoofs(adapter, storage)).toEqual({
      problem: `the roofs in ${file} are not used: ${why}`,
    });
    await storage.write(file, '{');
    expect((await readRoofs(adapter, storage)).problem).toContain('it is no JSON');
  });

  test('of all adapters are listed, with what is wrong with them', async () => {
    const storage = new MemoryStorage();
    const others = ['swiftshader', 'lavapipe'] as const;
    for (const kind of others) await keepRoofs({ name: kind, description: kind, kind }, roofs, storage);
    await keepRoofs(adapter, roofs, storage);
    const file = roofsFileOf(adapter);
    const content = JSON.parse(new TextDecoder().decode(storage.files.get(file))) as object;
    await storage.write(file, JSON.stringify({ ...content, processor: 'Abacus, 2' }));
    const its = (name: string) => ({ adapter: name, driver: name, peaks, date: roofs.date });
    const path = expect.stringMatching(/^roofs\/[a-z]+-[0-9a-f]{12}\.json$/) as string;
    expect(await listRoofs(storage)).toEqual([
      {
        ...its('beads'),
        driver: 'Beads 1.0',
        file: path,
        problem: 'they are of another processor, Abacus, 2',
      },
      { ...its('lavapipe'), file: path },
      { ...its('swiftshader'), file: path },
    ]);
  });
});

describe('a bench', () => {
  const gpu = { adapter } as unknown as Gpu;
  const noBar = () => ({ update: () => undefined, stop: () => undefined });
  const found = async (storage: MemoryStorage, fixedWorkMs: number, gflops: number, again = false) => {
    const said: string[] = [];
    const warned: string[] = [];
    let measured = 0;
    const monitor: LoadMonitor = { ...noMonitor, leastMs: fixedWorkMs };
    const { peaks: its } = await findRoofs(gpu, monitor, {
      again,
      storage,
      measure: () => {
        measured++;
        return Promise.resolve({ ...peaks, gflops });
      },
      passing: noBar,
      say: (line) => said.push(line),
      warn: (line) => warned.push(line),
    });
    return { gflops: its.gflops, measured, said: said.join('\n'), warned };
  };

  test('measures them once, and again when it is told to', async () => {
    const storage = new MemoryStorage();
    expect(await found(storage, 10, 50)).toMatchObject({ gflops: 50, measured: 1 });
    const second = await found(storage, 10.5, 40);
    expect(second).toMatchObject({ gflops: 50, measured: 0, warned: [] });
    expect(second.said).toMatch(/^roofs: 50\.0 GFLOP\/s.*kept since 20\d\d-\d\d-\d\d, --measure-roofs/);
    expect(await found(storage, 10, 40, true)).toMatchObject({ gflops: 40, measured: 1 });
    expect(await found(storage, 10, 60)).toMatchObject({ gflops: 40, measured: 0 });
  });

  test('measures them again where the machine was slower when they were measured, and keeps the higher ones', async () => {
    const storage = new MemoryStorage();
    await found(storage, 12, 50);
    const faster = await found(storage, 10, 45);
    expect(faster).toMatchObject({ gflops: 50, measured: 1 });
    expect(faster.said).toContain('1.20 times faster than when its roofs were measured');
    expect(await found(storage, 10, 99)).toMatchObject({ measured: 0 });
  });

  test('warns where the machine is much slower now', async () => {
    const storage = new MemoryStorage();
    await found(storage, 10, 50);
    const { warned, measured } = await found(storage, 20, 25);
    expect(measured).toBe(0);
    expect(warned).toEqual([expect.stringContaining('2.00 times slower than when its roofs were measured')]);
  });

  test('has a bar while roofs are measured, those of functions when somebody asks first', async () => {
    const bars: (string | [done: number, total: number])[] = [];
    const silent = () => undefined;
    const { functions } = await findRoofs(
      gpu,
      { ...noMonitor, leastMs: 10 },
      {
        storage: new MemoryStorage(),
        measure: (_gpu, _watch, onTimed) => {
          onTimed?.(2, 7);
          return Promise.resolve(peaks);
        },
        measureFunctions: (_gpu, _watch, onTimed) => {
          onTimed?.(4, 5);
          return Promise.resolve(1e9);
        },
        passing: (what) => {
          bars.push(what);
          return { update: (done, total) => bars.push([done, total]), stop: () => bars.push('gone') };
        },
        say: silent,
        warn: silent,
      },
    );
    expect(bars).toEqual(['measuring roofs', [2, 7], 'gone']);
    expect([await functions(), await functions()]).toEqual([1e9, 1e9]);
    expect(bars.slice(3)).toEqual(['measuring roofs of functions', [4, 5], 'gone']);
  });

  test('goes on where they cannot be kept', async () => {
    const storage = new MemoryStorage();
    storage.write = () => Promise.reject(new Error('the disk is full'));
    expect(await found(storage, 10, 50)).toMatchObject({
      gflops: 50,
      warned: ['the roofs are not kept: the disk is full'],
    });
  });
});

test('the higher of two measurements has the copy of the faster one', () => {
  const one = { ...peaks, gbps: 20, copiedBytes: 2 ** 28, halfGflops: 5 };
  const other = { ...peaks, gflops: 60, launchMs: 0.01 };
  const expected = { gflops: 60, halfGflops: 5, gbps: 20, copiedBytes: 2 ** 28, launchMs: 0.01 };
  expect(higherOf(one, other)).toEqual(expected);
  expect(higherOf(other, one)).toEqual(expected);
});
