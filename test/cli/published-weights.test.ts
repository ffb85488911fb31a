/** What is known of weights that others have published. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { importCommand } from '../../src/cli/import-line.ts';
import { architectureNames } from '../../src/model/architectures/index.ts';
import { knownWeights } from '../../src/weights/known-weights.ts';
import { weightsManifest } from '../../src/node/weights-manifest.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-published-weights-'));
const manifest = join(root, 'manifest.json');
process.env['FOOL_WEIGHTS_MANIFEST'] = manifest;

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('the published weights', () => {
  it('have all that a check needs, and an architecture that there is', () => {
    writeFileSync(manifest, JSON.stringify(knownWeights));
    expect(weightsManifest()).toEqual(knownWeights);
    for (const { architecture, urls } of knownWeights) {
      expect(architectureNames).toContain(architecture);
      expect(urls.length).toBeGreaterThan(0);
    }
    expect(new Set(knownWeights.map(({ name }) => name)).size).toBe(knownWeights.length);
  });

  it('tell how to import them', () => {
    expect(knownWeights.map((weights) => importCommand(weights, '/my files/x'))).toEqual([
      ...[
        ['caffenet', 'caffenet-onnx'],
        ['alexnet', 'bvlcalexnet-onnx'],
        ['caffenet', 'bvlc-caffenet'],
      ].map(
        ([arch, name]) =>
          `fool import '/my files/x' --arch ${arch!} --mean 104,117,123 --channels bgr --out ${name!}.safetensors`,
      ),
      "fool import '/my files/x' --arch alexnet-torchvision --mean 123.675,116.28,103.53 --channels rgb " +
        '--scale 0.01712475,0.017507,0.01742919 --out torchvision-alexnet.safetensors',
    ]);
  });
});
