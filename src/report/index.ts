/** Pages and pictures about runs: reports as HTML of one file, grids of pictures. */
export { renderAscentReport, type AscentReportInput } from './ascent-report.ts';
export type { EnlargedDifference, Frame } from './ascent-input.ts';
export { composeGrid, type GridOptions, type GridPicture } from './grid.ts';
export { renderLineage, type LineageInput, type LineagePicture } from './lineage-page.ts';
export { renderModelPage, type ModelPageInput } from './model-page.ts';
export type { PagePicture } from './picture.ts';
export type { PictureSheet, SheetLayout, SheetPicture } from './picture-sheet.ts';
export { renderReport, type ReportInput } from './evolution-report.ts';
