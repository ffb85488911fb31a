/** Every command once as its user starts it: the built program, in a process that ends by itself. */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadModel } from '../../src/node/model-file.ts';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { version } from '../../src/version.ts';
import { digitPng, writeFewDigits } from '../support/few-digits.ts';
import { lenetOnnx } from '../support/lenet-files.ts';
import { fool, foolProcess } from './fool.ts';
import { covering } from '../support/full.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-processes-'));
const at = (...path: string[]) => join(root, ...path);
const device = ['--adapter', process.env['FOOL_ADAPTER'] ?? 'swiftshader'];

beforeAll(async () => {
  const mnist = await loadMnist('test');
  writeFewDigits(at('digits'), mnist, 16);
  writeFileSync(at('seven.png'), digitPng(mnist, 0));
  writeFileSync(
    at('lenet.onnx'),
    lenetOnnx((await loadModel('lenet-mnist')).model.weights, 'MatMul and Add'),
  );
  mkdirSync(at('sevens', '7'), { recursive: true });
  copyFileSync(at('seven.png'), at('sevens', '7', 'seven.png'));
});

afterAll(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

describe('a process', () => {
  const cases: readonly (readonly [commandLine: string[], message: RegExp])[] = [
    [['evolve', ...device, '--generations', '2', '--population', '4', '--out', at('run')], /^report: /m],
    [['verify', ...device, at('run')], /^all 10 pictures hold$/m],
    [['report', at('run')], /report\.html$/m],
    [['ascend', ...device, '--class', '3', '--steps', '2', '--out', at('ascent')], /^report: /m],
    [['classify', ...device, at('seven.png')], /^ +9\d\.\d+ % {2}7$/m],
    [['evaluate', ...device, '--dataset', at('sevens')], /^1 of 1 images right: 100\.00 %/],
    [
      ['import', ...device, at('lenet.onnx'), '--arch', 'lenet', '--out', at('model.safetensors')],
      /^model: /m,
    ],
    [
      [
        'train',
        ...device,
        '--data',
        at('digits'),
        '--batch',
        '16',
        '--epochs',
        '1',
        '--out',
        at('trained.safetensors'),
      ],
      /of 16 test images right .*\nweights: /,
    ],
    [['doctor', ...device], /^used: .*SwiftShader/m],
    [['weights', 'list'], /^name .* licence /],
    [['bench', '--help'], /--family <name>/],
    [['--help'], /^Usage: fool /],
    [['--version'], new RegExp(`^${version.replaceAll('.', '\\.')}\n$`)],
  ];
  // These take long, and are tried within this process by tests of their own.
  const slow = ['ascend', 'train', 'evaluate', 'import', 'verify', 'report'];
  const quick = cases.filter(([[name = '']]) => !slow.includes(name));

  it.each(covering(cases, quick))(
    'fool %j ends with 0 and says what it did on standard output',
    async (commandLine, message) => {
      const { code, out, err } = await foolProcess(...commandLine);
      expect(err).not.toMatch(/^fool:|^\s+at /m);
      expect(out).toMatch(message);
      expect(code).toBe(0);
    },
  );

  it('ends with 2 where it was called wrongly, with 1 where something failed', async () => {
    const wrong = await foolProcess('conquer');
    expect(wrong).toMatchObject({ code: 2, out: '', err: expect.stringContaining('conquer') as string });
    const failed = await foolProcess('verify', ...device, at('digits'));
    expect(failed).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^fool: /) as string });
  });
});

describe('a command line within a process', () => {
  it('writes to what it is given alone, and leaves neither an exit code nor a listener behind', async () => {
    const written = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
    const listeners = () => ['SIGINT', 'SIGTERM'].map((signal) => process.listenerCount(signal));
    const before = listeners();
    const ran = await fool(
      'evolve',
      ...device,
      '--generations',
      '1',
      '--population',
      '4',
      '--out',
      at('within'),
    );
    expect(ran.code).toBe(0);
    expect(readdirSync(at('within'))).toContain('report.html');
    expect((await fool('classify', ...device, at('nowhere.png'))).code).toBe(1);
    expect(listeners()).toEqual(before);
    expect(process.exitCode).toBeUndefined();
    for (const spy of written) expect(spy).not.toHaveBeenCalled();
  });
});
