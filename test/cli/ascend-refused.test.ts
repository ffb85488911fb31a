/** What `fool ascend` says of what cannot be. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodePng } from '../../src/node/image-file.ts';
import { fool } from './fool.ts';

const root = mkdtempSync(path.join(tmpdir(), 'fool-ascend-refused-'));
const device = ['--adapter', process.env['FOOL_ADAPTER'] ?? 'swiftshader'];
const at = (...names: string[]) => path.join(root, ...names);
const seven = at('seven.png');
writeFileSync(seven, encodePng({ extent: [1, 28, 28], bytes: new Uint8Array(28 * 28) }));

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('fool ascend refuses', () => {
  const some = ['--class', '1', '--out', at('refused')];
  it.each<[string[], RegExp]>([
    [['--out', at('refused')], /either --class .*--unit.* --untargeted/],
    [
      ['--class', '10', '--out', at('refused')],
      /--class: "10" is none of the model's classes: expected a class number from 0 to 9/,
    ],
    [['--class', '1,1', '--out', at('refused')], /--class names the same class twice/],
    [['--unit', 'conv3:1', '--out', at('refused')], /conv3.*conv2|conv3.*conv1/],
    [['--unit', 'conv2:50', '--out', at('refused')], /conv2 has the channels 0 to 49, not 50/],
    [['--unit', 'conv2:1,8,0', '--out', at('refused')], /conv2.*0 to 7/],
    [
      ['--unit', 'logit:3', '--avoid', '2', '--out', at('refused')],
      /--avoid and --objective belong to --class/,
    ],
    [[...some, '--avoid', '1'], /1/],
    [
      [...some, '--momentum', '0.5', '--step-rule', 'progress', '--objective', 'probability'],
      /--step-rule progress with --momentum/,
    ],
    [[...some, '--step-rule', 'progress', '--momentum', '0'], /progress/],
    [[...some, '--largest', '5'], /--largest has no use with --step-rule normalised/],
    [[...some, '--preset', 'paper', '--step-size', '5'], /--step-size has no use with --step-rule progress/],
    [[...some, '--blur', '0.1'], /--blur is 0\.1/],
    [[...some, '--blur-every', '3'], /--blur-every without --blur/],
    [[...some, '--small-norm', '100'], /--small-norm is 100/],
    [[...some, '--decay', '1'], /--decay is 1/],
    [[...some, '--ball', 'l2', '--radius', '5'], /--ball l2 without a picture/],
    [
      [...some, '--ball', 'linf', '--radius', '0.03', '--start', seven],
      /--radius .* is 0\.03, expected .* from 1/,
    ],
    [[...some, '--untargeted'], /either --class .*--unit.* --untargeted/],
    [['--untargeted', '--out', at('refused')], /--untargeted without pictures to be changed/],
    [
      ['--untargeted', '--start', seven, '--avoid', '2', '--out', at('refused')],
      /--avoid belongs to --class/,
    ],
    [[...some, '--preset', 'fgsm'], /--preset fgsm changes a picture: say which with --start FILE/],
    [[...some, '--preset', 'pgd', '--start', seven, '--decay', '0.1'], /--decay 0\.1 with --ball/],
    [[...some, '--start', at('missing.png')], /expected gaussian, uniform, mean, a picture file or a folder/],
    [[...some, '--param', 'fourier', '--blur', '1'], /--blur acts on pixels/],
    [[...some, '--param', 'cppn', '--start', 'mean'], /--param cppn starts from its genomes/],
    [[...some, '--batch', '6'], /--batch is 6, expected 4, 8, 12/],
    [[...some, '--until', '1.5'], /--until is 1\.5/],
    [[...some, '--jitter', '14'], /--jitter is 14/],
    [[...some, '--compare', '--search', '3'], /choose one/],
    [[...some, '--ranges', seven], /--ranges belongs to --search/],
    [[...some, '--search', '3', '--ranges', seven], /--ranges .*seven\.png/],
    [[...some, '--step-size', 'far'], /Expected a number/],
  ])('%j', async (options, message) => {
    const { code, err, out } = await fool('ascend', ...device, ...options);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n\s+at /);
    expect(out).toBe('');
    expect(code).toBe(2);
    expect(existsSync(at('refused', 'run.json'))).toBe(false);
  });
});
