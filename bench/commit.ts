/** The commit that this program was built of; set by `build.mjs`. */
declare const COMMIT_OF_BUILD: string | undefined;

/** Its hash, `… with changes` where the working tree had some, or `unknown` where it was not built in a clone. */
export const commitOfBuild = typeof COMMIT_OF_BUILD === 'string' ? COMMIT_OF_BUILD : 'unknown';
