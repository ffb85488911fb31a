import { describe, expect, test } from 'vitest';
import { planLines } from '../../bench/listing.ts';
import { chooseWorks, networkWorks } from '../../bench/networks/network-works.ts';
import { chosenSections, planOf } from '../../bench/plan.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { openTestGpu } from '../gpu.ts';

describe('the sections', () => {
  test.each([
    [[], {}, ['kernels', 'networks', 'peers', 'evolution']],
    [['networks', 'kernels', 'networks'], {}, ['networks', 'kernels']],
    [[], { family: 'relu' }, ['kernels']],
    [[], { family: 'conv2d', shapeOf: ['…'] }, ['kernels']],
    [[], { network: 'AlexNet' }, ['networks']],
    [[], { visits: 1 }, ['networks']],
    [[], { batch: [8] }, ['kernels', 'networks', 'peers']],
    [[], { family: 'relu', batch: [8] }, ['kernels']],
    [[], { family: 'relu', network: 'AlexNet' }, ['kernels', 'networks']],
    [['peers'], { network: 'AlexNet', batch: [1] }, ['peers']],
  ])('%j with %j are %j', (named, choice, expected) => {
    expect(chosenSections(named, choice)).toEqual(expected);
  });

  test.each([
    [['kernel'], {}, /there is no section kernel to measure, but kernels, .*did you mean kernels\?/],
    [['networks'], { family: 'relu' }, /--family chooses among kernels, not to be measured here/],
    [['kernels', 'peers'], { visits: 2 }, /--visits chooses among networks/],
    [['evolution'], { batch: [4] }, /--batch chooses among kernels and networks and peers/],
  ])('%j with %j are refused', (named, choice, message) => {
    expect(() => chosenSections(named, choice)).toThrow(UsageError);
    expect(() => chosenSections(named, choice)).toThrow(message);
  });
});

describe('works of networks', () => {
  test('are chosen by their words and batches', () => {
    const works = chooseWorks(networkWorks, { network: 'alexnet FORWARD', batch: [1, 16] });
    expect(works.length).toBe(8);
    for (const { work, batch } of works) {
      expect(work).toMatch(/^AlexNet forward/);
      expect([1, 16]).toContain(batch);
    }
    expect(chooseWorks(networkWorks, {})).toEqual(networkWorks);
  });

  test('that there are not are refused with those that there are', () => {
    expect(() => chooseWorks(networkWorks, { network: 'LeNet', batch: [8] })).toThrow(
      /^--network LeNet with --batch 8 fits no work; there are: LeNet forward, batch 4, 200, 1000, 8000; /,
    );
    expect(() => chooseWorks(networkWorks, { network: 'ResNet' })).toThrow(/AlexNet forward, batch 1, 2/);
  });
});

describe('a plan', () => {
  const plan = async (sections: Parameters<typeof planOf>[1], choice: Parameters<typeof planOf>[2]) => {
    const said: string[] = [];
    return { plan: planOf(await openTestGpu(), sections, choice, (line) => said.push(line)), said };
  };

  test('lists what would be measured, with the variants', async () => {
    const { plan: made } = await plan(['kernels', 'evolution'], {
      family: 'relu',
      shapeOf: ['8x8x8 batch 1..4*2'],
    });
    const lines = planLines(made);
    expect(lines[0]).toMatch(/^kernels: 6 cases, 6 rows/);
    expect(lines).toContain('    8x8x8 batch 2 gradient: linear64');
    expect(lines).toContain('  MNIST direct, 200 generations × 200, seed 1');
  });

  test('leaves out a section in which nothing fits, where another has something', async () => {
    const { plan: made, said } = await plan(['networks', 'peers'], { network: 'training', batch: [64] });
    expect(made.sections).toEqual(['networks', 'peers']);
    const other = await plan(['networks', 'peers'], { network: 'CPPN' });
    expect(other.plan.sections).toEqual(['networks']);
    expect(other.said).toEqual(['peers are left out: nothing in them fits the choice']);
    expect(said).toEqual([]);
    await expect(plan(['networks', 'peers'], { batch: [3] })).rejects.toThrow('--batch 3 fits no work');
  });

  test.each([
    [{ shapeOf: ['8x8x8'] }, /--shape-of wants --family too/],
    [
      { shapeOf: ['8x8x8'], family: 'relu', shape: 'relu1' },
      /--shape chooses among the shapes of the networks/,
    ],
    [{ shapeOf: ['8x8x8'], family: 'relu', batch: [4] }, /the batch stands in --shape-of/],
  ])('of shapes of one’s own beside others is refused: %j', async (choice, message) => {
    await expect(plan(['kernels'], choice)).rejects.toThrow(message);
  });
});
