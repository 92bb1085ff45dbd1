import type { Random } from "../fuzz/random.ts";
import {
  businessKey,
  type Field,
  int,
  key,
  money,
  nullable,
  number,
  often,
  pick,
  pickNumber,
  type SuiteTable,
  table,
  text,
  words,
} from "./suite_table.ts";

/** How many rows the dimensions have that facts refer to. */
export const COUNTS = {
  item: 500,
  customer: 400,
  customer_address: 250,
  customer_demographics: 700,
  household_demographics: 288,
  store: 12,
  call_center: 6,
  catalog_page: 60,
  web_site: 10,
  web_page: 30,
  warehouse: 5,
  promotion: 40,
  reason: 35,
  ship_mode: 20,
} as const;

/** The Julian day of 1998-01-01, which begins the generated calendar of six years. */
export const FIRST_DAY = 2_450_815;
export const DAYS = 2191;
const DAY_MS = 86_400_000;
const DAY_NAMES = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const STATES = [
  "TN",
  "GA",
  "KY",
  "NM",
  "OH",
  "TX",
  "CA",
  "WA",
  "MS",
  "IN",
  "CO",
  "VA",
  "IL",
  "OR",
  "MN",
  "LA",
  "WI",
  "AR",
];
const COUNTIES = [
  "Williamson County",
  "Rush County",
  "Toole County",
  "Jefferson County",
  "Dona Ana County",
  "Orange County",
];
const CITIES = ["Fairview", "Midway", "Edgewood", "Oakland", "Union", "Pleasant Hill"];
const COLORS =
  "slate blanched burnished purple burlywood indian spring floral medium peach powder khaki brown honeydew deep light cornflower midnight snow cyan papaya orange frosted forest ghost saddle"
    .split(" ");
const UNITS = "Ounce Oz Bunch Ton N/A Dozen Box Pound Pallet Gross Cup Dram Each Tbl Lb Bundle".split(" ");
const SIZES = ["medium", "extra large", "N/A", "small", "petite", "large"];
const ZIPS = [
  "24128",
  "76232",
  "65084",
  "87816",
  "83926",
  "77556",
  "20548",
  "26231",
  "43848",
  "15126",
  "85669",
  "86197",
  "88274",
];
const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  Books: ["personal", "reference", "self-help", "computers"],
  Children: ["portable", "infants", "personal"],
  Electronics: ["stereo", "portable", "computers", "reference"],
  Women: ["maternity", "accessories", "fragrances", "dresses"],
  Music: ["classical", "accessories", "rock"],
  Men: ["pants", "shirts", "accessories"],
  Sports: ["football", "golf"],
  Home: ["bedding", "rugs"],
  Jewelry: ["birdal", "rings"],
  Shoes: ["mens", "womens"],
};
const BRANDS = [
  "scholaramalgamalg #14",
  "scholaramalgamalg #7",
  "exportiunivamalg #9",
  "amalgimporto #1",
  "edu packscholar #1",
];
const HOT_MANUFACTURERS = [128, 977, 350, 677, 940, 694, 808, 129, 270, 821, 423, 738, 740, 760, 778];

function day(row: number): Date {
  return new Date(Date.UTC(1998, 0, 1) + (row - 1) * DAY_MS);
}

function months(date: Date): number {
  return (date.getUTCFullYear() - 1900) * 12 + date.getUTCMonth();
}

function isoDay(row: number): string {
  return day(row).toISOString().slice(0, 10);
}

const anyDay = number("INTEGER", (_, __, random) => FIRST_DAY + random.int(0, DAYS - 1));
const FLAG = pick("Y", "N");

const dateDim = table("date_dim", DAYS, {
  d_date_sk: key(FIRST_DAY),
  d_date_id: businessKey(),
  d_date: text(isoDay),
  d_month_seq: number("INTEGER", (row) => months(day(row))),
  d_week_seq: number("INTEGER", (row) => Math.floor((FIRST_DAY + row - 2_415_021) / 7) + 1),
  d_quarter_seq: number("INTEGER", (row) => Math.floor(months(day(row)) / 3) + 1),
  d_year: number("INTEGER", (row) => day(row).getUTCFullYear()),
  d_dow: number("INTEGER", (row) => day(row).getUTCDay()),
  d_moy: number("INTEGER", (row) => day(row).getUTCMonth() + 1),
  d_dom: number("INTEGER", (row) => day(row).getUTCDate()),
  d_qoy: number("INTEGER", (row) => Math.floor(day(row).getUTCMonth() / 3) + 1),
  d_fy_year: number("INTEGER", (row) => day(row).getUTCFullYear()),
  d_day_name: text((row) => DAY_NAMES[day(row).getUTCDay()]!),
  d_quarter_name: text((row) => `${day(row).getUTCFullYear()}Q${Math.floor(day(row).getUTCMonth() / 3) + 1}`),
  d_holiday: FLAG,
  d_weekend: text((row) => (day(row).getUTCDay() % 6 === 0 ? "Y" : "N")),
  d_current_day: pick("N"),
});

/** One row a minute instead of one a second. */
const timeDim = table("time_dim", 1440, {
  t_time_sk: { type: "INTEGER PRIMARY KEY", value: ({ row }) => (row - 1) * 60 },
  t_time_id: businessKey(),
  t_time: number("INTEGER", (row) => (row - 1) * 60),
  t_hour: number("INTEGER", (row) => Math.floor((row - 1) / 60)),
  t_minute: number("INTEGER", (row) => (row - 1) % 60),
  t_second: int(0, 0),
  t_am_pm: text((row) => (row <= 720 ? "AM" : "PM")),
  t_shift: text((row) => ["third", "first", "second"][Math.floor((row - 1) / 480)]!),
  t_meal_time: number("INTEGER", (row) => mealOf(Math.floor((row - 1) / 60))),
});

function mealOf(hour: number): string | null {
  if (hour >= 6 && hour <= 8) return "breakfast";
  if (hour >= 12 && hour <= 13) return "lunch";
  return hour >= 17 && hour <= 20 ? "dinner" : null;
}

const REGION_OFFSET: Readonly<Record<string, number>> = {
  NM: -7,
  CO: -7,
  CA: -8,
  WA: -8,
  OR: -8,
  TX: -6,
  IL: -6,
  MN: -6,
};

/** The columns of an address, all but the first few NULL now and then. */
function address(prefix: string, hot: { readonly state: string; readonly county: string }): Record<string, Field> {
  const state = often(0.4, pick(hot.state), pick(...STATES));
  return {
    [`${prefix}_street_number`]: text((_, __, random) => String(random.int(1, 999))),
    [`${prefix}_street_name`]: words(2),
    [`${prefix}_street_type`]: pick("Ave", "Blvd", "Court", "Way"),
    [`${prefix}_suite_number`]: text((_, __, random) => `Suite ${random.int(1, 99)}`),
    [`${prefix}_city`]: pick(...CITIES),
    [`${prefix}_county`]: often(0.4, pick(hot.county), pick(...COUNTIES)),
    [`${prefix}_state`]: nullable(state, 0.02),
    [`${prefix}_zip`]: often(0.6, pick(...ZIPS), text((_, __, random) => String(random.int(10_000, 99_999)))),
    [`${prefix}_country`]: nullable(pick("United States"), 0.02),
    [`${prefix}_gmt_offset`]: number("REAL", (_, values) => REGION_OFFSET[String(values[`${prefix}_state`])] ?? -5),
  };
}

const item = table("item", COUNTS.item, {
  i_item_sk: key(),
  i_item_id: businessKey(2),
  i_rec_start_date: pick("1997-10-27", "1999-10-28", "2001-10-27"),
  i_rec_end_date: nullable(pick("1999-10-27", "2001-10-26"), 0.5),
  i_item_desc: nullable(words(12)),
  i_current_price: nullable(often(0.4, money(60, 99), often(0.3, money(0.99, 1.49), money(0.1, 100))), 0.02),
  i_wholesale_cost: money(0.1, 80),
  i_brand_id: int(1, 60),
  i_brand: often(0.5, pick(...BRANDS), text((_, __, random) => `brand #${random.int(1, 30)}`)),
  i_class_id: int(1, 16),
  i_category: nullable(pick(...Object.keys(CATEGORIES)), 0.02),
  i_class: text((_, values, random) => random.pick(CATEGORIES[String(values["i_category"])] ?? ["none"])),
  i_category_id: number("INTEGER", (_, values) => Object.keys(CATEGORIES).indexOf(String(values["i_category"])) + 1),
  i_manufact_id: nullable(often(0.6, pickNumber("INTEGER", ...HOT_MANUFACTURERS), int(1, 1000)), 0.02),
  i_manufact: text((_, __, random) => `manufacturer ${random.int(1, 40)}`),
  i_size: pick(...SIZES),
  i_formulation: words(2),
  i_color: pick(...COLORS),
  i_units: pick(...UNITS),
  i_container: pick("Unknown"),
  i_manager_id: often(0.4, pickNumber("INTEGER", 1, 8, 28), int(1, 100)),
  i_product_name: nullable(text((row) => `product ${row % 300}`), 0.02),
});

const customer = table("customer", COUNTS.customer, {
  c_customer_sk: key(),
  c_customer_id: businessKey(),
  c_current_cdemo_sk: nullable(int(1, COUNTS.customer_demographics)),
  c_current_hdemo_sk: nullable(int(1, COUNTS.household_demographics)),
  c_current_addr_sk: int(1, COUNTS.customer_address),
  c_first_shipto_date_sk: nullable(anyDay),
  c_first_sales_date_sk: nullable(anyDay),
  c_salutation: nullable(pick("Mr.", "Mrs.", "Dr.", "Sir")),
  c_first_name: nullable(pick("James", "Mary", "Anna", "Igor", "Li", "Zoe", "Omar")),
  c_last_name: nullable(text((row) => `Name${row % 150}`)),
  c_preferred_cust_flag: nullable(FLAG),
  c_birth_day: nullable(int(1, 28)),
  c_birth_month: nullable(int(1, 12)),
  c_birth_year: nullable(int(1930, 1995)),
  c_birth_country: nullable(pick("UNITED STATES", "FRANCE", "JAPAN", "TOGO")),
  c_login: nullable(pick("a", "b"), 0.9),
  c_email_address: nullable(text((row) => `c${row}@example.org`)),
  c_last_review_date_sk: nullable(anyDay),
});

const customerDemographics = table("customer_demographics", COUNTS.customer_demographics, {
  cd_demo_sk: key(),
  cd_gender: pick("M", "F"),
  cd_marital_status: pick("M", "S", "D", "W", "U"),
  cd_education_status: pick(
    "Primary",
    "Secondary",
    "College",
    "2 yr Degree",
    "4 yr Degree",
    "Advanced Degree",
    "Unknown",
  ),
  cd_purchase_estimate: pickNumber("INTEGER", 500, 1000, 5000, 10_000),
  cd_credit_rating: pick("Low Risk", "Good", "High Risk", "Unknown"),
  cd_dep_count: int(0, 6),
  cd_dep_employed_count: int(0, 6),
  cd_dep_college_count: int(0, 6),
});

const storeNames = pick("ese", "ought", "able", "pri", "bar", "anti");

function places(): SuiteTable[] {
  return [
    table("store", COUNTS.store, {
      s_store_sk: key(),
      s_store_id: businessKey(2),
      s_rec_start_date: pick("1997-03-13", "2000-03-13"),
      s_rec_end_date: nullable(pick("2000-03-12"), 0.5),
      s_closed_date_sk: nullable(anyDay, 0.7),
      s_store_name: often(0.4, pick("ese"), storeNames),
      s_number_employees: int(200, 300),
      s_floor_space: int(5_000_000, 9_999_999),
      s_hours: pick("8AM-8AM", "8AM-4PM"),
      s_manager: words(2),
      s_market_id: often(0.4, pickNumber("INTEGER", 8), int(1, 10)),
      s_company_id: int(1, 1),
      s_company_name: pick("Unknown"),
      ...address("s", { state: "TN", county: "Williamson County" }),
      s_tax_precentage: money(0, 0.11),
    }),
    table("call_center", COUNTS.call_center, {
      cc_call_center_sk: key(),
      cc_call_center_id: businessKey(2),
      cc_name: text((row) => ["NY Metro", "Mid Atlantic", "North Midwest"][row % 3]!),
      cc_class: pick("small", "medium", "large"),
      cc_employees: int(1, 700),
      cc_manager: words(2),
      ...address("cc", { state: "TN", county: "Williamson County" }),
    }),
    table("warehouse", COUNTS.warehouse, {
      w_warehouse_sk: key(),
      w_warehouse_id: businessKey(),
      w_warehouse_name: nullable(text((row) => `Warehouse of many words, number ${row}`), 0.1),
      w_warehouse_sq_ft: nullable(int(50_000, 999_999), 0.1),
      ...address("w", { state: "TN", county: "Williamson County" }),
    }),
    table("web_site", COUNTS.web_site, {
      web_site_sk: key(),
      web_site_id: businessKey(2),
      web_name: text((row) => `site_${row % 4}`),
      web_open_date_sk: anyDay,
      web_close_date_sk: nullable(anyDay, 0.5),
      web_class: pick("Unknown"),
      web_company_id: int(1, 6),
      web_company_name: pick("pri", "pri", "able", "ought"),
      ...address("web", { state: "TN", county: "Williamson County" }),
    }),
    table("customer_address", COUNTS.customer_address, {
      ca_address_sk: key(),
      ca_address_id: businessKey(),
      ...address("ca", { state: "GA", county: "Williamson County" }),
      ca_location_type: pick("apartment", "condo", "single family"),
    }),
  ];
}

const promotion = table("promotion", COUNTS.promotion, {
  p_promo_sk: key(),
  p_promo_id: businessKey(),
  p_start_date_sk: nullable(anyDay),
  p_end_date_sk: nullable(anyDay),
  p_item_sk: int(1, COUNTS.item),
  p_cost: money(1000, 1000),
  p_promo_name: pick("ought", "able", "pri"),
  p_channel_dmail: FLAG,
  p_channel_email: FLAG,
  p_channel_catalog: FLAG,
  p_channel_tv: FLAG,
  p_channel_event: FLAG,
  p_discount_active: FLAG,
});

/** The dimensions of TPC-DS, in an order that lets facts follow. */
export const TPCDS_DIMENSIONS: readonly SuiteTable[] = [
  dateDim,
  timeDim,
  item,
  customer,
  customerDemographics,
  ...places(),
  promotion,
  table("household_demographics", COUNTS.household_demographics, {
    hd_demo_sk: key(),
    hd_income_band_sk: int(1, 20),
    hd_buy_potential: pick(">10000", "Unknown", "0-500", "501-1000", "1001-5000"),
    hd_dep_count: int(0, 9),
    hd_vehicle_count: int(-1, 4),
  }),
  table("income_band", 20, {
    ib_income_band_sk: key(),
    ib_lower_bound: number("INTEGER", (row) => (row - 1) * 10_000 + (row === 1 ? 0 : 1)),
    ib_upper_bound: number("INTEGER", (row) => row * 10_000),
  }),
  table("reason", COUNTS.reason, {
    r_reason_sk: key(),
    r_reason_id: businessKey(),
    r_reason_desc: text((row) => `reason ${row}`),
  }),
  table("ship_mode", COUNTS.ship_mode, {
    sm_ship_mode_sk: key(),
    sm_ship_mode_id: businessKey(),
    sm_type: pick("EXPRESS", "LIBRARY", "NEXT DAY", "OVERNIGHT", "REGULAR", "TWO DAY"),
    sm_code: pick("AIR", "SEA", "SURFACE"),
    sm_carrier: pick("DHL", "BARIAN", "UPS", "FEDEX"),
    sm_contract: words(1),
  }),
  table("catalog_page", COUNTS.catalog_page, {
    cp_catalog_page_sk: key(),
    cp_catalog_page_id: businessKey(),
    cp_start_date_sk: anyDay,
    cp_end_date_sk: anyDay,
    cp_department: pick("DEPARTMENT"),
    cp_catalog_number: int(1, 20),
    cp_type: pick("bi-annual", "quarterly", "monthly"),
  }),
  table("web_page", COUNTS.web_page, {
    wp_web_page_sk: key(),
    wp_web_page_id: businessKey(2),
    wp_creation_date_sk: anyDay,
    wp_customer_sk: nullable(int(1, COUNTS.customer), 0.7),
    wp_url: pick("http://www.foo.com"),
    wp_type: pick("ad", "feedback", "order"),
    wp_char_count: often(0.5, int(5000, 5200), int(100, 8000)),
    wp_link_count: int(2, 25),
  }),
];

/** A day of sale: half of them in the months the queries ask about. */
export function soldDay(random: Random): number {
  const hot = [
    "1998-11",
    "1999-02",
    "1999-11",
    "2000-01",
    "2000-02",
    "2000-08",
    "2000-11",
    "2001-04",
    "2001-11",
    "2001-12",
    "1998-12",
  ];
  if (random.chance(0.5)) return FIRST_DAY + random.int(0, DAYS - 1);
  const first = Date.parse(`${random.pick(hot)}-01T00:00:00Z`);
  return FIRST_DAY + Math.round((first - Date.UTC(1998, 0, 1)) / DAY_MS) + random.int(0, 27);
}
