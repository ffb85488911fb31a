/** `--tune` with every variant of LeNet's kernels compiled and measured. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { RunRecord } from '../../src/runs/evolution/records.ts';
import { foolProcess } from './fool.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-tuning-full-'));
const folder = join(root, 'tuning');
// The command lines below inherit it: no test reads what the user has tuned.
process.env['FOOL_TUNING_FOLDER'] = folder;
const device = ['--adapter', 'swiftshader'];
const evolve = ['evolve', ...device, '--generations', '2', '--population', '4'];
const recordOf = (name: string) =>
  JSON.parse(readFileSync(join(root, name, 'run.json'), 'utf8')) as RunRecord;

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

test('--tune measures before the run, and later runs take what it found', async () => {
  const tuned = await foolProcess(...evolve, '--tune', '--out', join(root, 'tuned'));
  expect(tuned).toMatchObject({ code: 0 });
  expect(tuned.err).toMatch(/tuning 1 of 4: conv1 forward, pool1\n[^]*tuning 4 of 4: ip2 forward/);
  const [file = '', ...others] = readdirSync(folder);
  expect([file, others]).toEqual([expect.stringMatching(/^swiftshader-[0-9a-f]{12}\.json$/), []]);
  const { choices } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
    choices: Record<string, string>;
  };
  expect(recordOf('tuned').choices).toEqual(choices);

  const doctor = await foolProcess('doctor', ...device, '--json');
  expect(JSON.parse(doctor.out)).toMatchObject({ tuning: { shapes: 4, file: join(folder, file) } });

  expect((await foolProcess(...evolve, '--quiet', '--out', join(root, 'later'))).code).toBe(0);
  expect(recordOf('later').choices).toEqual(choices);
}, 400_000);
