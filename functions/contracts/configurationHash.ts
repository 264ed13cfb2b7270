import { type Configuration, SECRET_SETTINGS, type SettingName } from "./configuration.ts";

const isSecret = (name: string): boolean => SECRET_SETTINGS.some((secret: SettingName) => secret === name);

/**
 * Twelve hex digits that change when a setting that is no secret changes: every record says under which
 * configuration it was served. FNV-1a, twice; it tells configurations apart and protects nothing.
 */
export function configurationHash(configuration: Configuration): string {
  const text = JSON.stringify(
    Object.entries(configuration)
      .filter(([name]) => !isSecret(name))
      .sort(),
  );
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let index = 0; index < text.length; index++) {
    low = Math.imul(low ^ text.charCodeAt(index), 0x01000193) >>> 0;
    high = Math.imul(high ^ text.charCodeAt(text.length - 1 - index), 0x01000193) >>> 0;
  }
  return (low.toString(16).padStart(8, "0") + high.toString(16).padStart(8, "0")).slice(0, 12);
}
