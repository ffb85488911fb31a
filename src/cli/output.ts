/** Where a command line writes. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
