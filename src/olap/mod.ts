export type { CompiledQuery } from "./compiled_query.ts";
export {
  type CompileOutcome,
  type OlapBackend,
  type OlapCapabilities,
  type OlapOptions,
  type OlapTransaction,
  RuntimeDecline,
} from "./olap_backend.ts";
export type { MirrorCatalog, QueryRequest } from "./query_request.ts";
