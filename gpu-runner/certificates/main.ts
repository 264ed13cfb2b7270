import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { writeCertificates } from "./writeCertificates.ts";

/** `npm run certificates -- [--out FOLDER] [--host NAME]...`: an authority, and a runner's and an edge's certificate. */
const { values } = parseArgs({
  options: {
    out: { type: "string", default: ".headgate/certificates" },
    host: { type: "string", multiple: true, default: ["localhost", "127.0.0.1", "::1"] },
  },
});
// npm starts scripts of a workspace in its folder; what the caller names is seen from where the caller is.
const folder = resolve(process.env.INIT_CWD ?? ".", values.out);
const { newAuthority } = await writeCertificates(folder, values.host, new Date());
console.log(
  `${newAuthority ? "Made" : "Kept"} the authority ${folder}/ca.crt, and signed with it:\n` +
    `  TLS_CERTIFICATE=${folder}/server.crt TLS_KEY=${folder}/server.key TLS_CLIENT_AUTHORITY=${folder}/ca.crt\n` +
    `  for callers: ${folder}/client.crt, ${folder}/client.key`,
);
