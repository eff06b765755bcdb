/** What a spreadsheet takes for a formula; behind an apostrophe it is text. */
const FORMULA = /^[=+\-@\t\r]/;

/** Rows as CSV (RFC 4180). */
export function writeTable(rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number) => {
    const text = typeof value === 'string' && FORMULA.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** The rows of a CSV file, as they were given to {@link writeTable}. */
export function parseTable(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  // A cell, quoted or not, and what ends it.
  for (const [, quoted, bare = '', end] of text
    .replace(/^\ufeff/, '')
    .matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    const cell = quoted === undefined ? bare : quoted.replaceAll('""', '"');
    row.push(FORMULA.test(cell.slice(1)) && cell.startsWith("'") ? cell.slice(1) : cell);
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}
