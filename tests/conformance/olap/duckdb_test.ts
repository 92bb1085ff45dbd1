import { duckdbSubject } from "./duckdb_subject.ts";
import { olapConformance } from "./suite.ts";

olapConformance(duckdbSubject);
