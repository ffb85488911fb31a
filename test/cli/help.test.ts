import { readdirSync, readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { environment } from '../../src/cli/help.ts';
import { fool } from './fool.ts';

const commands =
  'evolve ascend report verify classify describe evaluate train import doctor completion'.split(' ');

it('the help of the program has groups of commands, and the environment variables', async () => {
  const { code, out } = await fool('--help');
  expect(code).toBe(0);
  const headings = out.split('\n').filter((line) => /^\S.*:$/.test(line));
  expect(headings).toEqual([
    'Options:',
    'Fool a network:',
    'Look at what came out:',
    'Networks:',
    'This machine:',
    'Environment variables:',
  ]);
  for (const name of [...commands, 'weights', 'tune', 'bench', 'experiment', 'help'])
    expect(out).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
});

it('the help of the program is that of all its commands, without loading one', async () => {
  // A command line of more than one word is read by the whole program.
  const { out } = await fool('--help', '--help');
  expect((await fool('--help')).out).toBe(out);
  expect((await fool('help')).out).toBe(out);
  expect((await fool('--version')).out).toBe((await fool('--version', '--version')).out);
});

it('the help of the program loads little more than what reads command lines', { timeout: 60_000 }, () => {
  const script = fileURLToPath(new URL('../../dist/fool.js', import.meta.url));
  const loaded: string[] = [];
  const pending = [script];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    loaded.push(file);
    const text = readFileSync(file, 'utf8');
    // Not what is imported by a call, when it is needed.
    for (const [, from = ''] of text.matchAll(/(?:\bfrom|^import) "([^"]+)";$/gm))
      if (from.startsWith('.') && !loaded.includes(join(file, '..', from)))
        pending.push(join(file, '..', from));
  }
  const text = loaded.map((file) => readFileSync(file, 'utf8')).join('');
  expect(text.length).toBeLessThan(60_000);
  for (const heavy of ['zod', 'webgpu', 'pngjs', '@observablehq/plot', 'linkedom', 'protobufjs/minimal.js'])
    expect(text).not.toContain(` from "${heavy}"`);
  const begun = performance.now();
  expect(execFileSync(process.execPath, [script, '--help'], { encoding: 'utf8' })).toContain('Networks:');
  // It takes a tenth of a second on a machine that does nothing else.
  expect(performance.now() - begun).toBeLessThan(10_000);
});

it('the help of a command has its own groups first, then those of many, then examples', async () => {
  const { out } = await fool('evolve', '--help');
  expect(out.split('\n').filter((line) => /^\S.*:$/.test(line))).toEqual([
    'Search:',
    'Model:',
    'Run folder:',
    'Device:',
    'Output:',
    'Examples:',
  ]);
  expect(out.replaceAll(/\s+/g, ' ')).toContain('--resume go on with the run in the folder --');
});

it.each(commands)('the examples of %s are commands that there are', async (name) => {
  const { out } = await fool(name, '--help');
  const [, examples = ''] = out.split('Examples:\n');
  const lines = examples.split('\n').filter((line) => line.trim() !== '');
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    const [, words = ''] = new RegExp(`\\bfool ${name}(.*?)(?: #|[)|]|$)`).exec(line) ?? [];
    for (const [option] of words.matchAll(/--[a-z-]+/g)) expect(out.split('Examples:')[0]).toContain(option);
  }
});

it('errors below an experiment point to its help', async () => {
  expect((await fool('experiment', 'mnist-cppn', '--sped', '3')).err).toMatch(
    /\(fool experiment mnist-cppn --help lists its options\)$/m,
  );
  expect((await fool('weights', 'fetch', 'nothing')).err).toMatch(
    /\(fool weights fetch --help lists its options\)$/m,
  );
});

it('the README names every environment variable that the sources read', () => {
  const readme = readFileSync('README.md', 'utf8');
  const read = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => readFileSync(join('src', name), 'utf8').match(/\bFOOL_[A-Z_]+/g) ?? []);
  expect(new Set(read)).toEqual(new Set(environment.map(([name]) => name)));
  for (const [name] of environment) expect(readme).toContain(`| \`${name}\` |`);
});
