-- As chunks.sql, from the public views: for catalogs of a shape that pgtend does not know, or may not read. They do not tell a hypertable's number:
-- its jobs do, and the name of an aggregate's own table.
with recursive ht as (
  select v.hypertable_schema as own_schema, v.hypertable_name as own_name, v.hypertable_schema as schema, v.hypertable_name as name,
         'hypertable' as kind, (select min((j.config->>'hypertable_id')::int) from timescaledb_information.jobs j
          where j.hypertable_schema = v.hypertable_schema and j.hypertable_name = v.hypertable_name) as id
  from timescaledb_information.hypertables v
  union all
  select a.materialization_hypertable_schema, a.materialization_hypertable_name, a.view_schema, a.view_name, 'aggregate',
         substring(a.materialization_hypertable_name from '^_materialized_hypertable_([0-9]{1,9})$')::int
  from timescaledb_information.continuous_aggregates a
), origin as (
  -- an aggregate over integers has no "now" of its own: what it is made of has
  select a.materialization_hypertable_schema as schema, a.materialization_hypertable_name as name, a.hypertable_schema as of_schema, a.hypertable_name as of_name
  from timescaledb_information.continuous_aggregates a
  union
  select o.schema, o.name, a.hypertable_schema, a.hypertable_name from origin o join timescaledb_information.continuous_aggregates a
  on (a.view_schema, a.view_name) = (o.of_schema, o.of_name) or (a.materialization_hypertable_schema, a.materialization_hypertable_name) = (o.of_schema, o.of_name)
)
select c.oid::bigint as key, ht.id as hypertable_id, c.oid as root, ht.schema, ht.name, ht.kind,
       d.column_name as time_column, d.column_type::regtype as time_type,
       case when d.integer_interval is not null then 'integer' when d.column_type::regtype::text = 'date' then 'date'
            when d.column_type::regtype::text = 'timestamp without time zone' then 'local' else 'time' end as time_kind,
       coalesce(d.integer_interval, (extract(epoch from d.time_interval) * 1000000)::bigint) as width,
       extract(epoch from d.time_interval) as chunk_interval_s,
       (select count(*) from pg_inherits i where i.inhparent = c.oid) as parts,
       -- the view tells the function without its schema: the one without arguments that is found first
       f.nspname as integer_now_func_schema, f.proname as integer_now_func
from ht
join pg_namespace n on n.nspname = ht.own_schema
join pg_class c on c.relnamespace = n.oid and c.relname = ht.own_name
left join lateral (select d.* from timescaledb_information.dimensions d
                   where d.hypertable_schema = ht.own_schema and d.hypertable_name = ht.own_name and d.dimension_type = 'Time'
                   order by d.dimension_number limit 1) d on true
left join lateral (select x.integer_now_func from origin o join timescaledb_information.dimensions x
                   on x.hypertable_schema = o.of_schema and x.hypertable_name = o.of_name
                   where o.schema = ht.own_schema and o.name = ht.own_name and x.integer_now_func is not null limit 1) e on true
left join lateral (select pn.nspname, p.proname from pg_proc p join pg_namespace pn on pn.oid = p.pronamespace
                   where p.proname = coalesce(d.integer_now_func, e.integer_now_func) and p.pronargs = 0 and p.prorettype = d.column_type::oid
                   order by pn.nspname = ht.own_schema desc, pn.nspname = 'public' desc, p.oid limit 1) f on true
order by kind desc, 4, 5
