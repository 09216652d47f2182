-- One row a hypertable and continuous aggregate: what it is divided by, and what is now in the units of its time. Touches no chunk. `key` is what
-- the rows of its chunks are found by (chunk_rows_*.sql). An aggregate over integers has no "now" of its own: what it is made of has.
with recursive origin as (
  select ca.mat_hypertable_id as id, ca.raw_hypertable_id as of from _timescaledb_catalog.continuous_agg ca
  union
  select o.id, ca.raw_hypertable_id from origin o join _timescaledb_catalog.continuous_agg ca on ca.mat_hypertable_id = o.of
)
select h.id as key, h.id as hypertable_id, r.oid as root, coalesce(ca.user_view_schema, h.schema_name) as schema, coalesce(ca.user_view_name, h.table_name) as name,
       case when ca.mat_hypertable_id is not null then 'aggregate' else 'hypertable' end as kind,
       d.column_name as time_column, d.column_type::regtype as time_type, k.time_kind, d.interval_length as width,
       case when k.time_kind <> 'integer' then d.interval_length / 1e6 end as chunk_interval_s,
       (select count(*) from pg_inherits i where i.inhparent = r.oid) as parts,
       coalesce(d.integer_now_func_schema, f.integer_now_func_schema) as integer_now_func_schema, coalesce(d.integer_now_func, f.integer_now_func) as integer_now_func
from _timescaledb_catalog.hypertable h
join pg_namespace n on n.nspname = h.schema_name
join pg_class r on r.relnamespace = n.oid and r.relname = h.table_name
left join _timescaledb_catalog.continuous_agg ca on ca.mat_hypertable_id = h.id
left join lateral (select d.* from _timescaledb_catalog.dimension d where d.hypertable_id = h.id and d.interval_length is not null
                   order by d.id limit 1) d on true
left join lateral (select x.integer_now_func_schema, x.integer_now_func from origin o join _timescaledb_catalog.dimension x on x.hypertable_id = o.of
                   where o.id = h.id and x.integer_now_func is not null limit 1) f on true
cross join lateral (select case when d.column_type::regtype::text in ('smallint', 'integer', 'bigint') then 'integer'
                                when d.column_type::regtype::text = 'date' then 'date'
                                when d.column_type::regtype::text = 'timestamp without time zone' then 'local' else 'time' end as time_kind) k
where h.schema_name <> '_timescaledb_internal' or h.table_name not like '\_compressed\_hypertable\_%'
order by kind desc, 4, 5
