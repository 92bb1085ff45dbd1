import { type Field, number, often, pick, pickNumber, type Suite, table, text } from "./suite_table.ts";

const INTEGERS =
  "JavaEnable GoodEvent RegionID OS UserAgent IsRefresh RefererCategoryID RefererRegionID URLCategoryID URLRegionID ResolutionWidth ResolutionHeight ResolutionDepth FlashMajor FlashMinor NetMajor NetMinor UserAgentMajor CookieEnable JavascriptEnable IsMobile MobilePhone IPNetworkID TraficSourceID SearchEngineID AdvEngineID IsArtifical WindowClientWidth WindowClientHeight ClientTimeZone SilverlightVersion1 SilverlightVersion2 SilverlightVersion3 SilverlightVersion4 CodeVersion IsLink IsDownload IsNotBounce FUniqID HID IsOldCounter IsEvent IsParameter DontCountHits WithHash Age Sex Income Interests Robotness RemoteIP WindowName OpenerName HistoryLength HTTPError SendTiming DNSTiming ConnectTiming ResponseStartTiming ResponseEndTiming FetchTiming SocialSourceNetworkID ParamPrice ParamCurrencyID HasGCLID RefererHash URLHash CLID"
    .split(" ");
const TEXTS =
  "Params MobilePhoneModel SearchPhrase PageCharset HitColor BrowserLanguage BrowserCountry SocialNetwork SocialAction SocialSourcePage ParamOrderID ParamCurrency OpenstatServiceName OpenstatCampaignID OpenstatAdID OpenstatSourceID UTMSource UTMMedium UTMCampaign UTMContent UTMTerm FromTag OriginalURL Title Referer FlashMinor2"
    .split(" ");

/** 64-bit hashes, which no double holds exactly, are given as text: the column's affinity makes integers of them. */
const hash = (...hot: readonly string[]): Field => ({
  type: "INTEGER",
  value: ({ random }) =>
    hot.length > 0 && random.chance(0.5)
      ? random.pick(hot)
      : `${random.int(1, 8)}59412000017254${random.int(1000, 1300)}`,
});

const SMALL = number("INTEGER", (_, __, random) => (random.chance(0.6) ? 0 : random.int(1, 30)));
const FLAG = pickNumber("INTEGER", 0, 0, 0, 1);
const SITES = ["google.com", "www.google.ru", "yandex.ru", "example.org", "shop.example"];

const url = text((_, __, random) =>
  random.chance(0.05)
    ? ""
    : `http${random.pick(["", "s"])}://${random.pick(SITES)}/${random.pick(["a", "b", "search", "Page"])}/${
      random.int(1, 3000)
    }`
);

/** Columns that queries look at closely. */
const SPECIAL: Readonly<Record<string, Field>> = {
  RegionID: number("INTEGER", (_, __, random) => Math.floor(200 * random.float() ** 3)),
  ResolutionWidth: pickNumber("INTEGER", 1024, 1280, 1366, 1440, 1920),
  IsRefresh: FLAG,
  IsLink: FLAG,
  IsDownload: FLAG,
  DontCountHits: FLAG,
  TraficSourceID: pickNumber("INTEGER", -1, 0, 1, 2, 6),
  RefererHash: hash("3594120000172545465"),
  URLHash: hash("2868770270353813622"),
  Title: often(0.2, pick("Google Search", "About Google", ""), text((_, __, random) => `Title ${random.int(1, 2000)}`)),
  Referer: url,
  MobilePhoneModel: often(0.7, pick(""), pick("iPad", "iPhone 2", "Nokia", "Galaxy", "Xperia")),
  SearchPhrase: often(0.5, pick(""), text((_, __, random) => `phrase ${Math.floor(400 * random.float() ** 2)}`)),
};

function second(row: number): string {
  return new Date(Date.UTC(2013, 6, 1) + (row * 214_013 % 2_678_400) * 1000).toISOString().slice(0, 19).replace(
    "T",
    " ",
  );
}

/** One table of page views, as wide as the benchmark's. */
export const clickbench: Suite = {
  name: "clickbench",
  tables: [table("hits", (scale) => 20_000 * scale, {
    WatchID: {
      type: "INTEGER",
      value: ({ row }) => `46${String(row * 7919 % 1_000_003).padStart(7, "0")}1234567890`,
    },
    EventTime: text((row) => second(row)),
    EventDate: text((row) => second(row).slice(0, 10)),
    CounterID: often(0.6, pickNumber("INTEGER", 62), number("INTEGER", (_, __, random) => random.int(1, 90))),
    ClientIP: number("INTEGER", (_, __, random) => random.int(-900, 900) * 2_000_003),
    UserID: hash("435090932899640449", "1313338681122956954"),
    URL: url,
    ...Object.fromEntries(INTEGERS.map((name) => [name, SPECIAL[name] ?? SMALL])),
    ...Object.fromEntries(TEXTS.map((name) => [name, SPECIAL[name] ?? pick("", "", "x", "yz")])),
  }, ["CounterID", "EventDate", "UserID", "EventTime", "WatchID"])],
  indexes: [],
};
