export { bindParameters, type StatementParameters } from "./bind_parameters.ts";
export type {
  ExecuteResult,
  OltpCapabilities,
  OltpClient,
  OltpOpenTransaction,
  OltpSnapshot,
  OltpTransaction,
  Statement,
} from "./oltp_client.ts";
export { type OltpLocation, type OltpOpenOptions, openOltp } from "./open_oltp.ts";
