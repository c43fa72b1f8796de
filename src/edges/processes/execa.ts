/** Through a module of its own, since a lazy import of the whole package would keep all of it in the bundle. */
export { execa } from "execa";
