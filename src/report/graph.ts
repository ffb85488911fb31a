/** Graphs as SVG: pills with a word each, joined by curves, where dagre has put them. */
import type { EdgeLabel, Graph, GraphLabel, NodeLabel, Point } from '@dagrejs/dagre';
import { html, type Markup } from './markup.ts';

export type Layout = Graph<GraphLabel, NodeLabel, EdgeLabel>;

export interface PlacedNode {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly label: string;
  /** Classes for the style. */
  readonly kind: string;
  /** Shown under the pointer. */
  readonly detail: string;
}

export const nodeHeight = 26;
/** Room for the strokes at the rim. */
const margin = 6;
const letterWidth = 7.2;

export const widthOf = (label: string): number => Math.round(label.length * letterWidth + 18);

/** A node of a graph that is laid out. */
export function placed(graph: Layout, id: string, label: string, kind: string, detail: string): PlacedNode {
  const { x = 0, y = 0, width } = graph.node(id);
  return { x, y, width, label, kind, detail };
}

/** As dagre calls them: left to right, or from the top down. */
export type RankDirection = 'LR' | 'TB';

/**
 * The way of an edge from the middle of the side by which it leaves a node to the middle of that by which it enters another.
 * Where dagre has it leave, at the nearest point of a rectangle, it would pass behind the node's neighbours.
 *
 * @param points of dagre; of an edge between neighbouring rows one beside the ends, which is of use where something stands there
 * @param keepsMiddle whether something does
 */
export function attached(
  points: readonly Point[],
  from: PlacedNode,
  to: PlacedNode,
  direction: RankDirection,
  keepsMiddle = false,
): readonly Point[] {
  const inner = points.slice(1, -1);
  const [second, lastButOne] = [inner[0], inner.at(-1)];
  if (from === to || !second || !lastButOne) return points;
  const [start, end] = [sideTowards(from, second, direction), sideTowards(to, lastButOne, direction)];
  if (inner.length > 1 || keepsMiddle) return [start, ...inner, end];
  const [x, y] = [(start.x + end.x) / 2, (start.y + end.y) / 2];
  const corners =
    direction === 'TB'
      ? [
          { x: start.x, y },
          { x: end.x, y },
        ]
      : [
          { x, y: start.y },
          { x, y: end.y },
        ];
  return [start, ...corners, end];
}

function sideTowards({ x, y, width }: PlacedNode, other: Point, direction: RankDirection): Point {
  return direction === 'TB'
    ? { x, y: y + (Math.sign(other.y - y) * nodeHeight) / 2 }
    : { x: x + (Math.sign(other.x - x) * width) / 2, y };
}

export interface Drawing {
  /** Class of the whole, for the style. */
  readonly kind: string;
  /** Read out instead of the drawing. */
  readonly title: string;
  readonly nodes: readonly PlacedNode[];
  /** Drawn below the nodes. */
  readonly edges: Markup;
  /** Through which the edges run. */
  readonly points: readonly Point[];
}

/** An SVG that fills the width of its box. */
export function drawGraph({ kind, title, nodes, edges, points }: Drawing): Markup {
  const [left, top, width, height] = boundingBox(nodes, points);
  return html`<svg
    class="graph ${kind}"
    viewBox="${[left, top, width, height].join(' ')}"
    width="${width}"
    height="${height}"
    style="--drawn:${width}px"
    role="img"
    aria-label="${title}"
  >
    ${edges} ${nodes.map(drawNode)}
  </svg>`;
}

/** Left, top, width and height of what is visible, with a margin. */
function boundingBox(
  nodes: readonly PlacedNode[],
  points: readonly Point[],
): [left: number, top: number, width: number, height: number] {
  const xs = [
    ...nodes.flatMap(({ x, width }) => [x - width / 2, x + width / 2]),
    ...points.map(({ x }) => x),
  ];
  const ys = nodes.flatMap(({ y }) => [y - nodeHeight / 2, y + nodeHeight / 2]);
  const [left, top] = [Math.min(...xs) - margin, Math.min(...ys) - margin];
  const [width, height] = [Math.max(...xs) + margin - left, Math.max(...ys) + margin - top];
  return [Math.round(left), Math.round(top), Math.round(width), Math.round(height)];
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

/** A curve through the midpoints of a polyline, bent towards its corners. */
export function smooth(points: readonly Point[]): string {
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
