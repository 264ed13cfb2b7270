const byName = ([left]: [string, unknown], [right]: [string, unknown]): number => (left < right ? -1 : 1);

const sortMembers = (_name: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(byName))
    : value;

/** JSON text in which the order of members does not matter: equal values, equal text. */
export const stableJson = (value: unknown, indent = 0): string => JSON.stringify(value, sortMembers, indent);
