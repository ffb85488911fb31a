/** Pages and pictures about runs: reports as HTML of one file, grids of pictures. */
export { renderAscentReport, type AscentReportInput } from './ascent-report.ts';
export { composeGrid, type GridOptions, type GridPicture, type RgbImage } from './grid.ts';
export { renderLineage, type LineageInput } from './lineage-page.ts';
export { renderModelPage, type ModelPageInput } from './model-page.ts';
export { renderReport, type ReportInput } from './report.ts';
