import { decode } from 'modern-gif';
import { expect, it } from 'vitest';
import { framePath } from '../../src/ascent/records.ts';
import { writeAnimations } from '../../src/node/animation.ts';
import { encodePng } from '../../src/node/image-file.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';

const frame = (channels: 1 | 3, value: number) =>
  encodePng({ pixels: new Uint8Array(channels * 12 * 10).fill(value), channels, height: 12, width: 10 });

it('makes a GIF of every film strip, its frames in the order of the iterations', async () => {
  const storage = new MemoryStorage();
  for (const iteration of [0, 1, 2, 16, 10_000]) await storage.write(framePath(3, iteration), frame(3, 50));
  await storage.write(framePath(5, 0), frame(1, 200));
  expect(await writeAnimations(storage)).toBe(2);
  const bytes = storage.files.get('animations/0003.gif')!;
  expect(new TextDecoder().decode(bytes.subarray(0, 6))).toBe('GIF89a');
  const gif = decode(bytes.slice().buffer);
  expect([gif.width, gif.height]).toEqual([10, 12]);
  expect(gif.frames.map(({ delay }) => delay)).toEqual([250, 250, 250, 250, 1500]);
  expect(decode(storage.files.get('animations/0005.gif')!.slice().buffer).frames).toHaveLength(1);
});

it('writes nothing where there are no strips', async () => {
  const storage = new MemoryStorage();
  expect(await writeAnimations(storage)).toBe(0);
  expect(storage.files.size).toBe(0);
});
