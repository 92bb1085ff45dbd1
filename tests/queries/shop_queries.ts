import type { ComparisonRules } from "../support/differential.ts";

/** An analytical query with the order its answer must have. */
export interface ShopQuery {
  readonly name: string;
  readonly sql: string;
  readonly order: ComparisonRules["order"];
}

/** Questions in the manner of TPC-H, the star schema benchmark and ClickBench, none of which may be declined. */
export const SHOP_QUERIES: readonly ShopQuery[] = [
  {
    name: "price summary by status and mode",
    sql: `select p.status, l.mode, sum(l.quantity) as pieces, sum(l.price * l.quantity) as gross,
        sum(l.price * l.quantity * (1 - l.discount)) as net, sum(l.price * l.quantity * (1 - l.discount) * (1 + l.tax)) as charged,
        avg(l.quantity) as mean_pieces, avg(l.discount) as mean_discount, count(*) as lines
      from line l join purchase p on p.purchase_id = l.purchase_id where l.shipped <= '2023-09-01'
      group by p.status, l.mode order by p.status, l.mode`,
    order: "all",
  },
  {
    name: "cheapest offer per part in a continent",
    sql: `select pa.part_id, v.name, n.name as nation, o.cost from part pa, offer o, vendor v, nation n
      where pa.part_id = o.part_id and v.vendor_id = o.vendor_id and v.nation_id = n.nation_id and n.continent = 'Africa'
        and pa.label like '%brass%' and o.cost = (select min(o2.cost) from offer o2, vendor v2, nation n2
          where o2.part_id = pa.part_id and v2.vendor_id = o2.vendor_id and v2.nation_id = n2.nation_id and n2.continent = 'Africa')
      order by o.cost desc, v.name, pa.part_id limit 20`,
    order: "all",
  },
  {
    name: "ten largest open purchases",
    sql: `select l.purchase_id, sum(l.price * (1 - l.discount)) as revenue, p.placed from shopper s, purchase p, line l
      where s.segment = 'industry' and s.shopper_id = p.shopper_id and l.purchase_id = p.purchase_id
        and p.placed < '2023-03-15' and l.shipped > '2021-03-15'
      group by l.purchase_id, p.placed order by revenue desc, p.placed limit 10`,
    order: "all",
  },
  {
    name: "late purchases by priority",
    sql: `select priority, count(*) as late from purchase p
      where placed >= '2022-01-01' and placed < '2023-01-01'
        and exists (select 1 from line l where l.purchase_id = p.purchase_id and l.promised < l.received)
      group by priority order by priority`,
    order: "all",
  },
  {
    name: "trade between two nations by year",
    sql: `select seller, buyer, year, sum(volume) as revenue from (
        select a.name as seller, b.name as buyer, substr(l.shipped, 1, 4) as year, l.price * (1 - l.discount) as volume
        from vendor v join line l on l.vendor_id = v.vendor_id join purchase p on p.purchase_id = l.purchase_id
          join shopper s on s.shopper_id = p.shopper_id join nation a on a.nation_id = v.nation_id join nation b on b.nation_id = s.nation_id
        where (a.name = 'Chad' or a.name = 'Egypt') and l.shipped between '2021-01-01' and '2023-12-31') as trade
      group by seller, buyer, year order by seller, buyer, year`,
    order: "all",
  },
  {
    name: "market share by year",
    sql: `select substr(placed, 1, 4) as year,
        round(100.0 * sum(case when n.name = 'Brazil' then price else 0 end) / sum(price), 3) as share
      from line join purchase using (purchase_id) join vendor using (vendor_id) join nation n on n.nation_id = vendor.nation_id
      group by year order by year`,
    order: "all",
  },
  {
    name: "how many purchases shoppers make",
    sql: `select purchases, count(*) as shoppers from (
        select s.shopper_id, count(p.purchase_id) as purchases from shopper s
        left join purchase p on p.shopper_id = s.shopper_id and p.remark not like '%special%requests%' group by s.shopper_id) as t
      group by purchases order by shoppers desc, purchases desc`,
    order: "all",
  },
  {
    name: "best vendors of a quarter",
    sql: `with revenue(vendor_id, total) as (
        select vendor_id, sum(price * (1 - discount)) from line where shipped >= '2022-01-01' and shipped < '2022-04-01' group by vendor_id)
      select v.vendor_id, v.name, r.total from vendor v join revenue r on r.vendor_id = v.vendor_id
      where r.total > (select avg(total) from revenue) order by r.total desc`,
    order: "all",
  },
  {
    name: "vendors per kind of part",
    sql: `select category, size, count(distinct o.vendor_id) as vendors from offer o, part p
      where p.part_id = o.part_id and category <> 'Brand#4' and label not like 'raw%' and size in (1, 4, 9, 14, 19)
        and o.vendor_id not in (select vendor_id from vendor where balance < 0)
      group by category, size order by vendors desc, category, size`,
    order: "all",
  },
  {
    name: "small orders of a brand",
    sql: `select sum(l.price) / 7.0 as yearly from line l, part p where p.part_id = l.part_id and p.category = 'Brand#2'
      and l.quantity < (select 0.4 * avg(x.quantity) from line x where x.part_id = p.part_id)`,
    order: "all",
  },
  {
    name: "shoppers with credit who never bought",
    sql: `select substr(phone, 1, 2) as prefix, count(*) as shoppers, sum(credit) as credit from shopper s
      where substr(phone, 1, 2) in ('11', '13', '15', '17') and credit > (select avg(credit) from shopper where credit > 0.0)
        and not exists (select * from purchase p where p.shopper_id = s.shopper_id)
      group by prefix order by prefix`,
    order: "all",
  },
  {
    name: "star: revenue by continent, brand and year",
    sql:
      `select n.continent, p.category, substr(pu.placed, 1, 4) as year, sum(l.price * l.quantity) as revenue, count(*) as lines
      from line l, purchase pu, part p, vendor v, nation n
      where l.purchase_id = pu.purchase_id and l.part_id = p.part_id and l.vendor_id = v.vendor_id and v.nation_id = n.nation_id
        and l.discount between 0.02 and 0.08 and l.quantity < 40
      group by n.continent, p.category, year having sum(l.quantity) > 20 order by n.continent, p.category, year`,
    order: "all",
  },
  {
    name: "clicks: busiest minutes of an agent",
    sql: `select substr(at, 1, 13) as hour, count(*) as views, count(distinct user_hash) as users, avg(ms) as mean_ms
      from visit where agent = 'Firefox' and refresh = 0 group by hour order by views desc, hour limit 15`,
    order: "all",
  },
  {
    name: "clicks: searches by phrase",
    sql: `select phrase, min(url) as first_url, count(*) as searches from visit
      where url like '%search%' and phrase <> '' group by phrase order by searches desc, phrase`,
    order: "all",
  },
  {
    name: "clicks: extremes and distinct users",
    sql:
      `select min(at), max(at), sum(width), avg(width), min(user_hash), max(user_hash), count(distinct user_hash), sum(width + 1), max(length(url)) from visit`,
    order: "all",
  },
  {
    name: "clicks: buckets of load time",
    sql:
      `select case when ms < 100 then 'fast' when ms < 500 then 'fair' else 'slow' end as speed, agent, count(*) as views, round(avg(ms), 2) as mean_ms
      from visit group by speed, agent order by speed, agent`,
    order: "all",
  },
  {
    name: "three dearest parts of each brand",
    sql: `select category, part_id, list_price from (
        select category, part_id, list_price, row_number() over (partition by category order by list_price desc, part_id) as place from part)
      where place <= 3 and category is not null order by category, place`,
    order: "all",
  },
  {
    name: "purchases of shoppers from the top nations",
    sql:
      `select n.name, count(*) as purchases from purchase p join shopper s on s.shopper_id = p.shopper_id join nation n on n.nation_id = s.nation_id
      where s.nation_id in (select nation_id from shopper group by nation_id having count(*) >= 10)
      group by n.name union all select 'all', count(*) from purchase`,
    order: [],
  },
];
