/** The name under which a model version is scheduled and counted. */
export const keyOf = (model: string, version: string): string => `${model}/${version}`;
