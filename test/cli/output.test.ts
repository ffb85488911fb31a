/** Where what a command says goes, when it does not go through, and how a command ends that somebody ends. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { spawn } from 'node:child_process';
import { shellLine } from '../../src/cli/shell-words.ts';
import { covering } from '../support/full.ts';
import { ended, fool, start, type Outcome } from './fool.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-output-'));
const device = ['--adapter', process.env['FOOL_ADAPTER'] ?? 'swiftshader'];

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const inShell = (command: string): Promise<Outcome> => ended(spawn('sh', ['-c', command]));
const inFull = (...commandLine: string[]) =>
  inShell(`${shellLine(process.execPath, 'dist/fool.js', ...commandLine)} > /dev/full`);

describe.runIf(existsSync('/dev/full'))('standard output that cannot be written', () => {
  const all = ['weights list --json', 'weights list', 'evolve --help', 'experiment list', 'bench --help'];
  it.each(covering(all, ['weights list --json', 'bench --help']))(
    'fool %s ends with 1 and says so',
    async (words) => {
      const { code, err } = await inFull(...words.split(' '));
      expect(err).toMatch(/^fool: standard output cannot be written: no space is left where it goes$/m);
      expect(code).toBe(1);
    },
  );
});

it('a reader who goes away keeps no file from being written', async () => {
  const model = join(root, 'model.safetensors');
  const child = start(['import', 'weights/lenet-mnist.safetensors', '--arch', 'lenet', '--out', model]);
  child.stdout?.destroy();
  expect(await ended(child)).toEqual({ code: 0, out: '', err: '' });
  const whole = await fool('import', model, '--out', join(root, 'again.safetensors'));
  expect(whole.code).toBe(0);
});

it('a command that keeps nothing ends with 143 at SIGTERM', async () => {
  const child = start(['evaluate', ...device]);
  const outcome = ended(child);
  child.stderr?.once('data', () => child.kill('SIGTERM'));
  const { code, out, err } = await outcome;
  expect([code, out]).toEqual([143, '']);
  expect(err).toMatch(/^fool: interrupted$/m);
});

it('--json has the frame where a command fails, too', async () => {
  const { code, out, err } = await fool('evaluate', '--data', join(root, 'nowhere'), '--json');
  const { command, exitCode, errors } = JSON.parse(out) as Record<string, unknown>;
  expect({ command, exitCode }).toEqual({ command: 'evaluate', exitCode: 1 });
  expect(errors).toEqual([expect.stringContaining('nowhere')]);
  expect(err).toContain('nowhere');
  expect(code).toBe(1);
});

it.each([
  ['evolve --genrations 3 --json', 'evolve', /^unknown option '--genrations'/],
  ['weights fetch --json', 'weights fetch', /^missing required argument 'name'/],
  ['experiment mnist-cppn --json --sped 3', 'experiment mnist-cppn', /^unknown option '--sped'/],
  ['verify --json', 'verify', /^missing required argument 'folder'/],
  ['classify x.png --json --crops 3', 'classify', /argument '3' is invalid\. Expected 1 or 10\.$/],
])('--json has the frame where the command line is wrong: %s', async (line, command, sentence) => {
  const { code, out } = await fool(...line.split(' '));
  expect(JSON.parse(out)).toEqual({
    ...{ command, exitCode: 2 },
    errors: [expect.stringMatching(sentence)],
  });
  expect(code).toBe(2);
});

it('--json names an experiment’s own command, and --help prints no frame', async () => {
  expect(JSON.parse((await fool('experiment', 'list', '--json')).out)).toMatchObject({
    command: 'experiment list',
    exitCode: 0,
  });
  expect((await fool('verify', '--json', '--help')).out).toMatch(/^Usage: /);
  expect((await fool('verify', '--json', '--help')).out).not.toContain('exitCode');
});

it('a command line that is printed is the same words to a shell', async () => {
  const words = ['plain', '', 'two words', "it's", '$HOME `id` "x"', '--out=a,b:c', '~', 'é*?'];
  const { out } = await inShell(shellLine('printf', '%s\\n', ...words));
  expect(out.split('\n').slice(0, -1)).toEqual(words);
});
