/** Rows as they are kept and seen. */
import { formatCount } from '../../src/report/format.ts';
import type { NetworkRow } from '../networks/network-row.ts';
import type { PeerRow } from '../peers/peers.ts';
import { fallsWithBatch } from './batch-verdict.ts';
import { layerLines } from '../networks/layer-lines.ts';
import type { Recorder } from '../results-recorder.ts';
import { RowTable, type ShownRow } from './row-table.ts';
import type { Speech } from '../speech.ts';

export class ShownRows {
  /** The least that the fixed work took, where the load is monitored. */
  leastProbeMs: () => number | undefined = () => undefined;
  readonly #table: RowTable;
  /** Kept and not shown yet: an interrupted repetition leaves some. */
  readonly #unseen = new Map<string, ShownRow>();
  readonly #doubtful = new Set<string>();
  /** The latest of each, by which throughput is judged. */
  readonly #rates = new Map<string, NetworkRow | PeerRow>();

  constructor(
    private readonly recorder: Pick<Recorder, 'find' | 'put'>,
    private readonly speech: Pick<Speech, 'row' | 'say' | 'warn' | 'width'>,
  ) {
    this.#table = new RowTable(speech.width);
  }

  /** A row that comes again. */
  readonly keep = (row: ShownRow): void => {
    this.#unseen.set(this.#put(row), row);
  };

  readonly show = (row: ShownRow): void => {
    const key = this.#put(row);
    this.#unseen.delete(key);
    this.#print(key, row);
  };

  /** Shows what was kept alone, and warns of shares that cannot be. */
  end(): void {
    for (const [key, row] of this.#unseen) this.#print(key, row);
    this.#unseen.clear();
    if (this.#doubtful.size > 0)
      this.speech.warn(
        `${formatCount(this.#doubtful.size, 'row')} above 100 % of the roof, which was then measured while the machine was disturbed: measure again with --measure-roofs, when nothing else runs`,
      );
    this.#doubtful.clear();
    for (const sentence of fallsWithBatch([...this.#rates.values()])) this.speech.warn(sentence);
    this.#rates.clear();
  }

  #put(row: ShownRow): string {
    const leastMs = this.leastProbeMs();
    if (leastMs !== undefined && Number.isFinite(leastMs)) this.recorder.find({ fixedWorkMs: leastMs });
    return this.recorder.put(row);
  }

  #print(key: string, row: ShownRow): void {
    const { row: print, say, width } = this.speech;
    if (isDoubtful(row)) this.#doubtful.add(key);
    if ('imagesPerSecond' in row) this.#rates.set(key, row);
    for (const line of this.#table.linesOf(row)) print(line);
    if ('layers' in row) for (const line of layerLines(row, width())) say(line);
  }
}

const isDoubtful = (row: ShownRow): boolean =>
  ('aboveRoof' in row && row.aboveRoof === 'doubtful') ||
  ('ofFunctions' in row && (row.ofFunctions ?? 0) > 1);
