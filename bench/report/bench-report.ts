/** `report.html` of a results file: one page that needs nothing but itself. */
import { formatBytes } from '../../src/gpu/errors.ts';
import { formatCount, formatNumber, formatTime } from '../../src/report/format.ts';
import { html } from '../../src/report/markup.ts';
import { renderPage } from '../../src/report/page.ts';
import { contents, Section } from '../../src/report/section.ts';
import { namedTable } from '../../src/report/tables.ts';
import { rooflineSection, variantsSection } from './report-kernels.ts';
import { layersSection, networksSection, renderingSection, scalingSection } from './report-networks.ts';
import { evolutionSection, peersSection } from './report-runs.ts';
import { remarksOf } from '../compare/remarks.ts';
import type { Results } from './results-file.ts';

export function renderBenchReport(results: Results): string {
  const { adapter, machine, date, rows } = results;
  const header = html`<p class="quiet">On ${machine.cpu}; ${formatCount(rows.length, 'row')}.</p>
    ${remarksOf(results).map((remark) => html`<p>This file ${remark}.</p>`)}`;
  const sections = [
    originSection(results),
    rooflineSection(rows, results),
    networksSection(rows),
    renderingSection(rows),
    scalingSection(rows),
    layersSection(rows),
    peersSection(rows, results),
    evolutionSection(rows),
    variantsSection(rows),
  ];
  const name = { run: adapter.name, command: 'fool bench', about: `measured ${formatTime(date)}` };
  return renderPage(name, header, [contents(sections), ...sections]);
}

/** Everything that a reader who measures again must know. */
function originSection({ machine, adapter, versions, commit, peaks, rows }: Results): Section {
  const memory = machine.memoryBytes === undefined ? [] : [formatBytes(machine.memoryBytes)];
  const others = new Set(rows.flatMap((row) => row.commit ?? []));
  const launch =
    peaks?.launchMs === undefined
      ? ''
      : `, ${formatNumber(1000 * peaks.launchMs)} µs for an empty submission`;
  const ofHalves =
    peaks?.halfGflops === undefined ? '' : ` (${formatNumber(peaks.halfGflops)} in arithmetic of halves)`;
  return new Section(
    'Machine and adapter',
    html`${namedTable([
      ['machine', [machine.cpu, formatCount(machine.cores, 'core'), ...memory].join(', ')],
      ['system', `${machine.platform} ${machine.arch}`],
      ['adapter', adapter.kind === undefined ? adapter.name : `${adapter.name} (${adapter.kind})`],
      ['driver', adapter.description],
      [
        'measured roofs',
        peaks
          ? `${formatNumber(peaks.gflops)} GFLOP/s${ofHalves}, ${formatNumber(peaks.gbps)} GB/s${launch}`
          : 'none in this file',
      ],
      ...Object.entries(versions).map(([name, version]) => [name, version] as const),
      ['commit', html`<code>${commit}</code>`],
      ...(others.size > 0
        ? [['commits of some rows', [...others].map((other) => html`<code>${other}</code> `)] as const]
        : []),
    ])}`,
  );
}
