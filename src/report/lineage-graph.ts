/** A line of ancestors as a path, and the shared ancestry of all living elites as a tree. */
import { Graph, layout, type Point } from '@dagrejs/dagre';
import { byId, lineTo, winsOf, type Ancestor, type Step } from '../evolution/lineage.ts';
import type { CellRecord } from '../runs/evolution/records.ts';
import { formatConfidence, formatCount, formatNumber, shortLabel } from './format.ts';
import {
  attached,
  drawGraph,
  nodeHeight,
  placed,
  smooth,
  widthOf,
  type RankDirection,
  type Layout,
} from './graph.ts';
import { html, trusted, type Markup } from './markup.ts';

/** A larger tree is not readable. */
export const largestTree = 120;

interface Node {
  readonly id: number;
  readonly label: string;
  readonly kind: string;
  readonly detail: string;
}

interface Edge {
  readonly from: number;
  readonly to: number;
  /** Ancestors between the two, which are not drawn. */
  readonly between: number;
  readonly kind: string;
}

/**
 * @param shown places in the line, ascending
 * @param labels of the model's classes
 * @param direction left to right, or from the top down, which a long line needs on a page that does not scroll
 */
export function drawLine(
  steps: readonly Step[],
  shown: readonly number[],
  labels: readonly string[],
  title: string,
  direction: RankDirection = 'LR',
): Markup {
  const nodes = shown.flatMap((place): Node[] => {
    const step = steps[place];
    if (!step) return [];
    const name = shortLabel(labels[step.class] ?? '');
    const { id, generation } = step.ancestor;
    const kind = step.switched ? 'switched' : place === steps.length - 1 ? 'elite' : 'ancestor';
    const others = winsOf(step.ancestor).length - 1;
    const also = others > 0 ? `, and ${formatCount(others, 'other class', 'other classes')}` : '';
    const detail = `generation ${formatNumber(generation)}: won ${name} with ${formatConfidence(step.confidence)}${also}`;
    return [{ id, label: `${formatNumber(generation)}: ${name}`, kind, detail }];
  });
  const edges = shown.slice(1).flatMap((place, index): Edge[] => {
    const before = shown[index] ?? 0;
    const [from, to] = [steps[before]?.ancestor.id, steps[place]?.ancestor.id];
    if (from === undefined || to === undefined) return [];
    return [{ from, to, between: place - before - 1, kind: 'line' }];
  });
  return drawLineage(nodes, edges, title, direction);
}

/** What is drawn of a tree: living elites, where lines part, and where they begin. */
interface Tree {
  readonly nodes: readonly Ancestor[];
  readonly edges: readonly Omit<Edge, 'kind'>[];
}

export function treeOf(ancestors: readonly Ancestor[], cells: readonly CellRecord[]): Tree {
  const known = byId(ancestors);
  const living = new Set(cells.map(({ id }) => id));
  const children = new Map<number, number>();
  for (const { parent } of ancestors)
    if (parent !== null) children.set(parent, (children.get(parent) ?? 0) + 1);
  const beginsLine = ({ parent }: Ancestor) => parent === null || !known.has(parent);
  const nodes = ancestors.filter(
    (one) => living.has(one.id) || (children.get(one.id) ?? 0) > 1 || beginsLine(one),
  );
  const drawn = new Set(nodes.map(({ id }) => id));
  const edges = nodes.flatMap(({ id: to, parent }) => {
    let between = 0;
    let above = known.get(parent ?? NaN);
    for (; above && !drawn.has(above.id); above = known.get(above.parent ?? NaN)) between++;
    return above ? [{ from: above.id, to, between }] : [];
  });
  return { nodes, edges };
}

/**
 * @param chosen the elite whose line is marked
 * @returns undefined where it is too large to be read
 */
export function drawTree(
  ancestors: readonly Ancestor[],
  cells: readonly CellRecord[],
  chosen: CellRecord | undefined,
  labels: readonly string[],
): Markup | undefined {
  const tree = treeOf(ancestors, cells);
  if (tree.nodes.length > largestTree) return undefined;
  const line = new Set(chosen ? lineTo(byId(ancestors), chosen.id).map(({ id }) => id) : []);
  const nodes = tree.nodes.map(({ id, generation }): Node => {
    const held = cells
      .filter((cell) => cell.id === id)
      .map(({ class: number }) => shortLabel(labels[number] ?? ''));
    const names = held.length > 3 ? [...held.slice(0, 2), `${String(held.length - 2)} more`] : held;
    const label = `${formatNumber(generation)}${held.length > 0 ? `: ${names.join(', ')}` : ''}`;
    const kind = `${held.length > 0 ? 'elite' : 'ancestor'}${line.has(id) ? ' chosen' : ''}`;
    const holds = held.length > 0 ? `elite of ${held.join(', ')}` : 'an ancestor';
    return { id, label, kind, detail: `${holds}, of generation ${formatNumber(generation)}` };
  });
  const edges = tree.edges.map((edge): Edge => ({ ...edge, kind: line.has(edge.to) ? 'chosen' : 'line' }));
  return drawLineage(nodes, edges, 'Shared ancestry of all living elites');
}

/** The key to the colours, of a line; a tree marks no goal switches. */
export function lineageLegend({ ofLine = true } = {}): Markup {
  return html`<ul class="legend">
    ${
      ofLine
        ? html`<li>
            <span class="swatch switched"></span>goal switch: the line came here from another class
          </li>`
        : undefined
    }
    <li><span class="swatch elite"></span>living elite</li>
  </ul>`;
}

function drawLineage(
  nodes: readonly Node[],
  edges: readonly Edge[],
  title: string,
  direction: RankDirection = 'LR',
): Markup {
  const graph: Layout = new Graph();
  graph.setGraph({ rankdir: direction, nodesep: 10, edgesep: 8, ranksep: direction === 'LR' ? 32 : 18 });
  for (const { id, label } of nodes) graph.setNode(String(id), { width: widthOf(label), height: nodeHeight });
  for (const { from, to, between } of edges)
    graph.setEdge(String(from), String(to), { weight: 1, ...roomFor(between) });
  layout(graph);
  const places = new Map(
    nodes.map((node) => [node.id, placed(graph, String(node.id), node.label, node.kind, node.detail)]),
  );
  const drawn = edges.flatMap((edge) => {
    const { points = [], x = 0, y = 0 } = graph.edge(String(edge.from), String(edge.to));
    const [from, to] = [places.get(edge.from), places.get(edge.to)];
    return from && to
      ? [{ edge, points: attached(points, from, to, direction, edge.between > 0), x, y }]
      : [];
  });
  return drawGraph({
    kind: 'lineage',
    title,
    nodes: [...places.values()],
    points: drawn.flatMap(({ points }) => points),
    edges: html`<g
      >${drawn.map(({ edge, points }) => drawEdge(edge, points))}${drawn.map(({ edge, x, y }) => drawCount(edge, x, y))}</g
    >`,
  });
}

const countOf = (between: number): string => `+${formatNumber(between)}`;

/** What the layout keeps free for the count on an edge. */
const roomFor = (between: number) =>
  between === 0 ? {} : ({ width: 7 * countOf(between).length, height: 14, labelpos: 'c' } as const);

function drawEdge({ between, kind }: Edge, points: readonly Point[]): Markup {
  return html`<path class="${kind}" d="${trusted(smooth(points))}"
    ><title>${between > 0 ? `${formatCount(between, 'ancestor')} between` : 'parent and child'}</title></path
  >`;
}

/** In the middle of the edge, which the style has it interrupt. */
function drawCount({ between }: Edge, x: number, y: number): Markup | undefined {
  if (between === 0) return undefined;
  return html`<text class="count" x="${Math.round(x)}" y="${Math.round(y)}" dy="0.35em"
    >${countOf(between)}</text
  >`;
}
