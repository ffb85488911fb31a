/** Bundlers hand a shader over as its text. */
declare module '*.wgsl' {
  const source: string;
  export default source;
}
