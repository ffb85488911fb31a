import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { openGpu } from '../../src/node/adapter.ts';

const adapter = process.env['FOOL_ADAPTER'] ?? 'swiftshader';

/** All of it, now. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

test('a device goes on when another one is opened after it', async () => {
  const devices = [await openGpu(adapter), await openGpu(adapter)];
  for (const gpu of devices) {
    collectGarbage();
    await new Promise((done) => setTimeout(done, 50));
    const buffer = gpu.bufferFrom('numbers', Float32Array.of(1, 2));
    expect([...new Float32Array(await gpu.read(buffer, 8))]).toEqual([1, 2]);
  }
  for (const gpu of devices) gpu.close();
});
