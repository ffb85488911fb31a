/** The packed package: what linters of packages say, and whether a project that installs it compiles and runs. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { transformSync } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { digitPng } from '../support/few-digits.ts';
import { readmeProgram } from './readme-program.ts';
import { consumerOf, packPackage, removePacked, typeErrors, type Packed } from './packed-package.ts';

let packed: Packed;
let project: string;

beforeAll(() => {
  packed = packPackage();
  project = consumerOf(packed);
});
afterAll(() => {
  removePacked(packed);
});

/** Something of every entry. */
const program = `
import { Gpu, classify, type Model } from 'easily-fooled';
import { Gpu as EngineGpu, Program, type Network } from 'easily-fooled/engine';
import { openGpu, loadModel } from 'easily-fooled/node';
import { composeGrid } from 'easily-fooled/report';
import { MemoryStorage, type Storage } from 'easily-fooled/runs';
import { readModel, writeModel } from 'easily-fooled/weights';
using gpu: Gpu = await openGpu();
const { model }: { model: Model } = await loadModel('lenet-mnist');
const same: Model = readModel(writeModel(model), 'again.safetensors', 'again');
const image = { extent: [1, 28, 28], bytes: new Uint8Array(784) } as const;
const [guesses = []] = await classify(gpu, same, [image], { top: 10 });
const storage: Storage = new MemoryStorage();
const nothing: Network | undefined = undefined;
const sum = guesses.reduce((total, { confidence }) => total + confidence, 0);
console.log(guesses.length, sum.toFixed(3), Gpu === EngineGpu, Program.name, nothing, await storage.list(''), typeof composeGrid);
`;

function runIn(folder: string, typescript: string): string {
  const { code } = transformSync(typescript, { loader: 'ts', target: 'es2022' });
  writeFileSync(join(folder, 'program.js'), code);
  return execFileSync(process.execPath, ['program.js'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      FOOL_ADAPTER: process.env['FOOL_ADAPTER'] ?? 'swiftshader',
      FOOL_EXPECTED_LAUNCHES: '3',
    },
  });
}

describe('the packed package', () => {
  it('is as publint wants it', async () => {
    const tarball = new Uint8Array(readFileSync(packed.tarball)).buffer;
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
    expect(pkg).toHaveProperty('name', 'easily-fooled');
  });

  it('has types that resolve as its modules do', async () => {
    const checked = await checkPackage(createPackageFromTarballData(readFileSync(packed.tarball)));
    if (!checked.types) throw new Error('the package has no types');
    // It has modules of ES alone, which the resolutions of before do not know.
    const problems = checked.problems.filter(
      (problem) =>
        !('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(problem.resolutionKind)),
    );
    expect(problems).toEqual([]);
    expect(Object.keys(checked.entrypoints)).toEqual(expect.arrayContaining(['.', './engine', './weights']));
  });

  it('holds what is run and nothing of the workshop', () => {
    const top = new Set(packed.files.map((file) => file.split('/').slice(0, 2).join('/')));
    expect([...top].filter((name) => !/^(dist|shaders|weights)\/|^[A-Za-z]+(\.\w+)?$/.test(name))).toEqual(
      [],
    );
    expect([...top].filter((name) => /bench|defaults|examples|soak|stub/.test(name))).toEqual([]);
    expect(packed.files).toEqual(
      expect.arrayContaining([
        'dist/fool.js',
        'dist/index.js',
        'dist/gallery-page.js',
        'LICENSE',
        'README.md',
      ]),
    );
    expect(packed.bytes / 2 ** 20, 'MiB').toBeLessThan(20);
  });

  it.each([
    ['NodeNext', 'NodeNext'],
    ['ESNext', 'Bundler'],
  ] as const)('compiles in a project whose modules are %s, resolved by %s', (...modules) => {
    writeFileSync(join(project, 'program.ts'), program);
    writeFileSync(join(project, 'readme.ts'), readmeProgram());
    writeFileSync(join(project, 'wrong.ts'), `${program}\nconst wrong: string = gpu;`);
    const complaints = typeErrors(project, ['program.ts', 'readme.ts', 'wrong.ts'], modules);
    // The last one shows that types are there at all.
    expect(complaints.replaceAll(project, '')).toMatch(/^\S*wrong\.ts\(\d+,7\): error TS2322: [^\n]*\n$/);
  });

  it('runs in a project', () => {
    expect(runIn(project, program)).toBe('10 1.000 true Program undefined [] function\n');
  });

  it('runs what the README shows in a project', async () => {
    const digits = await loadMnist('test');
    writeFileSync(join(project, 'digit.png'), digitPng(digits, 0));
    const said = runIn(project, readmeProgram());
    expect(said).toContain(`label: '${String(digits.targets[0])}'`);
    expect(said.match(/^\d 0\.\d+$/gm)).toHaveLength(10);
  });

  it('runs its command in a project', () => {
    const command = join(project, 'node_modules', 'easily-fooled', 'dist', 'fool.js');
    const said = execFileSync(process.execPath, [command, '--version'], { cwd: project, encoding: 'utf8' });
    const { version } = JSON.parse(readFileSync(resolve('package.json'), 'utf8')) as { version: string };
    expect(said).toBe(`${version}\n`);
  });
});
