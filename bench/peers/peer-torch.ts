/** PyTorch on the CPU, where there is a Python that has it; see `peer-torch.py` for what travels. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extents, volume } from '../../src/network/layer.ts';
import {
  inputsOf,
  momentum,
  parameterNames,
  rate,
  targetsOf,
  trainingRate,
  type Case,
  type Measured,
} from './peer-case.ts';
import { fewSamples, slowRun, sampleOf } from '../sampling/sampling.ts';

/** The first Python that has PyTorch; a distribution's own may hide behind another. */
export function findTorch(): string | undefined {
  const candidates = [process.env['PYTHON'], 'python3', '/usr/bin/python3'].filter(
    (name) => name !== undefined,
  );
  return candidates.find((python) => {
    try {
      execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

export function torchMeasure(python: string, work: Case): Measured {
  const { architecture, weights, images, pass } = work;
  const training = pass === 'training step';
  const parameters = training ? parameterNames(architecture) : [];
  const classes = volume(extents(architecture).at(-1) ?? [0, 0, 0]);
  const folder = mkdtempSync(join(tmpdir(), 'easily-fooled-torch-'));
  const write = (name: string, values: Float32Array | Uint32Array) => {
    writeFileSync(join(folder, `${name}.bin`), values);
  };
  const read = (name: string) => Float32Array.from(floatsOf(readFileSync(join(folder, `${name}.bin`))));
  try {
    for (const [name, { data }] of weights) write(name, data);
    write('input', inputsOf(work));
    write('targets', targetsOf(work, classes));
    const { layers, input } = architecture;
    const limits = { ...fewSamples, slow: slowRun };
    const descent = { rate: training ? trainingRate : rate, momentum };
    const job = { folder, layers, input, images, classes, parameters, ...descent, limits };
    // Beside this file, and where the bundle lies one folder beside too.
    const script = fileURLToPath(new URL('./peer-torch.py', import.meta.url));
    const text = execFileSync(python, [script], { input: JSON.stringify(job), encoding: 'utf8' });
    const { times } = JSON.parse(text) as { times: number[] };
    return {
      case: work,
      engine: 'torch-cpu',
      adapter: 'cpu',
      sample: sampleOf(times),
      logits: read('logits'),
      gradients: (training ? parameters : ['input']).map((name) => read(`${name}.gradient`)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function floatsOf(bytes: Buffer): Float32Array {
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
