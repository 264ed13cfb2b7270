import type { Log } from "../observe/log.ts";
import type { Outcome } from "../protocol/outcome.ts";
import type { Settings } from "../settings.ts";
import { chooseTls } from "./chooseTls.ts";
import { drainServers } from "./drainServers.ts";
import { followTlsFiles } from "./followTlsFiles.ts";
import { type OpenPort, openPort } from "./openPort.ts";
import { createProtocolServers, type Handlers } from "./protocolServers.ts";
import { readTlsFiles } from "./readTlsFiles.ts";

/** Where the runner is reached. */
export interface Door {
  readonly url: string;
  /** Where it is reached in plain from this machine, besides. */
  readonly loopbackUrl: string | null;
  /** Looks for renewed certificates now rather than at the next interval. */
  readonly lookForCertificates: () => Promise<void>;
  /** Takes no new connection, and resolves when the last answer is out or the time is over. */
  readonly close: (timeoutMs: number) => Promise<void>;
}

const LOOPBACK = "127.0.0.1";

const urlOf = (scheme: string, host: string, port: number): string =>
  `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;

/** Whoever knocks often fills no log: one line a second, with the number of those that were not told. */
const oncePerSecond = (tell: (reason: string, more: number) => void): ((reason: string) => void) => {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let untold = 0;
  return (reason) => {
    const nowMs = performance.now();
    if (nowMs - toldAtMs < 1000) {
      untold += 1;
      return;
    }
    tell(reason, untold);
    toldAtMs = nowMs;
    untold = 0;
  };
};

/**
 * Opens the port that serves every protocol: with mutual TLS, which follows its files as they change, or plain on
 * loopback; and a second, plain one on loopback where the settings ask for it. Fails with one sentence.
 */
export const openDoor = async (
  settings: Settings,
  handlers: Handlers,
  log: Log,
): Promise<Outcome<Door, string>> => {
  const files = chooseTls(settings);
  if (!files.ok) return files;
  const tls = files.value === null ? null : await readTlsFiles(files.value, new Date());
  if (tls?.ok === false) return tls;
  const servers = createProtocolServers(handlers);
  const onRefused = oncePerSecond((reason, more) => log("warn", "connections refused", { reason, more }));
  const shared = { servers, onRefused };
  const { HOST: host, PORT: port } = settings;
  const main = await openPort({ ...shared, host, port, tls: tls?.value ?? null });
  if (!main.ok) return main;
  const second =
    settings.LOOPBACK_PORT === undefined
      ? null
      : await openPort({ ...shared, host: LOOPBACK, port: settings.LOOPBACK_PORT, tls: null });
  if (second?.ok === false) {
    await main.value.close();
    return second;
  }
  const follower =
    files.value === null || tls === null
      ? null
      : followTlsFiles(files.value, tls.value, settings.TLS_RELOAD_MS, main.value.renew, log);
  const ports: OpenPort[] = second === null ? [main.value] : [main.value, second.value];
  return {
    ok: true,
    value: {
      url: urlOf(tls === null ? "http" : "https", host, main.value.port),
      loopbackUrl: second === null ? null : urlOf("http", LOOPBACK, second.value.port),
      lookForCertificates: async () => follower?.look(),
      close: async (timeoutMs) => {
        follower?.stop();
        await drainServers(servers, ports, timeoutMs);
      },
    },
  };
};
