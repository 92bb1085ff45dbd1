import { arrowSubject } from "./arrow_subject.ts";
import { olapConformance } from "./suite.ts";

olapConformance(arrowSubject);
