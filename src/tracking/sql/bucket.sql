-- How wide the buckets of the aggregate $1.$2 are: an interval, or a whole number for integer time; and in which time zone months are counted.
-- The width moved (continuous_agg until 2.14, in microseconds; for months it is -1 there), the zone's name changed.
select case when coalesce(f.row->>'bucket_width', '') <> '' then f.row->>'bucket_width'
            when (a.row->>'bucket_width')::bigint > 0 and $3::bool then a.row->>'bucket_width'
            when (a.row->>'bucket_width')::bigint > 0 then make_interval(secs => (a.row->>'bucket_width')::bigint / 1e6)::text end as width,
       coalesce(nullif(f.row->>'bucket_timezone', ''), nullif(f.row->>'timezone', ''), 'UTC') as zone
from (select to_jsonb(ca) as row, ca.mat_hypertable_id from _timescaledb_catalog.continuous_agg ca
      where ca.user_view_schema = $1::name and ca.user_view_name = $2::name) a
left join (select to_jsonb(b) as row, b.mat_hypertable_id from _timescaledb_catalog.continuous_aggs_bucket_function b) f using (mat_hypertable_id)
