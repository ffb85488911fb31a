/** Labels beside points, so that none covers another: each takes the nearest place that is free. */

export interface LabelledPoint {
  /** Pixels. */
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

export interface LabelOffset {
  /** Pixels from the point to the middle of its label. */
  readonly dx: number;
  readonly dy: number;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const characterWidth = 6.5;
const lineHeight = 12;
/** Half the side of a point. */
const pointReach = 4;
const distances = [11, 16, 22, 30, 40] as const;
const directions = 12;

/** In the order of the points; one that finds no free place stands above its point. */
export function placeLabels(points: readonly LabelledPoint[]): LabelOffset[] {
  const taken: Box[] = points.map(({ x, y }) => ({ x, y, width: 2 * pointReach, height: 2 * pointReach }));
  return points.map(({ x, y, text }) => {
    const size = { width: characterWidth * text.length, height: lineHeight };
    const free = offsets.find(({ dx, dy }) => {
      const box = { x: x + dx, y: y + dy, ...size };
      return taken.every((other) => !meet(box, other));
    });
    const { dx, dy } = free ?? { dx: 0, dy: -distances[0] };
    taken.push({ x: x + dx, y: y + dy, ...size });
    return { dx, dy };
  });
}

/** Nearest first, beginning above. */
const offsets: readonly LabelOffset[] = distances.flatMap((distance) =>
  Array.from({ length: directions }, (_, step) => {
    const angle = (2 * Math.PI * step) / directions - Math.PI / 2;
    return { dx: distance * Math.cos(angle), dy: distance * Math.sin(angle) };
  }),
);

/** Boxes by their middles. */
function meet(a: Box, b: Box): boolean {
  return 2 * Math.abs(a.x - b.x) < a.width + b.width && 2 * Math.abs(a.y - b.y) < a.height + b.height;
}
