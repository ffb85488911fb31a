import { basename, resolve } from 'node:path';

/** What a page calls a run: its folder, without those that it lies in. */
export const runName = (folder: string): string => basename(resolve(folder));
