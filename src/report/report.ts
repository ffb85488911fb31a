/** Makes `report.html` from the records of an evolution. */
import { formatCount, formatNumber, formatTime } from './format.ts';
import { html } from './markup.ts';
import { renderPage } from './page.ts';
import type { ReportInput } from './report-input.ts';
import { elitesSection, networksSection } from './report-elites.ts';
import { numbersSection, plotsSection, settingsSection, stagesSection } from './report-sections.ts';
import { machineSection } from './tables.ts';

export type { ReportInput } from './report-input.ts';

/**
 * The page as HTML. It shows what there is of an unfinished run, and says that it is unfinished.
 *
 * @param input as `readRun` returns it, with the pictures
 */
export function renderReport(input: ReportInput): string {
  const { settings, model } = input.run;
  const title = `${model.name}, ${settings.encoding === 'cppn' ? 'CPPN' : 'direct'} encoding`;
  const population = `${formatNumber(settings.population)} images each`;
  const header = html`<p class="quiet">
      Images evolved by MAP-Elites over ${formatCount(settings.generations, 'generation')} of ${population},
      seed ${settings.seed}; started <time>${formatTime(input.run.started)}</time>.
    </p>
    ${unfinished(input)}`;
  return renderPage(title, header, [
    numbersSection(input),
    elitesSection(input),
    plotsSection(input),
    networksSection(input),
    settingsSection(input),
    machineSection(input.run),
    stagesSection(input),
  ]);
}

function unfinished({ run, progress, summary }: ReportInput) {
  if (summary?.complete) return undefined;
  const last = progress.at(-1);
  const reached = last ? last.generation + 1 : 0;
  return html`<p class="warning" role="note">
    <strong>This run is not complete:</strong> ${formatNumber(reached)} of
    ${formatCount(run.settings.generations, 'generation')} are done. Go on with <code>--resume</code>.
  </p>`;
}
