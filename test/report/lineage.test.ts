import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byId, lineTo, stepsOf, type Ancestor, type Step } from '../../src/evolution/lineage.ts';
import type { CellRecord } from '../../src/runs/evolution/records.ts';
import { drawTree, largestTree, treeOf } from '../../src/report/lineage-graph.ts';
import { renderLineage, type LineageInput } from '../../src/report/lineage-page.ts';
import { mostShown, mostSwitches, placesToShow } from '../../src/report/lineage-places.ts';
import { plotSureCells, plotWins } from '../../src/report/plots.ts';
import { readLineage } from '../../src/runs/evolution/read-lineage.ts';
import { withChecksum, withChecksumIn } from '../../src/storage/checksum.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { mutationsOf } from '../support/hostile-bytes.ts';
import { everyReplacement } from '../support/replacements.ts';
import { fakeRun } from './fake-run.ts';
import { parsePage, type PageElement } from './page.ts';

const population = 200;
const idOf = (generation: number, child = 0) => generation * population + child;

/** A line through a class per generation, from 0 on. */
function lineThrough(classes: readonly number[], stride = 1): Ancestor[] {
  return classes.map((number, step): Ancestor => {
    const [parent, from] = step === 0 ? [null, null] : [idOf((step - 1) * stride), classes[step - 1]!];
    const [generation, confidence] = [step * stride, 0.5];
    return { id: idOf(generation), parent, from, class: number, confidence, generation };
  });
}

const elite = (cellClass: number, ancestor: Ancestor): CellRecord => {
  const { id, parent, generation, confidence } = ancestor;
  return {
    ...fakeRun().cells[0]!,
    class: cellClass,
    label: String(cellClass),
    id,
    parent,
    generation,
    confidence,
  };
};

const stepsThrough = (classes: readonly number[], stride?: number): Step[] =>
  stepsOf(lineThrough(classes, stride), classes.at(-1)!);

describe('the ancestors that are shown', () => {
  it('are all where they are few', () => {
    expect(placesToShow(stepsThrough([1, 1, 2, 1]))).toEqual([0, 1, 2, 3]);
  });

  it('are the ends, every goal switch, and others evenly by generation', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 60, maxLength: 400 }), (switches) => {
        let number = 0;
        const steps = stepsThrough(switches.map((is, index) => (is && index % 15 === 7 ? ++number : number)));
        const places = placesToShow(steps);
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
        expect(places.length).toBeLessThanOrEqual(mostShown);
        expect([places[0], places.at(-1)]).toEqual([0, steps.length - 1]);
        for (const [place, { switched }] of steps.entries()) if (switched) expect(places).toContain(place);
        const gaps = places.slice(1).map((place, index) => place - places[index]!);
        expect(Math.max(...gaps)).toBeLessThanOrEqual(Math.ceil(steps.length / (mostShown - number - 2)) + 1);
      }),
      { numRuns: 50 },
    );
  });

  it('are goal switches alone where those are many, and no more than a page can hold', () => {
    const restless = stepsThrough(Array.from({ length: 100 }, (_, step) => step));
    expect(placesToShow(restless)).toHaveLength(100);
    expect(placesToShow(stepsThrough(Array.from({ length: 9000 }, (_, step) => step)))).toHaveLength(
      mostSwitches,
    );
  });
});

describe('the tree of all elites', () => {
  const trunk = lineThrough([0, 0, 0, 0]);
  const branch: Ancestor = { ...trunk[2]!, id: idOf(2, 7), parent: idOf(1), class: 1, confidence: 0.7 };
  const alone: Ancestor = { ...trunk[0]!, id: idOf(0, 9), class: 2 };
  const ancestors = [...trunk.slice(0, 2), alone, ...trunk.slice(2), branch];
  const cells = [elite(0, trunk[3]!), elite(1, branch), elite(2, alone)];

  it('has the elites, where lines part and where they begin, and counts those between', () => {
    const { nodes, edges } = treeOf(ancestors, cells);
    expect(nodes.map(({ id }) => id)).toEqual(
      [trunk[0], trunk[1], alone, trunk[3], branch].map((one) => one!.id),
    );
    expect(edges).toEqual([
      { from: idOf(0), to: idOf(1), between: 0 },
      { from: idOf(1), to: idOf(3), between: 1 },
      { from: idOf(1), to: idOf(2, 7), between: 0 },
    ]);
  });

  it('is drawn with the line of one elite marked, and not at all where it is too large', () => {
    const labels = ['nought', 'one', 'two'];
    const document = parsePage(drawTree(ancestors, cells, cells[1], labels)!.text);
    const labelled = [...document.querySelectorAll('.node')].map(
      (node) => node.querySelector('text')?.textContent,
    );
    expect(labelled).toEqual(['0', '1', '0: two', '3: nought', '2: one']);
    expect(document.querySelectorAll('.node.chosen')).toHaveLength(3);
    expect(document.querySelectorAll('path.chosen')).toHaveLength(2);
    expect(document.querySelector('text.count')?.textContent).toBe('+1');
    const many = Array.from({ length: largestTree + 1 }, (_, child) => ({
      ...trunk[0]!,
      id: child,
      class: child,
    }));
    expect(
      drawTree(
        many,
        many.map((one) => elite(one.class, one)),
        elite(0, many[0]!),
        labels,
      ),
    ).toBeUndefined();
  });
});

describe('the counts on the edges of a tree', () => {
  /** A line of each length from one root, each to an elite. */
  const root = lineThrough([0])[0]!;
  const lengths = [3, 1, 12, 2, 120, 5];
  const lines = lengths.map((length, child) =>
    Array.from({ length }, (_, step): Ancestor => {
      const parent = step === 0 ? root.id : idOf(step, child);
      return { ...root, id: idOf(step + 1, child), parent, from: 0, class: child, generation: step + 1 };
    }),
  );
  const ancestors = [root, ...lines.flat()];
  const cells = lines.map((line, child) => elite(child, line.at(-1)!));
  const tree = parsePage(drawTree(ancestors, cells, undefined, ['a', 'b', 'c', 'd', 'e', 'f'])!.text);
  const numberOf = (element: PageElement | null, name: string) => Number(element?.getAttribute(name));
  const counts = [...tree.querySelectorAll('text.count')].map((text) => {
    const [x, y, width] = [numberOf(text, 'x'), numberOf(text, 'y'), 7 * text.textContent.length];
    return { text: text.textContent, left: x - width / 2, right: x + width / 2, top: y - 7, bottom: y + 7 };
  });

  it('are all there', () => {
    expect(counts.map(({ text }) => text).sort()).toEqual(['+1', '+11', '+119', '+2', '+4']);
  });

  it('overlap neither a node nor each other', () => {
    const nodes = [...tree.querySelectorAll('.node rect')].map((rect) => {
      const [left, top] = [numberOf(rect, 'x'), numberOf(rect, 'y')];
      return {
        left,
        top,
        right: left + numberOf(rect, 'width'),
        bottom: top + numberOf(rect, 'height'),
      };
    });
    for (const count of counts)
      for (const other of [...nodes, ...counts]) {
        if (other === count) continue;
        const apart =
          count.right <= other.left ||
          other.right <= count.left ||
          count.bottom <= other.top ||
          other.bottom <= count.top;
        expect(apart, JSON.stringify([count, other])).toBe(true);
      }
  });
});

describe('the page of an ancestry', () => {
  const steps = stepsThrough([0, 0, 1, 1, 2]);
  const ancestors = steps.map(({ ancestor }) => ancestor);
  const input: LineageInput = {
    ...fakeRun({ label: (index) => ['cat', 'dog', 'owl'][index] ?? '' }),
    ...{ ancestors, steps, shown: [0, 2, 3, 4] },
    cell: elite(2, ancestors[4]!),
    cells: [elite(0, ancestors[1]!), elite(1, ancestors[3]!), elite(2, ancestors[4]!)],
    pictures: [0, 1, 1, 2].map((named) => ({ png: Uint8Array.of(137), named, confidence: 0.75 })),
  };
  const textOf = (html: string) => parsePage(html).textContent.replaceAll(/\s+/g, ' ');

  it('shows the pictures, what they are called, and where the line changed its class', () => {
    const document = parsePage(renderLineage(input));
    const figures = [...document.querySelectorAll('.strip figure')];
    expect(figures.map((figure) => figure.textContent.replaceAll(/\s+/g, ' ').trim())).toEqual([
      '0: cat cat 75.00 %',
      '2: dog dog 75.00 %',
      '3: dog dog 75.00 %',
      '4: owl owl 75.00 %',
    ]);
    expect(figures.map((figure) => figure.getAttribute('class'))).toEqual([
      'ancestor',
      'switched',
      'ancestor',
      'switched',
    ]);
    expect(
      [...document.querySelectorAll('svg.lineage')[0]!.querySelectorAll('.switched text')].map(
        (one) => one.textContent,
      ),
    ).toEqual(['2: dog', '4: owl']);
    expect(textOf(renderLineage(input))).toContain(
      '4 of 5 images of the line: all goal switches, the others evenly',
    );
  });

  it('says why there are no pictures', () => {
    const text = textOf(renderLineage({ ...input, pictures: 'Nobody remembers.' }));
    expect(text).toContain('Nobody remembers.');
    expect(text).not.toContain('byte for byte');
  });

  it('keeps hostile labels as text', () => {
    const hostile = `</title><script>alert(1)</script><img src=x onerror="alert(2)">`;
    const run = {
      ...input.run,
      model: { ...input.run.model, name: hostile, labels: [hostile, hostile, hostile] },
    };
    const document = parsePage(renderLineage({ ...input, run, cell: { ...input.cell, label: hostile } }));
    expect(document.querySelectorAll('script, [onerror], img[src="x"]')).toHaveLength(0);
  });
});

describe('lineage.json', () => {
  const ancestors = lineThrough([0, 1, 1]);
  const cells = [elite(1, ancestors[2]!)];
  const { run } = fakeRun();
  const marked = { ...run, mark: 'abad1dea' };
  const record = { format: 1, ancestors };

  async function read(content: unknown, of = run) {
    const storage = new MemoryStorage();
    const text = content instanceof Uint8Array ? content : JSON.stringify(content);
    await storage.write('lineage.json', text);
    return readLineage(storage, of, cells);
  }

  it('is read with its checksum and mark, and is not missed where there is none', async () => {
    expect(await read(withChecksum(record))).toEqual({ ancestors });
    expect(await read(withChecksumIn('abad1dea')(record), marked)).toEqual({ ancestors });
    expect(await readLineage(new MemoryStorage(), run, cells)).toEqual({});
  });

  it('of another run, archive or version is a problem in words', async () => {
    expect((await read(withChecksum(record), marked)).problem).toMatch(
      /^lineage\.json .*checksum does not hold$/,
    );
    expect((await read(withChecksum({ ...record, ancestors: ancestors.slice(0, 2) }))).problem).toBe(
      'lineage.json is not of this archive: elite 400 of class 1 is not among the ancestors',
    );
    expect((await read({ ...record, format: 2 })).problem).toMatch(/^lineage\.json .*format: .*expected 1$/);
  });

  it('of any bytes, or with anything in place of anything, is read or a problem', async () => {
    const whole = new TextEncoder().encode(JSON.stringify(record));
    await fc.assert(
      fc.asyncProperty(mutationsOf(whole), async (bytes) => {
        const { ancestors: found, problem } = await read(bytes);
        expect((found === undefined) === (problem !== undefined)).toBe(true);
        // Whatever is read can be walked.
        if (found) expect(lineTo(byId(found), cells[0]!.id).length).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
    for (const content of everyReplacement(record)) {
      const { ancestors: found, problem } = await read(content);
      expect((found === undefined) === (problem !== undefined)).toBe(true);
    }
  });
});

describe('curves of wins and sure cells', () => {
  it('are left out for records of earlier versions', () => {
    expect(plotSureCells(fakeRun().progress)).toBeUndefined();
    expect(plotWins(fakeRun().progress, population)).toBeUndefined();
  });

  it('are drawn from those that have them, however many', () => {
    for (const generations of [1, 7, 3000]) {
      const progress = fakeRun({ generations }).progress.map((one, index) => {
        return { ...one, goalSwitches: index % 2, above90: 3, above99: 2, above9999: index % 3 };
      });
      for (const drawing of [plotSureCells(progress)!, plotWins(progress, population)!]) {
        expect(drawing.text).not.toContain('NaN');
        expect(drawing.text.length).toBeLessThan(100_000);
      }
    }
  });
});
