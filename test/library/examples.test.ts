/** Every example runs, and says what it is to say. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { digitPng } from '../support/few-digits.ts';
import { covering } from '../support/full.ts';

const digits = await loadMnist('test');
const folder = mkdtempSync(join(tmpdir(), 'easily-fooled-examples-'));
const digit = join(folder, 'digit.png');
writeFileSync(digit, digitPng(digits, digits.targets.indexOf(7)));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const examples: Record<string, { readonly args?: string[]; readonly says: RegExp }> = {
  classify: {
    args: ['lenet-mnist', digit],
    says: /digit\.png: 7 \d+\.\d %, \d \d\.\d %, \d \d\.\d %\n$/,
  },
  ascent: { args: [folder], says: /logit-3\.png: 3 \d+\.\d %\n.*logit-8\.png: 8 \d+\.\d %\n$/ },
  'own-objective': { says: /^0: \S+, \S+\n10: \S+, \S+\n20: \S+, \S+\n30: \S+, \S+\n$/ },
  evolve: { says: /^(\d \d+\.\d %\n){10}$/ },
  'ask-tell': { says: /^generation 1: best \d+\.\d %\n(.+\n)*generation 10: best \d+\.\d %\n$/ },
  kernel: { says: /^c\[5, 7\] = (\S+); on the CPU \1\n\S+: \S+ billion operations a second\n$/ },
};

async function said(name: string, args: string[] = []): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['examples/run.mjs', name, ...args], {
    env: {
      ...process.env,
      FOOL_ADAPTER: process.env['FOOL_ADAPTER'] ?? 'swiftshader',
      FOOL_EXPECTED_LAUNCHES: '10',
    },
  });
  return stdout;
}

describe('examples', () => {
  it('are all tried here', () => {
    const there = readdirSync('examples').filter((name) => name.endsWith('.ts'));
    expect(there.map((name) => basename(name, '.ts')).sort()).toEqual(Object.keys(examples).sort());
  });

  const few = Object.entries(examples).filter(([name]) => name === 'classify');
  it.each(covering(Object.entries(examples), few))('%s', async (name, { args, says }) => {
    expect(await said(name, args)).toMatch(says);
  });
});
