/** Draws a CPPN as the paper's readers know it: inputs above, outputs below, colours for activation and sign. */
import { Graph, layout, type EdgeLabel, type GraphLabel, type NodeLabel, type Point } from '@dagrejs/dagre';
import { inputNames } from '../encodings/cppn-genome.ts';
import {
  activationFunctions,
  type CppnConnection,
  type CppnGenome,
  type CppnNode,
} from '../encodings/encoding.ts';
import { formatCount } from './format.ts';
import { html, trusted, type Markup } from './markup.ts';

/** A larger network is neither readable nor laid out in reasonable time. */
export const largestDrawing = { nodes: 100, connections: 300 } as const;

type Layout = Graph<GraphLabel, NodeLabel, EdgeLabel>;

interface PlacedNode {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly label: string;
  readonly kind: string;
  readonly detail: string;
}

const nodeHeight = 26;
/** Room for the strokes at the rim. */
const margin = 6;
/** Below this letters are too small to read: the box then scrolls. */
const leastScale = 0.6;
const letterWidth = 7.2;
/** Beats every other wish of the layout: inputs share the first row, outputs the last. */
const anchor = 10_000;

/**
 * The network as an SVG that fills the width of its box, or undefined when it is too large to draw.
 *
 * @param title read out instead of the drawing
 */
export function drawCppn(genome: CppnGenome, title: string): Markup | undefined {
  const drawn = effectivePart(genome);
  if (drawn.nodes.length > largestDrawing.nodes) return undefined;
  if (drawn.connections.length > largestDrawing.connections) return undefined;
  const graph = layOut(drawn);
  const nodes = placeNodes(graph, drawn);
  const box = boundingBox(graph, nodes);
  return html`<svg
    class="cppn"
    viewBox="${box.join(' ')}"
    width="${box[2]}"
    height="${box[3]}"
    style="min-width:${Math.round(leastScale * (box[2] ?? 0))}px"
    role="img"
    aria-label="${title}: ${describeCppn(genome)}"
  >
    <g class="connections">${drawn.connections.map((connection) => drawConnection(graph, connection))}</g>
    ${nodes.map(drawNode)}
  </svg>`;
}

/** The network in a box that scrolls, or its size in words when it is too large to draw. */
export function networkDrawing(label: string, genome: CppnGenome): Markup {
  const drawing = drawCppn(genome, `Network of ${label}`);
  if (drawing) return html`<div class="drawing">${drawing}</div>`;
  return html`<p class="quiet">Too large to draw: ${describeCppn(genome)}.</p>`;
}

/** Left, top, width and height of what is visible, with a margin. */
function boundingBox(graph: Layout, nodes: readonly PlacedNode[]): number[] {
  const shown = graph.edges().filter(({ v, w }) => v !== 'above' && w !== 'below');
  const points = shown.flatMap((edge) => graph.edge(edge).points ?? []);
  const xs = [
    ...nodes.flatMap(({ x, width }) => [x - width / 2, x + width / 2]),
    ...points.map(({ x }) => x),
  ];
  const ys = nodes.flatMap(({ y }) => [y - nodeHeight / 2, y + nodeHeight / 2]);
  const [left, top] = [Math.min(...xs) - margin, Math.min(...ys) - margin];
  return [left, top, Math.max(...xs) + margin - left, Math.max(...ys) + margin - top].map(Math.round);
}

/** `12 nodes, 30 connections, 3 nodes without effect`, the inputs counted among the nodes. */
export function describeCppn(genome: CppnGenome): string {
  const nodes = formatCount(inputNames.length + genome.nodes.length, 'node');
  const connections = formatCount(genome.connections.length, 'connection');
  const idle = genome.nodes.length - effectivePart(genome).nodes.length;
  return `${nodes}, ${connections}${idle > 0 ? `, ${formatCount(idle, 'node')} without effect` : ''}`;
}

/** The key to the colours. */
export function cppnLegend(): Markup {
  const functions = activationFunctions.map(
    (name) => html`<li><span class="swatch ${name}"></span>${name}</li>`,
  );
  return html`<ul class="legend">
    ${functions}
    <li><span class="stroke positive"></span>positive weight</li>
    <li><span class="stroke negative"></span>negative weight</li>
  </ul>`;
}

/** The outputs and what leads to them: mutation leaves dead ends behind, which no pixel depends on. */
function effectivePart({ nodes, connections }: CppnGenome): CppnGenome {
  const sources = new Map<number, number[]>();
  for (const { source, target } of connections) sources.set(target, [...(sources.get(target) ?? []), source]);
  const effective = new Set(nodes.filter(({ role }) => role === 'output').map(({ id }) => id));
  // A set is walked in the order of insertion, so additions on the way are walked as well.
  for (const id of effective) for (const source of sources.get(id) ?? []) effective.add(source);
  return {
    encoding: 'cppn',
    nodes: nodes.filter(({ id }) => effective.has(id)),
    connections: connections.filter(({ target }) => effective.has(target)),
  };
}

function layOut(genome: CppnGenome): Layout {
  const graph: Layout = new Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 14, edgesep: 8, ranksep: 32 });
  for (const name of ['above', 'below']) graph.setNode(name, { width: 1, height: 1 });
  for (const [id, name] of inputNames.entries()) {
    graph.setNode(String(id), { width: widthOf(name), height: nodeHeight });
    graph.setEdge('above', String(id), { weight: anchor });
  }
  for (const node of genome.nodes) {
    graph.setNode(String(node.id), { width: widthOf(labelOf(node, genome)), height: nodeHeight });
    if (node.role === 'output') graph.setEdge(String(node.id), 'below', { weight: anchor });
    // A node without a source would otherwise float above the inputs.
    const rootless = !genome.connections.some(({ target }) => target === node.id);
    if (rootless) graph.setEdge('above', String(node.id), { minlen: 2, weight: 0.01 });
  }
  for (const { source, target } of genome.connections) {
    const known = graph.hasNode(String(source)) && graph.hasNode(String(target));
    if (known) graph.setEdge(String(source), String(target), { weight: 1 });
  }
  layout(graph);
  return graph;
}

function placeNodes(graph: Layout, genome: CppnGenome): PlacedNode[] {
  const inputs = inputNames.map((name, id) => place(graph, id, name, 'input', `input ${name}`));
  const others = genome.nodes.map((node) => {
    const kind = `${node.role} ${node.activation}`;
    return place(
      graph,
      node.id,
      labelOf(node, genome),
      kind,
      `${node.role} node ${String(node.id)}, ${node.activation}`,
    );
  });
  return [...inputs, ...others];
}

function place(graph: Layout, id: number, label: string, kind: string, detail: string): PlacedNode {
  const { x = 0, y = 0, width } = graph.node(String(id));
  return { x, y, width, label, kind, detail };
}

/** An output names its channel as well when there are several. */
function labelOf(node: CppnNode, { nodes }: CppnGenome): string {
  if (node.role === 'hidden') return node.activation;
  const outputs = nodes.filter(({ role }) => role === 'output');
  return outputs.length === 1
    ? `output: ${node.activation}`
    : `output ${String(outputs.indexOf(node) + 1)}: ${node.activation}`;
}

function widthOf(label: string): number {
  return Math.round(label.length * letterWidth + 18);
}

function drawNode({ x, y, width, label, kind, detail }: PlacedNode): Markup {
  const left = Math.round(x - width / 2);
  const top = Math.round(y - nodeHeight / 2);
  return html`<g class="node ${kind}"
    ><title>${detail}</title
    ><rect x="${left}" y="${top}" width="${width}" height="${nodeHeight}" rx="${nodeHeight / 2}" /><text
      x="${Math.round(x)}"
      y="${Math.round(y)}"
      dy="0.35em"
      >${label}</text
    ></g
  >`;
}

function drawConnection(graph: Layout, { source, target, weight }: CppnConnection): Markup | undefined {
  const edge = graph.hasEdge(String(source), String(target))
    ? graph.edge(String(source), String(target))
    : undefined;
  if (!edge?.points) return undefined;
  const stroke = (0.75 + 0.4 * Math.min(10, Math.abs(weight))).toFixed(1);
  const name = (id: number) => inputNames[id] ?? `node ${String(id)}`;
  return html`<path
    class="${weight < 0 ? 'negative' : 'positive'}"
    stroke-width="${stroke}"
    d="${trusted(smooth(edge.points))}"
    ><title>${name(source)} to ${name(target)}: ${weight.toFixed(3)}</title></path
  >`;
}

/** A curve through the midpoints of a polyline, bent towards its corners. */
function smooth(points: readonly Point[]): string {
  const text = ({ x, y }: Point): string => `${String(Math.round(x))} ${String(Math.round(y))}`;
  const [first, ...rest] = points;
  const last = points.at(-1);
  if (!first || !last) return '';
  const bends = rest.slice(0, -1).map((corner, index) => {
    const next = rest[index + 1] ?? last;
    const end = next === last ? last : { x: (corner.x + next.x) / 2, y: (corner.y + next.y) / 2 };
    return `Q${text(corner)} ${text(end)}`;
  });
  return `M${text(first)}${bends.length > 0 ? bends.join('') : `L${text(last)}`}`;
}
