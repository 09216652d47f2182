-- (continues `with chunk as (one of chunk_rows_*.sql),`) What each chunk is, by its range and the policies of its hypertable. $1 is a JSON array of
-- the hypertables: key, root (pg_class.oid), time_kind, width, integer_now, and the configurations of their retention and compression jobs. Limits are computed by the
-- server, because a month has no length in seconds; everything after that is whole numbers, in which nothing is infinite.
wish as (
  select p.*,
         case p.time_kind when 'integer' then p.integer_now
              when 'time' then (extract(epoch from now()) * 1000000)::bigint
              else (extract(epoch from localtimestamp) * 1000000)::bigint end as clock,
         case when jsonb_typeof(p.retention->'drop_after') = 'number' then (p.retention->>'drop_after')::numeric end as drop_integer,
         case when jsonb_typeof(p.retention->'drop_after') = 'string' then (p.retention->>'drop_after')::interval end as drop_age,
         case when jsonb_typeof(p.retention->'drop_created_before') = 'string' then (p.retention->>'drop_created_before')::interval end as drop_made,
         case when jsonb_typeof(p.compression->'compress_after') = 'number' then (p.compression->>'compress_after')::numeric end as pack_integer,
         case when jsonb_typeof(p.compression->'compress_after') = 'string' then (p.compression->>'compress_after')::interval end as pack_age,
         case when jsonb_typeof(p.compression->'compress_created_before') = 'string'
              then (p.compression->>'compress_created_before')::interval end as pack_made
  from jsonb_to_recordset($1::jsonb) as p(key bigint, root bigint, time_kind text, width bigint, integer_now bigint, retention jsonb, compression jsonb)
), wish_time as (
  -- an age of thousands of years is before the beginning of time: nothing is as old as that
  select w.*, case when w.drop_integer is not null and w.integer_now is not null
              then greatest(least(w.integer_now - w.drop_integer, 9223372036854775807), -9223372036854775808)::bigint end as drop_before_integer,
         case when w.pack_integer is not null and w.integer_now is not null
              then greatest(least(w.integer_now - w.pack_integer, 9223372036854775807), -9223372036854775808)::bigint end as pack_before_integer,
         case when w.drop_age < interval '6000 years' then localtimestamp - w.drop_age end as drop_local,
         case when w.drop_age < interval '6000 years' then now() - w.drop_age end as drop_at,
         case when w.pack_age < interval '6000 years' then localtimestamp - w.pack_age end as pack_local,
         case when w.pack_age < interval '6000 years' then now() - w.pack_age end as pack_at,
         case when w.drop_made < interval '6000 years' then now() - w.drop_made end as drop_made_before,
         case when w.pack_made < interval '6000 years' then now() - w.pack_made end as pack_made_before
  from wish w
), limits as materialized (
  select t.key, t.root::oid as root, t.time_kind, t.width, t.clock, t.drop_made_before, t.pack_made_before,
         case t.time_kind when 'integer' then t.drop_before_integer
              when 'time' then (extract(epoch from t.drop_at) * 1000000)::bigint
              when 'date' then (extract(epoch from date_trunc('day', t.drop_local)) * 1000000)::bigint
              else (extract(epoch from t.drop_local) * 1000000)::bigint end as drop_before,
         case t.time_kind when 'integer' then t.pack_before_integer
              when 'time' then (extract(epoch from t.pack_at) * 1000000)::bigint
              when 'date' then (extract(epoch from date_trunc('day', t.pack_local)) * 1000000)::bigint
              else (extract(epoch from t.pack_local) * 1000000)::bigint end as pack_before
  from wish_time t
), wanted as materialized (
  select l.relation as oid from pg_locks l
  where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
), wanted_tables as (
  select w.oid from wanted w union select x.indrelid from pg_index x join wanted w on w.oid = x.indexrelid
), busy as materialized (
  select w.oid from wanted_tables w union select c.oid from pg_class c join wanted_tables w on w.oid = c.reltoastrelid
), marked as (
  select k.*, l.time_kind, l.drop_before, l.pack_before,
         k.status & 1 = 1 as is_compressed, k.status & 1 = 1 and k.status & 10 <> 0 as is_partial, k.status & 4 = 4 as is_frozen,
         l.clock is not null and k.starts > least(l.clock::numeric + l.width, 9223372036854775806) as is_future,
         k.relid in (select b.oid from busy b) or coalesce(k.crelid in (select b.oid from busy b), false) as is_locked,
         coalesce(k.created <= l.drop_made_before, k.ends <= l.drop_before, false) as is_due,
         k.status & 1 = 0 and coalesce(k.created <= l.pack_made_before, k.ends <= l.pack_before, false) as is_pack_due,
         -- since when, in seconds; integer time has none
         case when l.drop_made_before is not null then extract(epoch from l.drop_made_before - k.created)
              when l.time_kind <> 'integer' then (l.drop_before::numeric - k.ends) / 1000000 end as due_s,
         case when l.pack_made_before is not null then extract(epoch from l.pack_made_before - k.created)
              when l.time_kind <> 'integer' then (l.pack_before::numeric - k.ends) / 1000000 end as pack_due_s
  from chunk k join limits l on l.key = k.key
)
