/** Devices in one process: closing, losing or opening one is no matter of another one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

/** What is collected too early ends the process; so a process of its own, whose garbage is collected when told. */
const program = `
  import { openGpu } from ${JSON.stringify(pathToFileURL(resolve('dist/node.js')).href)};
  const adapter = process.env.FOOL_ADAPTER ?? 'swiftshader';
  const use = async (gpu) => {
    const buffer = gpu.bufferFrom('values', Float32Array.of(1, 2, 3, 4));
    const values = new Float32Array(await gpu.read(buffer));
    buffer.destroy();
    if (values.join() !== '1,2,3,4') throw new Error('read ' + values.join());
  };
  const collect = async () => {
    await new Promise((done) => setTimeout(done, 10));
    globalThis.gc();
  };
  const first = await openGpu(adapter);
  for (let round = 0; round < 6; round++) {
    const other = await openGpu(adapter);
    await use(other);
    if (round % 3 === 0) other.close();
    if (round % 3 === 1) other.device.destroy();
    await collect();
    await use(first);
  }
  first.close();
  await collect();
  console.log('all there');
`;

test('a device lives on when others are opened, closed, lost and collected', async () => {
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  expect(said).toBe('all there\n');
  expect(code).toBe(0);
});
