import { Random } from "../support/tpch/random.ts";
import type { Contender, Session } from "./contender.ts";
import { anyDay, customerName, type Dataset, freshnessTable, PRIORITIES, SHIP_MODES, supplierName } from "./dataset.ts";

/** The kinds of transactions; of a hundred, 48 are orders, 48 payments and 4 counts. */
export type TransactionKind = "new order" | "payment" | "count orders";

const CUSTOMER = "SELECT c_custkey FROM customer WHERE c_name = ?";
const SUPPLIER = "SELECT s_suppkey FROM supplier WHERE s_name = ?";
const PART = "SELECT p_price FROM part WHERE p_partkey = ?";
const DATE = "SELECT d_datekey FROM dates WHERE d_date = ?";
const ORDER_LINE = "INSERT INTO lineorder VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const PAID = "UPDATE customer SET c_paymentcnt = c_paymentcnt + 1 WHERE c_custkey = ?";
const RECEIVED = "UPDATE supplier SET s_ytd = s_ytd + ? WHERE s_suppkey = ?";
const REMEMBER = "INSERT INTO history (h_orderkey, h_custkey, h_amount) VALUES (?, ?, ?)";
const COUNT = "SELECT count(DISTINCT lo_orderkey) FROM lineorder WHERE lo_custkey = ?";

const LINES_MAX = 7;

/** Keys of new orders, which all clients share. */
export class OrderKeys {
  #next: number;

  constructor(next: number) {
    this.#next = next;
  }

  take(): number {
    return this.#next++;
  }

  /** An order that was there from the start or made since. */
  any(random: Random): number {
    return random.between(1, this.#next - 1);
  }
}

/** Runs the benchmark's transactions; what it does depends on its number alone, and the keys on the other clients. */
export class TransactionalClient {
  readonly #contender: Contender;
  readonly #dataset: Dataset;
  readonly #orders: OrderKeys;
  readonly #random: Random;
  readonly #seen: string;
  #done = 0;

  /** @param number Counted from 1. */
  constructor(contender: Contender, dataset: Dataset, orders: OrderKeys, number: number) {
    this.#contender = contender;
    this.#dataset = dataset;
    this.#orders = orders;
    this.#random = new Random(1000 + number);
    this.#seen = `UPDATE ${freshnessTable(number)} SET f_txn = ?`;
  }

  /** Runs the next transaction, which leaves its number, counted from 1, in the client's freshness table. */
  async runNext(): Promise<TransactionKind> {
    const draw = this.#random.below(100);
    const kind = draw < 48 ? "new order" : draw < 96 ? "payment" : "count orders";
    await this.#contender.transaction(async (session) => {
      switch (kind) {
        case "new order":
          await this.#newOrder(session);
          break;
        case "payment":
          await this.#pay(session);
          break;
        case "count orders":
          await this.#countOrders(session);
          break;
      }
      await session.execute(this.#seen, [this.#done + 1]);
    });
    this.#done++;
    return kind;
  }

  async #newOrder(session: Session): Promise<void> {
    const random = this.#random;
    const { customers, suppliers, parts } = this.#dataset;
    const customer = await found(session, CUSTOMER, customerName(random.between(1, customers)));
    const order = this.#orders.take();
    const lines = random.between(1, LINES_MAX);
    for (let line = 1; line <= lines; line++) {
      const part = random.between(1, parts);
      const price = await found(session, PART, part);
      const supplier = await found(session, SUPPLIER, supplierName(random.between(1, suppliers)));
      const date = await found(session, DATE, anyDay(random));
      const [quantity, discount] = [random.between(1, 50), random.below(11)];
      await session.execute(ORDER_LINE, [
        ...[order, line, customer, part, supplier, date, random.pick(PRIORITIES), random.below(2), quantity],
        ...[quantity * price, discount, Math.floor(quantity * price * (100 - discount) / 100)],
        ...[random.between(50_000, 120_000), random.below(9), date, random.pick(SHIP_MODES)],
      ]);
    }
  }

  async #pay(session: Session): Promise<void> {
    const random = this.#random;
    const customer = random.between(1, this.#dataset.customers);
    const amount = random.between(100, 10_495_000);
    await session.execute(PAID, [customer]);
    await session.execute(RECEIVED, [amount, random.between(1, this.#dataset.suppliers)]);
    await session.execute(REMEMBER, [this.#orders.any(random), customer, amount]);
  }

  async #countOrders(session: Session): Promise<void> {
    const name = customerName(this.#random.between(1, this.#dataset.customers));
    const customer = await found(session, CUSTOMER, name);
    await found(session, COUNT, customer);
  }
}

/** The one number that a statement finds. */
async function found(session: Session, sql: string, key: number | string): Promise<number> {
  const [[value] = []] = await session.query(sql, [key]);
  if (typeof value !== "number") throw new Error(`"${sql}" finds nothing for ${key}`);
  return value;
}
