/** Peers and whole runs in the report. */
import { formatConfidence, formatNumber } from '../../src/report/format.ts';
import { html } from '../../src/report/markup.ts';
import { Section } from '../../src/report/section.ts';
import { columnTable, plotFigures, type Figure } from '../../src/report/tables.ts';
import { engineOf } from '../compare/pair-rows.ts';
import { plotBars, type Bar } from './plot-bars.ts';
import { formatShare } from './format-figures.ts';
import { intervalOf } from './report-kernels.ts';
import type { EvolutionResult, ResultsOrigin, PeerResult, ResultRow } from './results-file.ts';

/** Our engine, as rows of peers name it. */
const own = 'own';

export function peersSection(
  rows: readonly ResultRow[],
  { peaks }: Pick<ResultsOrigin, 'peaks'>,
): Section | undefined {
  const peers = rows.filter((row) => row.kind === 'peer');
  if (peers.length === 0) return undefined;
  const works = [...new Set(peers.map(({ work, batch }) => `${work}, batch ${String(batch)}`))];
  const figures = works.map((title): Figure => {
    const engines = peers.filter(({ work, batch }) => `${work}, batch ${String(batch)}` === title);
    return [
      plotBars(barsOf(engines), 'images per second', `Images per second of each engine: ${title}`),
      `${title}${shareOfPeak(engines, peaks?.gflops)}`,
    ];
  });
  const wrong = peers.some(({ agrees }) => agrees === false);
  return new Section(
    'Other engines on this machine',
    html`<p class="quiet">
        Images per second, more is better; behind it, how many times as fast our engine is.
        ${wrong ? 'Engines whose answers differ from those that judge them are marked as wrong.' : undefined}
      </p>
      ${plotFigures(figures)}`,
  );
}

function shareOfPeak(engines: readonly PeerResult[], peak: number | undefined): string {
  const gflops = engines.find(({ engine }) => engine === own)?.gflops;
  return gflops && peak
    ? `; ours does ${formatShare(gflops / peak)} of the operations that the adapter’s registers can`
    : '';
}

function barsOf(engines: readonly PeerResult[]): Bar[] {
  const ours = engines.find(({ engine }) => engine === own);
  return engines.map((row): Bar => {
    const { engine, batch, imagesPerSecond, agrees } = row;
    const name = `${engineOf(row)}${row.humps === undefined ? '' : ' (two humps)'}`;
    const [least, most] = intervalOf(row);
    const ratio =
      ours && engine !== own ? ` · own ${formatNumber(ours.imagesPerSecond / imagesPerSecond)}×` : '';
    return {
      name: agrees === false ? `${name} (wrong)` : name,
      value: imagesPerSecond,
      interval: [(1000 * batch) / most, (1000 * batch) / least],
      words: `${formatNumber(imagesPerSecond)}${ratio}`,
      marked: engine === own,
    };
  });
}

export function evolutionSection(rows: readonly ResultRow[]): Section | undefined {
  const runs = rows.filter((row) => row.kind === 'evolution');
  if (runs.length === 0) return undefined;
  const headings = [
    ...['seed', 'command, s', 'run, s', 'evaluations/s', 'peak memory, MiB', 'median confidence', 'lowest'],
    ...stages.map(([heading]) => heading),
  ];
  const columns = [{ heading: 'run' }, ...headings.map((heading) => ({ heading, numeric: true }))];
  const optional = (value: number | undefined, format = formatNumber) =>
    value === undefined ? '–' : format(value);
  const lines = runs.map((run) => ({
    cells: [
      run.work,
      run.seed,
      formatNumber(run.commandSeconds),
      formatNumber(run.runSeconds),
      optional(run.evaluationsPerSecond),
      optional(run.peakMemoryMiB),
      optional(run.medianConfidence, formatConfidence),
      optional(run.minConfidence, formatConfidence),
      ...stages.map(([, key]) => optional(run[key], (milliseconds) => formatNumber(milliseconds / 1000))),
    ],
  }));
  return new Section(
    'Whole runs of evolution',
    html`<p class="quiet">
        From the start of the command to its exit; stages of the device overlap those of the host.
      </p>
      ${columnTable(columns, lines)}`,
  );
}

const stages = [
  ['render, s', 'renderMs'],
  ['network, s', 'networkMs'],
  ['read back, s', 'readBackMs'],
  ['evolution, s', 'evolutionMs'],
  ['save, s', 'savingMs'],
] as const satisfies readonly (readonly [string, keyof EvolutionResult])[];
