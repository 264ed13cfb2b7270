/** Names and values in turn, as the scripts read their arguments. */
export const flatten = (args: Readonly<Record<string, string | number>>): (string | number)[] =>
  Object.entries(args).flat();
