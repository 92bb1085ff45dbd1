export type {
  ExecuteResult,
  OltpCapabilities,
  OltpClient,
  OltpOpenTransaction,
  OltpSnapshot,
  OltpTransaction,
  Statement,
} from "./oltp_client.ts";
