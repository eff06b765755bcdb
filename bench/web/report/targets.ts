/** Why a row misses its target, and what was tried; kept by hand. */
export const explanations: Record<string, string> = {
  shots_20_over_1:
    'matching looks at every token of every example at four levels, 2.8 ms an example, on top of what does not grow, which shrank too. The read-out alone does not grow, so what follows a stroke does not either. Keys and values of examples are kept; leaving out keys of little weight would spare 8 % of them; that tokens of one class are merged was not tried.',
  stroke:
    'a full prediction became six times as fast (103 to 17 ms), a stroke stayed: it sums what changed of the label and reads the read-out for every pixel of the picture, 7 ms.',
  download:
    'the weights, which both fetch, are 13 of the 14 MB, so that no runtime could reach 0.7; without them ours are 0.7 MB. In eight bits, an option, the weights are half of that.',
};
