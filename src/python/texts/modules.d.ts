/** The bundler's and the test runner's text loader: a Python file imported is its text. */
declare module "*.py" {
  const text: string;
  export default text;
}
