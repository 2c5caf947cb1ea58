// What the bundler gives for imports that are not code.
declare module '*.svg' {
  const address: string
  export default address
}
declare module '*.css' {}
