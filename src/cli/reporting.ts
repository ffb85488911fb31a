/**
 * What makes reports, whose plots take as long to load as everything else together: only commands that make one load it.
 * They do so at their start, since a build during a long run may replace the files.
 */
export const loadReporting = () => import('../node/report-files.ts');
export const loadLineageReporting = () => import('../node/lineage-files.ts');
