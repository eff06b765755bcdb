/** Pages are rendered on the server once, and then files. */
export default { output: 'export' };
