import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { keepTuned, listTuned, readTuned, tuningFileOf } from '../../src/node/tuning-cache.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';

const adapter = { name: 'Some GPU (rev 2)', description: 'driver 1.2.3' };
const file = tuningFileOf(adapter);
const choices = { 'matmul columns=4 depth=2 rows=8': 'quads20x8s10' };
const textOf = (storage: MemoryStorage) => new TextDecoder().decode(storage.files.get(file));

test('what was tuned is found again, and grows', async () => {
  const storage = new MemoryStorage();
  expect(await readTuned(adapter, storage)).toEqual({ choices: undefined });
  await keepTuned(adapter, choices, storage);
  await keepTuned(adapter, { other: 'b' }, storage);
  expect(await readTuned(adapter, storage)).toEqual({ choices: { ...choices, other: 'b' } });
  expect([...storage.files.keys()]).toEqual([expect.stringMatching(/^some-gpu-rev-2--[0-9a-f]{12}\.json$/)]);
});

const problemOf = async (storage: MemoryStorage, of = adapter) =>
  String((await readTuned(of, storage)).problem);

test('another driver, or other kernels, begin anew', async () => {
  const storage = new MemoryStorage();
  await keepTuned(adapter, choices, storage);
  const newer = { ...adapter, description: 'driver 1.2.4' };
  expect(await readTuned(newer, storage)).toEqual({ choices: undefined });
  await storage.write(tuningFileOf(newer), textOf(storage));
  expect(await problemOf(storage, newer)).toContain('it is of another adapter, driver 1.2.3');
  await storage.write(file, textOf(storage).replace(/"kernels": ".*"/, '"kernels": "other"'));
  expect((await readTuned(adapter, storage)).choices).toBeUndefined();
  expect(await problemOf(storage)).toMatch(/not used: the kernels have changed since$/);
});

test('whatever the file holds, it is no more than ignored, and written over', async () => {
  const valid = new MemoryStorage();
  await keepTuned(adapter, choices, valid);
  const whole = textOf(valid);
  const torn = fc.nat(whole.length - 2).map((length) => whole.slice(0, length));
  const changed = fc
    .tuple(fc.constantFrom('format', 'adapter', 'driver', 'kernels', 'choices'), fc.jsonValue())
    .map(([key, value]) => JSON.stringify({ ...(JSON.parse(whole) as object), [key]: value }));
  const content = fc.oneof(torn, changed, fc.json(), fc.string(), fc.uint8Array({ maxLength: 60 }));
  await fc.assert(
    fc.asyncProperty(content, async (bytes) => {
      const storage = new MemoryStorage();
      await storage.write(file, bytes);
      const found = await readTuned(adapter, storage);
      if (found.choices) for (const name of Object.values(found.choices)) expect(typeof name).toBe('string');
      else expect(found.problem).toMatch(/^the tuned choices in .* are not used: ./);
      await keepTuned(adapter, choices, storage);
      expect((await readTuned(adapter, storage)).choices).toMatchObject(choices);
    }),
  );
});

test('a disk that refuses to be read counts as not tuned', async () => {
  const storage = new MemoryStorage();
  storage.read = () => Promise.reject(new Error('no access'));
  expect(await problemOf(storage)).toContain('no access');
});

test('what was tuned of all adapters is listed, with what is wrong with it, and without other files', async () => {
  const storage = new MemoryStorage();
  const old = { name: 'Old GPU', description: 'driver 1' };
  const damaged = tuningFileOf({ name: 'Torn GPU', description: '' });
  await keepTuned(adapter, choices, storage);
  await keepTuned(old, choices, storage);
  const oldText = new TextDecoder().decode(storage.files.get(tuningFileOf(old)));
  await storage.write(tuningFileOf(old), oldText.replace(/"kernels": ".*"/, '"kernels": "other"'));
  await storage.write(damaged, '{');
  await storage.write('notes.json', '{}');
  const files = await listTuned(storage);
  expect(files).toEqual([
    {
      file: tuningFileOf(old),
      adapter: 'Old GPU',
      driver: 'driver 1',
      choices,
      problem: 'the kernels have changed since',
    },
    { file, adapter: adapter.name, driver: adapter.description, choices },
    { file: damaged, problem: 'it is no JSON' },
  ]);
});
