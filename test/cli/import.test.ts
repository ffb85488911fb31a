import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../src/formats/safetensors.ts';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { digitPng } from '../support/few-digits.ts';
import { binaryproto, lenetCaffemodel, lenetOldCaffemodel, lenetOnnx } from '../support/lenet-files.ts';
import { npyOf } from '../support/npy-bytes.ts';
import { pytorchBytes } from '../support/pytorch-files.ts';
import { fool } from './fool.ts';

const root = mkdtempSync(path.join(tmpdir(), 'fool-import-'));
const device = ['--adapter', process.env['FOOL_ADAPTER'] ?? 'swiftshader'];
process.env['XDG_CACHE_HOME'] = path.join(root, 'cache');
process.env['FOOL_WEIGHTS_MANIFEST'] = path.join(root, 'manifest.json');
writeFileSync(path.join(root, 'manifest.json'), '[]');

const { model } = await loadModel('lenet-mnist');
const { weights, preprocessing } = model;
const mnist = await loadMnist('test');

function file(name: string, content: Uint8Array | string): string {
  const full = path.join(root, name);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}
const digit = (index: number) => digitPng(mnist, index);
const out = (name: string) => path.join(root, 'out', `${name}.safetensors`);
const tensors = [...weights].map(([name, { shape, data }]) => ({ name, shape, data, dtype: 'F32' as const }));
const mean = file('mean.binaryproto', binaryproto(preprocessing.image, preprocessing.mean));
const onnx = file('lenet.onnx', lenetOnnx(weights, 'Gemm, transB 1'));
const files = {
  caffemodel: file('lenet.caffemodel', lenetCaffemodel(weights)),
  'old caffemodel': file('old.caffemodel', lenetOldCaffemodel(weights)),
  onnx,
  'onnx with MatMul': file('matmul.onnx', lenetOnnx(weights, 'MatMul and Add')),
  pytorch: file('lenet.pth', pytorchBytes(weights)),
  safetensors: file('plain.safetensors', writeSafetensors(tensors, {})),
};

const run = (...commandLine: string[]) => fool('import', ...device, ...commandLine);

/** Ends well; gives what --json prints. */
async function succeeds(...commandLine: string[]): Promise<Record<string, unknown>> {
  const outcome = await run(...commandLine, '--json');
  expect(outcome.err).not.toMatch(/^fool:/m);
  expect(outcome.code).toBe(0);
  return JSON.parse(outcome.out) as Record<string, unknown>;
}

async function fails(code: number, message: RegExp, ...commandLine: string[]): Promise<string> {
  const outcome = await run(...commandLine);
  expect(outcome.err).toMatch(message);
  expect(outcome.err).not.toMatch(/^\s+at /m);
  expect(outcome.code).toBe(code);
  return outcome.err;
}

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('fool import', () => {
  it('makes the same model file of the same weights in any format', async () => {
    const hashes = new Set<unknown>();
    for (const [name, source] of Object.entries(files)) {
      const to = out(name.replaceAll(' ', '-'));
      const result = await succeeds(source, '--arch', 'lenet', '--mean', mean, '--out', to);
      const bytes = readFileSync(to);
      expect(result).toMatchObject({
        file: source,
        format: name.replace('old ', '').replace(' with MatMul', ''),
        architecture: 'lenet',
        classes: 10,
        preprocessing: { image: [1, 28, 28], crop: 28, scale: [1 / 256], channels: 'gray' },
        out: to,
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
      expect(result['mapped']).toHaveLength(8);
      hashes.add(result['sha256']);
    }
    expect(hashes.size).toBe(1);
  });

  it('says in lines where each tensor came from and what was done to it', async () => {
    const { out: lines, code } = await run(
      files['onnx with MatMul'],
      '--arch',
      'lenet',
      '--out',
      out('lines'),
    );
    expect(lines).toMatch(/^ {2}conv1_w_0 → conv1\.weight \[20, 1, 5, 5\]$/m);
    expect(lines).toMatch(/^ {2}ip1_w_0 → ip1\.weight \[500, 800\] \(transposed\)$/m);
    expect(lines).toMatch(/^lenet, 10 classes \(0 … 9\)$/m);
    expect(lines).toMatch(
      /^sees 28 of 28 pixels, gray, minus the mean, times 0\.00390625; nothing is missing$/m,
    );
    expect(code).toBe(0);
    const quiet = await run(onnx, '--arch', 'lenet', '--out', out('quiet'), '--quiet');
    expect(quiet).toEqual({ code: 0, out: '', err: '' });
  });

  it('prints no terminal codes that names in a file may hold', async () => {
    const hostile = { name: '\x1b[2J.steps', shape: [1], data: Float32Array.of(0), dtype: 'F32' as const };
    const more = file('codes.safetensors', writeSafetensors([...tensors, hostile], {}));
    const { out: lines } = await run(more, '--arch', 'lenet', '--out', out('codes'));
    expect(lines).toMatch(/^ {2}\?\[2J\.steps: ignored, no layer of the architecture needs it$/m);
    const alone = file('alone.safetensors', writeSafetensors([hostile], {}));
    await fails(1, /the file has \?\[2J\.steps \[1\]$/m, alone, '--arch', 'lenet', '--out', out('codes'));
  });

  it('takes names of classes from a file of lines or of JSON', async () => {
    const names = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
    const lines = file('names.txt', `\uFEFF${names.join('\r\n')}\r\n`);
    const list = file('names.json', JSON.stringify(names));
    for (const labels of [lines, list]) {
      const to = out('named');
      await succeeds(onnx, '--arch', 'lenet', '--labels', labels, '--out', to);
      expect((await loadModel(to)).model.labels).toEqual(names);
    }
    const few = file('few.txt', 'zero\none\n');
    await fails(
      1,
      /few\.txt: 2 labels for 10 classes/,
      onnx,
      '--arch',
      'lenet',
      '--labels',
      few,
      '--out',
      out('few'),
    );
  });

  it('takes the name of fetched weights', async () => {
    const content = readFileSync(onnx);
    const hashes = { sha256: createHash('sha256').update(content).digest('hex') };
    const entry = {
      ...{ name: 'tiny', file: 'tiny.onnx', urls: ['http://127.0.0.1:9/x'], bytes: content.length, hashes },
      ...{ licence: 'MIT', page: 'https://example.org', architecture: 'lenet', preprocessing: [] },
    };
    writeFileSync(path.join(root, 'manifest.json'), JSON.stringify([entry]));
    await fails(
      1,
      /the model "tiny" is known, but was not fetched: fool weights fetch tiny brings it/,
      'tiny',
      '--arch',
      'lenet',
      '--out',
      out('tiny'),
    );
    expect((await fool('weights', 'fetch', 'tiny', '--from', onnx)).code).toBe(0);
    const result = await succeeds('tiny', '--arch', 'lenet', '--out', out('tiny'));
    expect(result).toMatchObject({
      format: 'onnx',
      file: expect.stringMatching(/cache.*tiny\.onnx$/) as unknown,
    });
  });
});

describe('--check', () => {
  it('of a folder passes with the right preprocessing', async () => {
    for (let index = 0; index < 20; index++)
      file(`right/${String(mnist.targets[index])}/${String(index)}.png`, digit(index));
    const [dataset, to] = [path.join(root, 'right'), out('checked')];
    const result = await succeeds(
      ...[files.caffemodel, '--arch', 'lenet', '--mean', mean, '--check', dataset, '--out', to],
    );
    const check = result['check'] as { passed: boolean; datasets: { accuracy: number }[] };
    expect(check).toMatchObject({ passed: true, datasets: [{ dataset, images: 20 }] });
    expect(check.datasets[0]!.accuracy).toBeGreaterThanOrEqual(0.95);
    expect(existsSync(to)).toBe(true);
  });

  // With pixels 256 times too large, LeNet is sure of another digit.
  const known = [6, 62, 92].flatMap((index) => {
    const png = file(`digit-${String(index)}.png`, digit(index));
    return ['--check', `${png}:${String(mnist.targets[index])}`];
  });

  it('of pictures passes with the right scale', async () => {
    const result = await succeeds(onnx, '--arch', 'lenet', ...known, '--out', out('known'));
    const check = result['check'] as { passed: boolean; images: { rank: number; known: boolean }[] };
    expect(check.passed).toBe(true);
    expect(check.images.map(({ rank, known: isKnown }) => [rank, isKnown])).toEqual(
      new Array(3).fill([0, true]),
    );
  });

  it('of pictures fails with the wrong scale, names the right one, and writes nothing', async () => {
    const to = out('unknown');
    const err = await fails(
      1,
      /^fool: .*lenet\.onnx was read, but fails its check; .*unknown\.safetensors is not written$/m,
      ...[onnx, '--arch', 'lenet', '--scale', '1', ...known, '--out', to],
    );
    expect(err).toMatch(/^with --scale 0\.00390625 it knows 3 of 3 instead of 0: was that meant\?$/m);
    expect(existsSync(to)).toBe(false);
  });

  it('of a folder near chance fails', async () => {
    // Digits under the class that comes next.
    const wrong = path.join(root, 'wrong');
    for (let index = 0; index < 20; index++)
      file(`wrong/${String((mnist.targets[index]! + 1) % 10)}/${String(index)}.png`, digit(index));
    const err = await fails(
      1,
      /fails its check/,
      onnx,
      '--arch',
      'lenet',
      '--check',
      wrong,
      '--out',
      out('wrong'),
    );
    expect(err).toMatch(/^near chance: the preprocessing/m);
  });

  it.each<[string, number, RegExp]>([
    ['nowhere', 2, /--check nowhere: expected IMAGE:CLASS, mnist or a folder/],
    ['a.png:ten', 2, /--check a\.png:ten: "ten" is none of the model's classes/],
    ['a.png:7', 1, /cannot read a\.png/],
  ])('%s is refused', async (check, code, message) => {
    await fails(code, message, onnx, '--arch', 'lenet', '--check', check, '--out', out('refused'));
    expect(existsSync(out('refused'))).toBe(false);
  });
});

it('fool evaluate judges with a foreign file as it is', async () => {
  for (let index = 0; index < 30; index++)
    file(`digits/${String(mnist.targets[index])}/${String(index)}.png`, digit(index));
  const dataset = ['--dataset', path.join(root, 'digits'), '--json'];
  const outcome = await fool('evaluate', ...device, '--model', onnx, '--arch', 'lenet', ...dataset);
  expect(outcome.code).toBe(0);
  const result = JSON.parse(outcome.out) as { correct: number };
  expect(result).toMatchObject({ model: onnx, images: 30 });
  expect(result.correct).toBeGreaterThanOrEqual(28);
});

describe('what cannot be imported', () => {
  const cut = file('cut.onnx', readFileSync(onnx).subarray(0, 500_000));
  const cutZip = file('cut.pth', readFileSync(files.pytorch).subarray(0, 500_000));
  const text = file('weights.h5', 'hello');
  const empty = file('empty.onnx', '');
  const blocked = path.join(file('blocked', ''), 'x.safetensors');
  const lenetOut = ['--arch', 'lenet', '--out', out('none')];
  const mixed = file('mixed.json', '["zero", 1]');
  const two = file('two.json', '{"1": ["n1", "b"], "0": ["n0", "a"]}');
  const other = file('other.onnx', readFileSync(onnx));
  const small = file('mean.npy', npyOf([2, 3], new Float32Array(6)));

  it.each<[string, number, RegExp, string[]]>([
    [
      'an unknown format',
      1,
      /weights\.h5 is of no known kind of weight file; .*\.caffemodel/,
      [text, ...lenetOut],
    ],
    ['a truncated ONNX file', 1, /^fool: .*cut\.onnx/m, [cut, ...lenetOut]],
    ['a truncated checkpoint', 1, /^fool: .*cut\.pth/m, [cutZip, ...lenetOut]],
    ['an empty file', 1, /^fool: .*empty\.onnx/m, [empty, ...lenetOut]],
    ['a missing file', 1, /unknown model ".*no\.onnx"/, [path.join(root, 'no.onnx'), ...lenetOut]],
    ['a folder', 1, /cannot read .*: it is a folder/, [root, ...lenetOut]],
    [
      'another architecture',
      1,
      /lenet\.pth: no tensor conv1\.weight \[96, 3, 11, 11\].*; it fits --arch lenet: was that meant\?$/m,
      [files.pytorch, '--arch', 'caffenet', '--out', out('none')],
    ],
    [
      'an order of other layers',
      1,
      /lenet\.onnx has 4 layers with weights .*, caffenet has 8 .*; it fits --arch lenet/,
      [onnx, '--arch', 'caffenet', '--out', out('none')],
    ],
    [
      'no architecture',
      1,
      /names no architecture; pass --arch .*; its tensors fit lenet$/m,
      [onnx, '--out', out('none')],
    ],
    [
      'an unknown architecture',
      2,
      /Allowed choices are lenet/,
      [onnx, '--arch', 'vgg', '--out', out('none')],
    ],
    ['no --out', 2, /required option '--out <file>'/, [onnx, '--arch', 'lenet']],
    [
      'another ending',
      2,
      /--out lenet\.onnx: a model file's name ends with \.safetensors/,
      [onnx, '--out', 'lenet.onnx'],
    ],
    ['a folder that cannot be', 1, /^fool: .*blocked/m, [onnx, '--arch', 'lenet', '--out', blocked]],
    [
      'a mean that is no number',
      2,
      /--mean 1,,2: expected a file, or numbers/,
      [onnx, '--mean', '1,,2', ...lenetOut],
    ],
    ['a mean that is not there', 1, /cannot read mean\.txt/, [onnx, '--mean', 'mean.txt', ...lenetOut]],
    ['a mean image of another kind', 1, /^fool: .*other\.onnx/m, [onnx, '--mean', other, ...lenetOut]],
    [
      'a mean of another size',
      1,
      /^fool: .*mean\.npy: the mean is \[1, 2, 3\], the image/m,
      [onnx, '--mean', small, ...lenetOut],
    ],
    [
      'labels of too few classes',
      1,
      /^fool: .*two\.json: 2 labels for 10/m,
      [onnx, '--labels', two, ...lenetOut],
    ],
    ['a scale beyond binary32', 2, /Expected numbers with commas/, [onnx, '--scale', '1e39', ...lenetOut]],
    ['a mean beyond binary32', 2, /--mean 1e39: expected a file/, [onnx, '--mean', '1e39', ...lenetOut]],
    ['a scale that is no number', 2, /Expected numbers with commas/, [onnx, '--scale', '1,x', ...lenetOut]],
    ['a scale of zero', 1, /the scale is 0/, [onnx, '--scale', '0', ...lenetOut]],
    ['labels that are not there', 1, /cannot read none\.txt/, [onnx, '--labels', 'none.txt', ...lenetOut]],
    [
      'labels of another kind',
      1,
      /^fool: .*mixed\.json: has no name for class 1/m,
      [onnx, '--labels', mixed, ...lenetOut],
    ],
  ])('%s is refused', async (_, code, message, commandLine) => {
    await fails(code, message, ...commandLine);
    expect(existsSync(out('none'))).toBe(false);
  });
});
