-- The continuous aggregates that are made of the hypertable $1 (a name that regclass reads).
select format('%s.%s', ca.user_view_schema, ca.user_view_name)
from _timescaledb_catalog.continuous_agg ca join _timescaledb_catalog.hypertable h on h.id = ca.raw_hypertable_id
where to_regclass(format('%I.%I', h.schema_name, h.table_name)) = $1::regclass order by 1
