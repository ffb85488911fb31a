import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fool } from './fool.ts';

const folder = mkdtempSync(join(tmpdir(), 'fool-completion-'));
const script = (shell: string) => join(folder, `fool.${shell}`);

beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, out } = await fool('completion', shell);
    expect(code).toBe(0);
    writeFileSync(script(shell), out);
  }
  mkdirSync(join(folder, 'work/runs one'), { recursive: true });
  writeFileSync(join(folder, 'work/seven up.png'), '');
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What bash offers for the last word. */
function inBash(...words: string[]): string[] {
  const program = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _fool; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', program, 'bash', script('bash'), ...words], {
    encoding: 'utf8',
    cwd: join(folder, 'work'),
  });
  // Without a terminal, bash has no completion that options could be of.
  expect(stderr.replaceAll(/^.*compopt.*\n/gm, '')).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('in bash', () => {
  it.each([
    ['commands', ['fool', 'ev'], ['evolve', 'evaluate']],
    ['commands of commands', ['fool', 'weights', ''], ['list', 'fetch', 'verify']],
    ['experiments', ['fool', 'experiment', 'mnist-'], ['mnist-direct', 'mnist-cppn']],
    ['options', ['fool', 'evolve', '--gen'], ['--generations']],
    ['options behind others', ['fool', 'evolve', '--model', 'weights', '--enc'], ['--encoding']],
    ['settings of experiments', ['fool', 'experiment', 'mnist-cppn', '--sc'], ['--scale']],
    ['sections of a bench, and what is done with its files', ['fool', 'bench', 'r'], ['report']],
    ['sections behind others', ['fool', 'bench', 'kernels', 'ne'], ['networks']],
    ['options of a bench', ['fool', 'bench', 'kernels', '--shape'], ['--shape', '--shape-of']],
    ['options of its commands', ['fool', 'bench', 'compare', 'a.json', '--thr'], ['--threshold']],
    ['files of its commands', ['fool', 'bench', 'compare', 'seven'], ['seven up.png']],
    ['families of kernels', ['fool', 'bench', '--family', 'l'], ['lrn']],
    ['choices', ['fool', 'evolve', '--encoding', ''], ['cppn', 'direct']],
    ['choices behind =', ['fool', 'evolve', '--encoding', '=', 'd'], ['direct']],
    ['choices directly behind =', ['fool', 'evolve', '--encoding', '='], ['cppn', 'direct']],
    ['arguments', ['fool', 'completion', ''], ['bash', 'zsh', 'fish']],
    ['models', ['fool', 'classify', '--model', 'caffenet-t'], ['caffenet-tiny']],
    ['published weights', ['fool', 'weights', 'fetch', 'torch'], ['torchvision-alexnet']],
    ['files', ['fool', 'classify', ''], ['seven up.png', 'runs one']],
    ['folders', ['fool', 'evolve', '--out', ''], ['runs one']],
    ['nothing where a number is wanted', ['fool', 'evolve', '--seed', ''], []],
  ])('%s', (_, words, offered) => {
    expect(inBash(...words).sort()).toEqual([...offered].sort());
  });
});

it.each(['bash', 'zsh', 'fish'])('the script for %s is one, where that shell is installed', (shell) => {
  const { error, status, stderr } = spawnSync(shell, ['-n', script(shell)], { encoding: 'utf8' });
  if (error) return;
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

it('another shell is refused by the names of those that are known', async () => {
  const { code, err } = await fool('completion', 'tcsh');
  expect(code).toBe(2);
  expect(err).toMatch(/Allowed choices are bash, zsh, fish/);
});
