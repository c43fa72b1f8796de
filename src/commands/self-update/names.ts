/*
 * Names under which prime is released. They are placeholders, here and nowhere else: nothing has been published yet.
 */

/** Of the package in an index of Python packages, and of the one in npm's. */
export const PACKAGE = "prime-launcher";

/** Where `./prime self-update` looks when nobody says where: the folder of all releases, as a URL; undefined: nowhere yet. */
export const RELEASES: string | undefined = undefined;
