// The built training runtime as text; esbuild resolves it (see esbuild.mjs).
declare module 'gradient-lens:runtime' {
  const text: string;
  export default text;
}
