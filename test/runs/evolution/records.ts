/** Records of a run that never was, for tests of what is written and read back. */
import type { Checkpoint } from '../../../src/runs/evolution/checkpoint.ts';
import type { CellRecord, ProgressRecord, RunRecord } from '../../../src/runs/evolution/records.ts';

const connections = [0, 1, 2, 3].map((source) => ({ source, target: 4, weight: 2 * source - 3 }));

export const cppnCell: CellRecord = {
  class: 0,
  label: 'zero',
  confidence: 0.75,
  id: 12,
  parent: null,
  generation: 1,
  goalSwitches: 0,
  genome: { encoding: 'cppn', nodes: [{ id: 4, role: 'output', activation: 'sine' }], connections },
};

export const directCell: CellRecord = {
  ...cppnCell,
  class: 1,
  label: 'one',
  parent: 3,
  genome: { encoding: 'direct', genes: 'AAA=' },
};

export const checkpoint: Checkpoint = {
  format: 2,
  version: '0.1.0',
  model: 'ab'.repeat(32),
  architecture: 'tiny',
  adapter: 'SwiftShader 5',
  generations: 2,
  seconds: 1.5,
  milliseconds: { setUp: 0, render: 1, network: 2, readBack: 3, evolution: 4, saving: 5 },
  cells: [cppnCell, directCell],
};

export const origin: Omit<RunRecord, 'settings' | 'started'> = {
  format: 1,
  version: '0.1.0',
  model: {
    name: 'tiny',
    architecture: 'tiny',
    sha256: 'ab'.repeat(32),
    labels: ['zero', 'one'],
    image: [1, 1, 1],
  },
  adapter: { name: 'swiftshader', kind: 'swiftshader', description: 'SwiftShader 5', reason: 'asked for' },
  variants: {},
};

export function progressOf(generation: number): ProgressRecord {
  const rest = { median: 0.5, mean: 0.5, min: 0.5, best: 0.5, confidences: [0.5, 0.5], replaced: 0 };
  return { generation, evaluations: 4 * (generation + 1), seconds: generation, ...rest };
}
