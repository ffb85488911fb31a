/** A JPEG's scans: a header and entropy-coded data in which restart markers may stand (ITU-T T.81, B.2.3). */
import { count } from '../count.ts';
import { DAMAGED, type JpegComponent, type JpegFrame } from './jpeg-segments.ts';

/** Where the entropy-coded data that begins at `start` ends: at the next marker that is no restart. */
export function scanDataEnd(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== 0 && next !== undefined && !isRestart(next)) return at;
  }
  throw new Error(`it is cut short: ${DAMAGED}`);
}

/**
 * Checks one scan against the frame: components, frequencies, restart markers, and that there is at least a
 * bit of data for each block.
 * @param header the SOS segment's content
 * @returns ids of the components whose mean brightness (DC) the scan gives
 */
export function checkScan(
  frame: JpegFrame,
  header: Uint8Array,
  data: Uint8Array,
  restartInterval: number,
): readonly number[] {
  const selected = header[0] ?? 0;
  const ids = Array.from({ length: selected }, (_, index) => header[1 + 2 * index] ?? 0);
  const components = frame.components.filter(({ id }) => ids.includes(id));
  const [from = 0, to = 0] = header.subarray(1 + 2 * selected);
  if (
    header.length !== 4 + 2 * selected ||
    selected === 0 ||
    components.length !== selected ||
    (frame.progressive && !isPart(from, to, selected))
  )
    throw new Error(`one of its scan headers is damaged: ${DAMAGED}`);
  const units = codedUnits(frame, components);
  const expected = restartInterval === 0 ? 0 : Math.ceil(units / restartInterval) - 1;
  const found = countRestarts(data);
  if (found !== expected) {
    throw new Error(
      `one of its scans has ${count(found)} restart markers, expected ${count(expected)}: ${DAMAGED}`,
    );
  }
  if (frame.progressive && from > 0) return [];
  const blocks =
    components.length === 1
      ? units
      : units * components.reduce((sum, { across, down }) => sum + across * down, 0);
  if (8 * data.length < blocks) {
    throw new Error(
      `its ${count(data.length)} bytes of data cannot hold ${count(frame.width)} × ${count(frame.height)} ` +
        `pixels: ${DAMAGED}`,
    );
  }
  return ids;
}

/** A progressive scan holds mean values of any components, or other frequencies of one. */
function isPart(from: number, to: number, components: number): boolean {
  return from === 0 ? to === 0 : to >= from && to <= 63 && components === 1;
}

/** What restart intervals count: blocks of a lone component, else groups of blocks of all (MCUs). */
function codedUnits(frame: JpegFrame, components: readonly JpegComponent[]): number {
  const { width, height, maxAcross, maxDown } = frame;
  const [lone] = components;
  if (components.length === 1 && lone) {
    return Math.ceil((width * lone.across) / maxAcross / 8) * Math.ceil((height * lone.down) / maxDown / 8);
  }
  return Math.ceil(width / 8 / maxAcross) * Math.ceil(height / 8 / maxDown);
}

function countRestarts(data: Uint8Array): number {
  let restarts = 0;
  for (let at = data.indexOf(0xff); at !== -1; at = data.indexOf(0xff, at + 1)) {
    if (isRestart(data[at + 1] ?? 0)) restarts++;
  }
  return restarts;
}

function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}
