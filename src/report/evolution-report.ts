/** Makes `report.html` from the records of an evolution. */
import { evolveCommand } from './evolve-command.ts';
import { formatCount, formatNumber, formatTime } from './format.ts';
import { html } from './markup.ts';
import { networksOf } from './network-list.ts';
import { renderPage, scriptOf } from './page.ts';
import { mostAtOnce } from './picture-list.ts';
import { sheetStyle } from './picture-sheet.ts';
import type { ReportInput } from './report-input.ts';
import { elitesSection, cppnSection } from './report-elites.ts';
import { lineageSection } from './report-lineage.ts';
import { numbersSection, plotsSection, settingsSection, stagesSection } from './report-sections.ts';
import { contents } from './section.ts';
import { machineSection } from './tables.ts';

export type { ReportInput } from './report-input.ts';

/**
 * The page as HTML. It shows what there is of an unfinished run, and says that it is unfinished. Of many classes, the curves
 * come before the pictures.
 *
 * @param input as `readRun` returns it, with the pictures
 */
export function renderReport(input: ReportInput): string {
  const { settings, model, started } = input.run;
  const about = `${model.name}, ${settings.encoding === 'cppn' ? 'CPPN' : 'direct'} encoding`;
  const population = `${formatNumber(settings.population)} images each`;
  const command = evolveCommand(settings, input.name);
  const header = html`<p class="quiet">
      Images evolved by MAP-Elites over ${formatCount(settings.generations, 'generation')} of ${population},
      seed ${settings.seed}; started <time>${formatTime(started)}</time>.
    </p>
    ${command === undefined ? undefined : html`<p class="quiet"><code>${command}</code></p>`}
    ${unfinished(input)}`;
  const many = input.cells.length > mostAtOnce;
  const networks = networksOf(input.cells, input.script !== undefined);
  const [elites, plots] = [elitesSection(input, networks), plotsSection(input)];
  const sections = [
    ...(many ? [plots, elites] : [elites, plots]),
    lineageSection(input),
    cppnSection(input, networks),
    settingsSection(input),
    machineSection(input.run),
    stagesSection(input),
  ];
  const name = { run: input.name, command: 'fool evolve', about };
  const content = [
    numbersSection(input),
    contents(sections),
    ...sections,
    networks?.data,
    many ? scriptOf(input.script) : undefined,
  ];
  return renderPage(name, header, content, { head: html``, style: sheetStyle(input.sheets ?? []) });
}

function unfinished({ run, progress, summary }: ReportInput) {
  if (summary?.complete) return undefined;
  const last = progress.at(-1);
  const reached = last ? last.generation + 1 : 0;
  return html`<p class="warning" role="note">
    <strong>This run is not complete:</strong> ${formatNumber(reached)} of
    ${formatCount(run.settings.generations, 'generation')} are done. Unless it is still running, go on with
    <code>--resume</code>.
  </p>`;
}
