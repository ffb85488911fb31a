/**
 * `npm test` runs what notices a fault of every kind within minutes; `npm run test:full` all cases of it, and the files
 * named `*.full.test.ts`.
 */
export const full = process.env['FOOL_TESTS'] === 'full';

/** All cases in the full run, else the few that cover them. */
export function covering<Case>(all: readonly Case[], few: readonly Case[]): readonly Case[] {
  return full ? all : few;
}
