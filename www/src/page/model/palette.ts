/** A colour as red, green and blue from 0 to 255. */
export type Colour = readonly [number, number, number];

// Okabe and Ito's colours: told apart with every kind of colour vision.
const okabeIto: readonly Colour[] = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [204, 121, 167],
  [240, 228, 66],
  [213, 94, 0],
  [0, 114, 178],
];

const background: Colour = [128, 128, 128];

/** The colour of a class id; 0 is background. */
export function colourOf(classId: number): Colour {
  return classId === 0 ? background : (okabeIto[(classId - 1) % okabeIto.length] as Colour);
}

/** The same for CSS. */
export function cssColourOf(classId: number): string {
  return `rgb(${colourOf(classId).join(' ')})`;
}
