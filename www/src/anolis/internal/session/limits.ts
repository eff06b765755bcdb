/** Most files in an archive. */
export const MOST_ENTRIES = 20_000;
/** Most bytes of all files of an archive together. */
export const MOST_BYTES = 4_000_000_000;
/** How many times a file may grow when it is unpacked, and from which size on. */
export const MOST_GROWTH = 200;
export const GROWTH_MATTERS = 1_000_000;
