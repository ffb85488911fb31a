/** Draws a CPPN as the paper's readers know it: inputs above, outputs below, colours for activation and sign. */
import { Graph, layout } from '@dagrejs/dagre';
import { inputNames } from '../genome/cppn-inputs.ts';
import {
  activationFunctions,
  type CppnConnection,
  type CppnGenome,
  type CppnNode,
} from '../genome/genome.ts';
import { formatCount } from './format.ts';
import {
  attached,
  drawGraph,
  nodeHeight,
  placed,
  smooth,
  widthOf,
  type Layout,
  type PlacedNode,
} from './graph.ts';
import { html, trusted, type Markup } from './markup.ts';

/** A larger network is neither readable nor laid out in reasonable time. */
export const largestDrawing = { nodes: 100, connections: 300 } as const;

const isSmall = ({ nodes, connections }: CppnGenome): boolean =>
  nodes.length <= largestDrawing.nodes && connections.length <= largestDrawing.connections;

/** Whether `drawCppn` draws it. */
export const isDrawn = (genome: CppnGenome): boolean => isSmall(effectivePart(genome));

/**
 * Weights of edges in the layout: inputs share the first row and outputs the last, whatever else is wished. They are whole numbers:
 * with fractions dagre's sums of them round, and it looks for a better tree for ever.
 */
const weights = { anchor: 1_000_000, connection: 100, rootless: 1 } as const;

/**
 * The network as an SVG that fills the width of its box, or undefined when it is too large to draw.
 *
 * @param title read out instead of the drawing
 */
export function drawCppn(genome: CppnGenome, title: string): Markup | undefined {
  const drawn = effectivePart(genome);
  if (!isSmall(drawn)) return undefined;
  const graph = layOut(drawn);
  const points = graph
    .edges()
    .filter(({ v, w }) => v !== 'above' && w !== 'below')
    .flatMap((edge) => graph.edge(edge).points ?? []);
  const nodes = placeNodes(graph, drawn);
  return drawGraph({
    kind: 'cppn',
    title: `${title}: ${describeCppn(genome)}`,
    nodes: [...nodes.values()],
    points,
    edges: html`<g class="connections"
      >${drawn.connections.map((connection) => drawConnection(graph, nodes, connection))}</g
    >`,
  });
}

/** The network in a box that scrolls, or its size in words when it is too large to draw. */
export function networkDrawing(label: string, genome: CppnGenome): Markup {
  const drawing = drawCppn(genome, `Network of ${label}`);
  if (drawing) return html`<div class="drawing">${drawing}</div>`;
  return html`<p class="quiet">Too large to draw: ${describeCppn(genome)}.</p>`;
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
export function effectivePart({ nodes, connections }: CppnGenome): CppnGenome {
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

/** Inputs stand in one order in every drawing, so that drawings can be compared. */
const constraints = inputNames.slice(1).map((_, id) => ({ left: String(id), right: String(id + 1) }));

function layOut(genome: CppnGenome): Layout {
  const graph: Layout = new Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 14, edgesep: 8, ranksep: 32 });
  for (const name of ['above', 'below']) graph.setNode(name, { width: 1, height: 1 });
  for (const [id, name] of inputNames.entries()) {
    graph.setNode(String(id), { width: widthOf(name), height: nodeHeight });
    graph.setEdge('above', String(id), { weight: weights.anchor });
  }
  for (const node of genome.nodes) {
    graph.setNode(String(node.id), { width: widthOf(labelOf(node, genome)), height: nodeHeight });
    if (node.role === 'output') graph.setEdge(String(node.id), 'below', { weight: weights.anchor });
    // A node without a source would otherwise float above the inputs.
    const rootless = !genome.connections.some(({ target }) => target === node.id);
    if (rootless) graph.setEdge('above', String(node.id), { minlen: 2, weight: weights.rootless });
  }
  for (const { source, target } of genome.connections) {
    const known = graph.hasNode(String(source)) && graph.hasNode(String(target));
    if (known) graph.setEdge(String(source), String(target), { weight: weights.connection });
  }
  layout(graph, {
    customOrder(layers, order) {
      order(layers, { constraints });
      // An input without connections escapes the constraints, and one that a damaged genome feeds leaves the row.
      const inputs = inputNames.map((_, id) => layers.node(String(id)));
      for (const rank of new Set(inputs.map((input) => input.rank))) {
        const row = inputs.filter((input) => input.rank === rank);
        const places = row.map(({ order: place = 0 }) => place).sort((one, other) => one - other);
        for (const [index, input] of row.entries()) input.order = places[index] ?? index;
      }
    },
  });
  return graph;
}

/** By identity, the inputs first. */
function placeNodes(graph: Layout, genome: CppnGenome): Map<number, PlacedNode> {
  const nodes = new Map<number, PlacedNode>();
  for (const [id, name] of inputNames.entries())
    nodes.set(id, placed(graph, String(id), name, 'input', `input ${name}`));
  for (const node of genome.nodes) {
    const { id, role, activation } = node;
    const detail = `${role} node ${String(id)}, ${activation}`;
    nodes.set(id, placed(graph, String(id), labelOf(node, genome), `${role} ${activation}`, detail));
  }
  return nodes;
}

/** An output names its channel as well when there are several. */
function labelOf(node: CppnNode, { nodes }: CppnGenome): string {
  if (node.role === 'hidden') return node.activation;
  const outputs = nodes.filter(({ role }) => role === 'output');
  return outputs.length === 1
    ? `output: ${node.activation}`
    : `output ${String(outputs.indexOf(node) + 1)}: ${node.activation}`;
}

function drawConnection(
  graph: Layout,
  nodes: ReadonlyMap<number, PlacedNode>,
  { source, target, weight }: CppnConnection,
): Markup | undefined {
  const edge = graph.hasEdge(String(source), String(target))
    ? graph.edge(String(source), String(target))
    : undefined;
  const [from, to] = [nodes.get(source), nodes.get(target)];
  if (!edge?.points || !from || !to) return undefined;
  const read = weight.toFixed(3);
  // Of the weight as it is read, which is all that a page with many networks holds of it.
  const stroke = (0.75 + 0.4 * Math.min(10, Math.abs(Number(read)))).toFixed(1);
  const name = (id: number) => inputNames[id] ?? `node ${String(id)}`;
  return html`<path
    class="${weight < 0 ? 'negative' : 'positive'}"
    stroke-width="${stroke}"
    d="${trusted(smooth(attached(edge.points, from, to, 'TB')))}"
    ><title>${name(source)} to ${name(target)}: ${read}</title></path
  >`;
}
