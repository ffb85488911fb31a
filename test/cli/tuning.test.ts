import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { RunRecord } from '../../src/runs/evolution/records.ts';
import { keepTuned } from '../../src/node/tuning-cache.ts';
import { fool, openDevice } from './fool.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-tuning-'));
const folder = join(root, 'tuning');
// No test reads what the user has tuned.
process.env['FOOL_TUNING_FOLDER'] = folder;
const device = ['--adapter', 'swiftshader'];
const evolve = ['evolve', ...device, '--generations', '2', '--population', '4'];
const recordOf = (name: string) =>
  JSON.parse(readFileSync(join(root, name, 'run.json'), 'utf8')) as RunRecord;

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

test('runs take what was tuned, --no-tune does not, and a resumed run keeps what it began with', async () => {
  expect((await fool(...evolve, '--quiet', '--no-tune', '--out', join(root, 'untuned'))).code).toBe(0);
  const { choices } = recordOf('untuned');
  // As if another variant had won, so that it shows who takes it.
  const shape = Object.keys(choices ?? {}).find((key) => key.startsWith('matmul')) ?? '';
  const { gpu } = await openDevice('swiftshader');
  await keepTuned(gpu.adapter, { ...choices, [shape]: 'tile8x4' });
  const [file = '', ...others] = readdirSync(folder);
  expect([file, others]).toEqual([expect.stringMatching(/^swiftshader-[0-9a-f]{12}\.json$/), []]);

  const doctor = await fool('doctor', ...device, '--json');
  expect(JSON.parse(doctor.out)).toMatchObject({ tuning: { shapes: 4, file: join(folder, file) } });

  const later = await fool(...evolve, '--out', join(root, 'later'));
  expect(later.err).toMatch(/^kernels: what was measured on this machine differs for \d shapes .*--no-tune/m);
  expect(later.code).toBe(0);
  expect(recordOf('later').choices?.[shape]).toBe('tile8x4');
  const again = ['--resume', '--generations', '3', '--quiet', '--out', join(root, 'untuned')];
  expect((await fool('evolve', ...device, ...again)).code).toBe(0);
  expect(recordOf('untuned').choices?.[shape]).not.toBe('tile8x4');

  writeFileSync(join(folder, file), '{');
  const damaged = await fool(...evolve, '--quiet', '--out', join(root, 'damaged'));
  expect(damaged).toMatchObject({
    code: 0,
    err: expect.stringMatching(
      /^warning: the tuned choices in .* are not used: it is no JSON; --tune measures them afresh\n$/,
    ) as string,
  });
});

test.each(['--tune', '--no-tune'])(
  '%s changes nothing in a run that is resumed, and says so',
  async (option) => {
    const out = join(root, `resumed${option}`);
    expect((await fool(...evolve, '--quiet', '--out', out)).code).toBe(0);
    const { code, err } = await fool('evolve', ...device, '--resume', option, '--out', out);
    expect(err).toMatch(`a run that is resumed keeps its kernels: leave out ${option}, or start a new run`);
    expect(code).toBe(2);
  },
  60_000,
);
