import { expect, test } from 'vitest';
import { scatter } from '../../../src/kernels/ascent/scatter.ts';
import { openTestGpu, runKernel } from '../../gpu.ts';

test.each([5, 300])(
  'puts %i words where the table says, bit by bit, and leaves the others alone',
  async (count) => {
    const gpu = await openTestGpu();
    const target = 3 * count + 1;
    // The quiet NaN and the denormal would not survive being moved as floats everywhere.
    const x = Uint32Array.from({ length: count }, (_, at) => [0x7fc0_1234, 1, 0x8000_0000, at][at % 4]!);
    const place = Uint32Array.from({ length: count }, (_, at) => (at === 2 ? target : 3 * (count - at) - 2));
    const before = Uint32Array.from({ length: target }, (_, at) => 1000 + at);
    const results = await runKernel(gpu, scatter(count, target), { x, place, y: before });
    const reference = before.slice();
    for (let at = 0; at < count; at++) if (at !== 2) reference[place[at]!] = x[at]!;
    expect([...new Uint32Array(results.y!)]).toEqual([...reference]);
  },
);
