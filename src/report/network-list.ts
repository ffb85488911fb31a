/**
 * The networks of a page with many pictures, as numbers that it holds: its script lays one out and draws it when it is opened.
 * All of them drawn would be ten times as large, and take longer than the rest of the page.
 */
import { activationFunctions, type CppnGenome } from '../genome/genome.ts';
import type { SerialisedGenome } from '../runs/evolution/records.ts';
import { describeCppn, effectivePart, isDrawn, networkDrawing } from './cppn-graph.ts';
import { html, trusted, type Markup } from './markup.ts';
import { mostAtOnce } from './picture-list.ts';

/** Outputs, then identity and function of each node, outputs first, then source, target and weight of each connection. */
export type PackedNetwork = readonly [
  outputs: number,
  nodes: readonly number[],
  connections: readonly number[],
];

/** Characters of all networks that a page holds. */
const mostHeld = 1_300_000;

/** Where the page's script finds them. */
export const networksId = 'networks';

/** What a page shows of its networks. */
export interface Networks {
  /** In the order of what they were asked for: the drawing, or what unfolds to it; undefined for what has no network. */
  readonly shown: readonly (Markup | undefined)[];
  /** For the end of the page, where its script draws them. */
  readonly data?: Markup;
}

interface Named {
  /** Read out in place of the drawing. */
  readonly label: string;
  readonly genome?: SerialisedGenome;
}

/**
 * Drawings of a few; of many what unfolds to them.
 * @param hasScript whether the page has one to draw them by
 * @returns undefined where many would make the page too large, or there is none to draw them
 */
export function networksOf(named: readonly Named[], hasScript: boolean): Networks | undefined {
  const genomes = named.map(({ genome }) => (genome?.encoding === 'cppn' ? genome : undefined));
  if (named.length <= mostAtOnce) {
    const shown = genomes.map((genome, index) => genome && networkDrawing(named[index]?.label ?? '', genome));
    return { shown };
  }
  if (genomes.every((genome) => genome === undefined)) return { shown: genomes.map(() => undefined) };
  if (!hasScript) return undefined;
  const packed = genomes.map((genome) => (genome && isDrawn(genome) ? packNetwork(genome) : null));
  const text = JSON.stringify(packed);
  if (text.length > mostHeld) return undefined;
  return {
    shown: genomes.map((genome, index) => genome && folded(genome, index)),
    data: html`<script type="application/json" id="${networksId}">
      ${trusted(text)}
    </script>`,
  };
}

/** The script puts the drawing behind the words, where there is one. */
function folded(genome: CppnGenome, index: number): Markup {
  const words = isDrawn(genome) ? describeCppn(genome) : `Too large to draw: ${describeCppn(genome)}`;
  return html`<details data-network="${index}">
    <summary>network</summary>
    <p>${words}.</p>
  </details>`;
}

/** What leads to no output is not drawn, and left out. Weights are rounded to what is shown of them. */
export function packNetwork(genome: CppnGenome): PackedNetwork {
  const { nodes, connections } = effectivePart(genome);
  const outputs = nodes.filter(({ role }) => role === 'output');
  const sorted = [...outputs, ...nodes.filter(({ role }) => role !== 'output')];
  return [
    outputs.length,
    sorted.flatMap(({ id, activation }) => [id, activationFunctions.indexOf(activation)]),
    connections.flatMap(({ source, target, weight }) => [source, target, Number(weight.toFixed(3))]),
  ];
}

export function unpackNetwork([outputs, nodes, connections]: PackedNetwork): CppnGenome {
  return {
    encoding: 'cppn',
    nodes: groupsOf(nodes, 2).map(([id = 0, activation = 0], index) => ({
      id,
      role: index < outputs ? 'output' : 'hidden',
      activation: activationFunctions[activation] ?? 'linear',
    })),
    connections: groupsOf(connections, 3).map(([source = 0, target = 0, weight = 0]) => {
      return { source, target, weight };
    }),
  };
}

function groupsOf(values: readonly number[], size: number): number[][] {
  return Array.from({ length: values.length / size }, (_, index) =>
    values.slice(index * size, (index + 1) * size),
  );
}
