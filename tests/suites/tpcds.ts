import type { Random } from "../fuzz/random.ts";
import type { MadeTables, Row, Suite, SuiteTable, Value } from "./suite_table.ts";
import { COUNTS, DAYS, FIRST_DAY, soldDay, TPCDS_DIMENSIONS } from "./tpcds_dimensions.ts";

function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

/** NULL now and then, as foreign keys and amounts are in TPC-DS. */
function maybe(random: Random, value: Value): Value {
  return random.chance(0.04) ? null : value;
}

/** Quantity and amounts of a sale, which hang together. */
function amounts(random: Random, p: string, shipped: boolean): Record<string, Value> {
  const quantity = random.int(1, 100);
  const wholesale = random.int(100, 10_000) / 100;
  const list = cents(wholesale * (1 + random.float()));
  const sales = cents(list * random.float());
  const [extended, cost] = [cents(sales * quantity), cents(wholesale * quantity)];
  const coupon = random.chance(0.2) ? cents(extended * random.float()) : 0;
  const paid = cents(extended - coupon);
  const tax = cents(paid * random.int(0, 9) / 100);
  const ship = cents(list * quantity * random.float() / 2);
  return {
    [`${p}_quantity`]: maybe(random, quantity),
    [`${p}_wholesale_cost`]: maybe(random, wholesale),
    [`${p}_list_price`]: maybe(random, list),
    [`${p}_sales_price`]: maybe(random, sales),
    [`${p}_ext_discount_amt`]: maybe(random, cents((list - sales) * quantity)),
    [`${p}_ext_sales_price`]: maybe(random, extended),
    [`${p}_ext_wholesale_cost`]: maybe(random, cost),
    [`${p}_ext_list_price`]: maybe(random, cents(list * quantity)),
    [`${p}_ext_tax`]: maybe(random, tax),
    [`${p}_coupon_amt`]: maybe(random, coupon),
    ...(shipped ? { [`${p}_ext_ship_cost`]: maybe(random, ship) } : {}),
    [`${p}_net_paid`]: maybe(random, paid),
    [`${p}_net_paid_inc_tax`]: maybe(random, cents(paid + tax)),
    ...(shipped
      ? {
        [`${p}_net_paid_inc_ship`]: maybe(random, cents(paid + ship)),
        [`${p}_net_paid_inc_ship_tax`]: cents(paid + ship + tax),
      }
      : {}),
    [`${p}_net_profit`]: maybe(random, cents(paid - cost)),
  };
}

/** What came back of a sale, and what was paid for it. */
function refund(
  random: Random,
  p: string,
  sale: Row,
  salePrefix: string,
  names: { amount: string; credit: string },
): Record<string, Value> {
  const quantity = random.int(1, Number(sale[`${salePrefix}_quantity`] ?? 10));
  const amount = cents(quantity * Number(sale[`${salePrefix}_sales_price`] ?? 5));
  const tax = cents(amount * random.int(0, 9) / 100);
  const fee = random.int(50, 10_000) / 100;
  const cash = cents(amount * random.float());
  const charge = cents((amount - cash) * random.float());
  return {
    [`${p}_return_quantity`]: maybe(random, quantity),
    [`${p}_${names.amount}`]: maybe(random, amount),
    [`${p}_return_tax`]: maybe(random, tax),
    [`${p}_return_amt_inc_tax`]: maybe(random, cents(amount + tax)),
    [`${p}_fee`]: maybe(random, fee),
    [`${p}_return_ship_cost`]: maybe(random, cents(amount * random.float())),
    [`${p}_refunded_cash`]: maybe(random, cash),
    [`${p}_reversed_charge`]: maybe(random, charge),
    [`${p}_${names.credit}`]: maybe(random, cents(amount - cash - charge)),
    [`${p}_net_loss`]: maybe(random, cents(fee + tax + amount / 2)),
  };
}

/** Customer, demographics and address of a party to a sale. */
function party(random: Random, prefix: string, customer: Value): Record<string, Value> {
  return {
    [`${prefix}customer_sk`]: maybe(random, customer),
    [`${prefix}cdemo_sk`]: maybe(random, random.int(1, COUNTS.customer_demographics)),
    [`${prefix}hdemo_sk`]: maybe(random, random.int(1, COUNTS.household_demographics)),
    [`${prefix}addr_sk`]: maybe(random, random.int(1, COUNTS.customer_address)),
  };
}

function storeSales(random: Random, _: MadeTables, scale: number): Row[] {
  const rows: Row[] = [];
  for (let ticket = 1; ticket <= 1500 * scale; ticket++) {
    const common = {
      ss_sold_date_sk: maybe(random, soldDay(random)),
      ss_sold_time_sk: maybe(random, random.int(0, 1439) * 60),
      ...party(random, "ss_", random.int(1, COUNTS.customer)),
      ss_store_sk: maybe(random, random.int(1, COUNTS.store)),
      ss_ticket_number: ticket,
    };
    const start = random.int(0, COUNTS.item - 1);
    const lines = random.chance(0.5) ? random.int(1, 6) : random.int(7, 18);
    for (let line = 0; line < lines; line++) {
      rows.push({
        ...common,
        ss_item_sk: (start + line * 7) % COUNTS.item + 1,
        ss_promo_sk: maybe(random, random.int(1, COUNTS.promotion)),
        ...amounts(random, "ss", false),
      });
    }
  }
  return rows;
}

function returnedDay(random: Random, sold: Value): Value {
  if (sold === null) return null;
  return maybe(random, Math.min(Number(sold) + random.int(1, 150), FIRST_DAY + DAYS - 1));
}

function storeReturns(random: Random, made: MadeTables): Row[] {
  return made.get("store_sales")!.filter(() => random.chance(0.25)).map((sale) => ({
    sr_returned_date_sk: returnedDay(random, sale["ss_sold_date_sk"]!),
    sr_return_time_sk: random.int(0, 1439) * 60,
    sr_item_sk: sale["ss_item_sk"]!,
    sr_customer_sk: sale["ss_customer_sk"]!,
    sr_cdemo_sk: maybe(random, random.int(1, COUNTS.customer_demographics)),
    sr_hdemo_sk: sale["ss_hdemo_sk"]!,
    sr_addr_sk: sale["ss_addr_sk"]!,
    sr_store_sk: maybe(random, sale["ss_store_sk"]!),
    sr_reason_sk: maybe(random, random.int(1, COUNTS.reason)),
    sr_ticket_number: sale["ss_ticket_number"]!,
    ...refund(random, "sr", sale, "ss", { amount: "return_amt", credit: "store_credit" }),
  }));
}

/** Sales by catalog or web: an order of one to six items; some buy again what they brought back to a store. */
function remoteSales(random: Random, made: MadeTables, p: "cs" | "ws", orders: number): Row[] {
  const returned = made.get("store_returns")!;
  const rows: Row[] = [];
  for (let order = 1; order <= orders; order++) {
    const again = random.chance(0.4) ? random.pick(returned) : null;
    const sold = again === null ? soldDay(random) : again["sr_returned_date_sk"] ?? soldDay(random);
    const customer = again?.["sr_customer_sk"] ?? random.int(1, COUNTS.customer);
    const bill = party(random, `${p}_bill_`, customer);
    const ship = party(random, `${p}_ship_`, random.chance(0.5) ? customer : random.int(1, COUNTS.customer));
    const start = again === null ? random.int(0, COUNTS.item - 1) : Number(again["sr_item_sk"]) - 1;
    const lines = random.int(1, 6);
    for (let line = 0; line < lines; line++) {
      rows.push({
        [`${p}_sold_date_sk`]: maybe(random, sold),
        [`${p}_sold_time_sk`]: maybe(random, random.int(0, 1439) * 60),
        [`${p}_ship_date_sk`]: maybe(random, Math.min(Number(sold) + random.int(2, 130), FIRST_DAY + DAYS - 1)),
        ...bill,
        ...ship,
        ...(p === "cs"
          ? {
            cs_call_center_sk: maybe(random, random.int(1, COUNTS.call_center)),
            cs_catalog_page_sk: maybe(random, random.int(1, COUNTS.catalog_page)),
          }
          : {
            ws_web_page_sk: maybe(random, random.int(1, COUNTS.web_page)),
            ws_web_site_sk: maybe(random, random.int(1, COUNTS.web_site)),
          }),
        [`${p}_ship_mode_sk`]: maybe(random, random.int(1, COUNTS.ship_mode)),
        [`${p}_warehouse_sk`]: maybe(random, random.int(1, COUNTS.warehouse)),
        [`${p}_item_sk`]: (start + line * 11) % COUNTS.item + 1,
        [`${p}_promo_sk`]: maybe(random, random.int(1, COUNTS.promotion)),
        [`${p}_order_number`]: order,
        ...amounts(random, p, true),
      });
    }
  }
  return rows;
}

function remoteReturns(random: Random, made: MadeTables, p: "cr" | "wr"): Row[] {
  const s = p === "cr" ? "cs" : "ws";
  const sales = made.get(p === "cr" ? "catalog_sales" : "web_sales")!;
  const whole = new Set(sales.map((sale) => sale[`${s}_order_number`]!).filter(() => random.chance(0.3)));
  return sales.filter((sale) => whole.has(sale[`${s}_order_number`]!) && random.chance(0.8)).map((sale) => ({
    [`${p}_returned_date_sk`]: returnedDay(random, sale[`${s}_sold_date_sk`]!),
    [`${p}_returned_time_sk`]: random.int(0, 1439) * 60,
    [`${p}_item_sk`]: sale[`${s}_item_sk`]!,
    ...party(random, `${p}_refunded_`, sale[`${s}_bill_customer_sk`]!),
    ...party(random, `${p}_returning_`, sale[`${s}_ship_customer_sk`]!),
    ...(p === "cr"
      ? {
        cr_call_center_sk: sale["cs_call_center_sk"]!,
        cr_catalog_page_sk: sale["cs_catalog_page_sk"]!,
        cr_ship_mode_sk: sale["cs_ship_mode_sk"]!,
        cr_warehouse_sk: sale["cs_warehouse_sk"]!,
      }
      : { wr_web_page_sk: sale["ws_web_page_sk"]! }),
    [`${p}_reason_sk`]: maybe(random, random.int(1, COUNTS.reason)),
    [`${p}_order_number`]: sale[`${s}_order_number`]!,
    ...refund(
      random,
      p,
      sale,
      s,
      p === "cr"
        ? { amount: "return_amount", credit: "store_credit" }
        : { amount: "return_amt", credit: "account_credit" },
    ),
  }));
}

/** Stock of a quarter of the items in each warehouse, week by week. */
function inventory(random: Random): Row[] {
  const rows: Row[] = [];
  for (let day = 4; day < DAYS; day += 14) {
    for (let item = 1 + day % 4; item <= COUNTS.item; item += 8) {
      rows.push({
        inv_date_sk: FIRST_DAY + day,
        inv_item_sk: item,
        inv_warehouse_sk: random.int(1, COUNTS.warehouse),
        inv_quantity_on_hand: random.chance(0.05) ? null : random.int(0, random.chance(0.3) ? 60 : 900),
      });
    }
  }
  return rows;
}

/** Keys, numbers of orders and quantities are whole, everything else an amount. */
function fact(name: string, primaryKey: readonly string[], rows: SuiteTable["rows"]): SuiteTable {
  const typeOf = (column: string) => (/_sk$|_number$|_quantity$|_on_hand$/.test(column) ? "INTEGER" : "REAL");
  return { name, primaryKey, typeOf, rows };
}

/** TPC-DS at a scale on which SQLite, too, answers in a moment. */
export const tpcds: Suite = {
  name: "tpcds",
  tables: [
    ...TPCDS_DIMENSIONS,
    fact("store_sales", ["ss_item_sk", "ss_ticket_number"], storeSales),
    fact("store_returns", ["sr_item_sk", "sr_ticket_number"], storeReturns),
    fact(
      "catalog_sales",
      ["cs_item_sk", "cs_order_number"],
      (random, made, scale) => remoteSales(random, made, "cs", 1200 * scale),
    ),
    fact("catalog_returns", ["cr_item_sk", "cr_order_number"], (random, made) => remoteReturns(random, made, "cr")),
    fact(
      "web_sales",
      ["ws_item_sk", "ws_order_number"],
      (random, made, scale) => remoteSales(random, made, "ws", 900 * scale),
    ),
    fact("web_returns", ["wr_item_sk", "wr_order_number"], (random, made) => remoteReturns(random, made, "wr")),
    fact("inventory", ["inv_date_sk", "inv_item_sk", "inv_warehouse_sk"], inventory),
  ],
  indexes: [
    "CREATE INDEX store_sales_customer ON store_sales (ss_customer_sk)",
    "CREATE INDEX store_sales_day ON store_sales (ss_sold_date_sk)",
    "CREATE INDEX catalog_sales_ship ON catalog_sales (cs_ship_customer_sk)",
    "CREATE INDEX catalog_sales_bill ON catalog_sales (cs_bill_customer_sk)",
    "CREATE INDEX web_sales_bill ON web_sales (ws_bill_customer_sk)",
    "CREATE INDEX web_sales_order ON web_sales (ws_order_number)",
    "CREATE INDEX inventory_item ON inventory (inv_item_sk)",
  ],
};
