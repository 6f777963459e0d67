// The built WebGL probe of the runtime as text; esbuild resolves it (see esbuild.mjs).
declare module 'gradient-lens:probe' {
  const text: string;
  export default text;
}
