-- Who keeps rows that died from being removed: one row a session, standby, slot or prepared transaction that holds the xmin horizon, the furthest back first.
-- A session holds it by its snapshot (backend_xmin) or by its own number (backend_xid); those of other databases hold it for shared catalogs alone, and stand with
-- their database. A vacuum's snapshot holds nobody back: vacuums leave each other's out (VACUUM FULL is none of them). Parallel
-- workers have their leader's snapshot. A slot holds it in all databases, one with only a catalog_xmin for the catalogs. The asking session's own snapshot is left out.
with holder as (
  select case when a.backend_type = 'walsender' then 'standby' else 'session' end as kind,
         greatest(age(a.backend_xmin), age(a.backend_xid)) as age, a.application_name as name, a.pid, pg_get_userbyid(nullif(a.usesysid, 0)) as "user",
         d.datname as database, a.state, a.xact_start as since, false as is_of_catalog, a.query, a.backend_start as started
  from pg_stat_get_activity(null) a left join pg_database d on d.oid = a.datid
  where a.pid <> pg_backend_pid() and (a.backend_xmin is not null or a.backend_xid is not null)
    and a.backend_type is distinct from 'parallel worker' and a.pid not in (select v.pid from pg_stat_get_progress_info('VACUUM') v)
  union all
  select 'slot', greatest(age(s.xmin), age(s.catalog_xmin)), s.slot_name, s.active_pid, null, s.database, case when s.active then 'in use' else 'not in use' end,
         (to_jsonb(s) ->> 'inactive_since')::timestamptz, s.xmin is null or age(s.catalog_xmin) > age(s.xmin), null, null
  from pg_replication_slots s where s.xmin is not null or s.catalog_xmin is not null
  union all
  select 'prepared', age(p.transaction), p.gid, null, p.owner, p.database, 'prepared', p.prepared, false, null, null
  from pg_prepared_xacts p
)
select h.kind, h.age, h.name, h.pid, h."user", h.database, h.state, extract(epoch from clock_timestamp() - h.since) as since_s, h.is_of_catalog,
       h.query, h.started, h.query = '<insufficient privilege>' as is_hidden
from holder h
order by h.age desc, h.since nulls last, h.kind, h.pid, h.name
limit 200
