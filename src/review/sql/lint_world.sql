-- What lint wants to know of the objects that migrations name, in one answer. Waits for no lock: a table that somebody holds or wants for itself
-- is judged by relpages. $1: {"relations": [{"schema": null, "name": "users"}], "extensions": ["vector"], "functions": ["f"], "types": ["vector"]}
with asked as (
  select pg_catalog.jsonb_array_elements($1::jsonb -> 'relations') as one
), wanted as materialized (
  select distinct one ->> 'schema' as schema, one ->> 'name' as name from asked
), found as materialized (
  -- what the migration would see: by its search path, else the only one of that name
  select w.schema as asked_schema, w.name, r.*
    from wanted w
    cross join lateral (
      select c.oid, c.relkind, n.nspname, c.relispartition,
             coalesce(x.indrelid, c.oid) as heap,
             pg_catalog.array_position(pg_catalog.current_schemas(false), n.nspname) as place
        from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        left join pg_catalog.pg_index x on x.indexrelid = c.oid
       where c.relname = w.name
         and (w.schema is null or n.nspname = w.schema)
         and c.relkind in ('r', 'p', 'm', 'v', 'f', 'i', 'I', 'S')
         and c.relpersistence <> 't'
         and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
       order by place nulls last, n.nspname = current_user desc, n.nspname = 'public' desc, n.nspname
       limit 1
    ) r
), busy as materialized (
  select l.relation as oid
    from pg_catalog.pg_locks l
   where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
     and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
), tree as materialized (
  -- partitions and chunks belong to their table
  with recursive parts as (
    (select f.heap as root, f.heap as oid from found f
     union
     select p.partdefid, p.partdefid from found f join pg_catalog.pg_partitioned_table p on p.partrelid = f.oid and p.partdefid <> 0)
    union
    select p.root, i.inhrelid from parts p join pg_catalog.pg_inherits i on i.inhparent = p.oid
  )
  select p.root, p.oid, c.reltuples, c.relpages, c.relkind, c.reltoastrelid,
         coalesce(t.relpages, 0) as toast_pages,
         p.oid in (select b.oid from busy b) or c.reltoastrelid in (select b.oid from busy b) as is_busy
    from parts p
    join pg_catalog.pg_class c on c.oid = p.oid
    left join pg_catalog.pg_class t on t.oid = c.reltoastrelid
   where c.relkind in ('r', 'm', 'p')
), measured as (
  select t.root, t.relkind, t.reltuples, pg_catalog.pg_stat_get_live_tuples(t.oid) as live,
         case when t.relkind = 'p' then 0
              when t.is_busy then (t.relpages + t.toast_pages)::bigint * pg_catalog.current_setting('block_size')::bigint
              else pg_catalog.pg_relation_size(t.oid)
                   + case when t.reltoastrelid = 0 then 0 else pg_catalog.pg_relation_size(t.reltoastrelid::pg_catalog.regclass) end
         end as bytes
    from tree t
), sized as (
  select m.root,
         pg_catalog.sum(m.bytes) as bytes,
         -- a table that has pages, but was never counted: as many rows as nobody knows
         case when pg_catalog.bool_or(m.bytes > 0 and m.reltuples < 0 and m.live = 0) then null
              else pg_catalog.sum(case when m.relkind = 'p' or m.bytes = 0 then 0
                                       else greatest(m.reltuples::float8, m.live::float8, 0) end) end as rows
    from measured m
   group by m.root
)
select pg_catalog.jsonb_build_object(
  'version', pg_catalog.current_setting('server_version_num')::int,
  'zone', pg_catalog.current_setting('TimeZone'),
  'relations', (
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
             'schema', f.asked_schema, 'name', f.name, 'in', f.nspname, 'kind', f.relkind, 'rows', s.rows, 'bytes', s.bytes,
             'is_partition', f.relispartition,
             'default_partition', (
               select pg_catalog.jsonb_build_object('name', dn.nspname || '.' || d.relname, 'rows', ds.rows, 'bytes', ds.bytes)
                 from pg_catalog.pg_partitioned_table p
                 join pg_catalog.pg_class d on d.oid = p.partdefid
                 join pg_catalog.pg_namespace dn on dn.oid = d.relnamespace
                 left join sized ds on ds.root = d.oid
                where p.partrelid = f.oid),
             'table', case when f.heap <> f.oid then (
               select hn.nspname || '.' || h.relname
                 from pg_catalog.pg_class h join pg_catalog.pg_namespace hn on hn.oid = h.relnamespace where h.oid = f.heap) end,
             'columns', (
               select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', a.attname, 'not_null', a.attnotnull,
                        'type', pg_catalog.format_type(a.atttypid, a.atttypmod)))
                 from pg_catalog.pg_attribute a
                where a.attrelid = f.oid and a.attnum > 0 and not a.attisdropped and f.relkind in ('r', 'p', 'm', 'f')),
             'constraints', (
               select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', k.conname, 'kind', k.contype,
                        'is_valid', k.convalidated, 'definition', pg_catalog.pg_get_constraintdef(k.oid)))
                 from pg_catalog.pg_constraint k
                where k.conrelid = f.oid and k.contype in ('c', 'f', 'n')
                  and f.heap not in (select b.oid from busy b)))) -- a definition is read under ACCESS SHARE
      from found f
      left join sized s on s.root = f.heap),
  'extensions', (
    select pg_catalog.jsonb_object_agg(e.name, coalesce(e.installed_version, ''))
      from pg_catalog.pg_available_extensions e),
  'installed', (
    select pg_catalog.jsonb_agg(e.extname) from pg_catalog.pg_extension e),
  'volatile', (
    select pg_catalog.jsonb_object_agg(w.name, w.is_volatile)
      from (select p.proname as name, pg_catalog.bool_or(p.provolatile = 'v') as is_volatile
              from pg_catalog.pg_proc p
             where p.proname in (select pg_catalog.jsonb_array_elements_text($1::jsonb -> 'functions'))
             group by 1) w),
  -- a domain is checked by its own constraints and by those of the domains that it is made of
  'checked_domains', (
    select pg_catalog.jsonb_agg(distinct t.typname)
      from pg_catalog.pg_type t
     where t.typtype = 'd' and t.typname in (select pg_catalog.jsonb_array_elements_text($1::jsonb -> 'types'))
       and exists (
         with recursive made_of as (
           select t.oid, t.typbasetype, t.typnotnull
           union all
           select b.oid, b.typbasetype, b.typnotnull
             from made_of m join pg_catalog.pg_type b on b.oid = m.typbasetype and b.typtype = 'd'
         )
         select from made_of m
          where m.typnotnull or m.oid in (select k.contypid from pg_catalog.pg_constraint k where k.contypid <> 0))),
  'types', (
    select pg_catalog.jsonb_agg(distinct t.typname)
      from pg_catalog.pg_type t
     where t.typname in (select pg_catalog.jsonb_array_elements_text($1::jsonb -> 'types')))
)::text as world;
