-- Tables, views, sequences: kind, schema, table, name, definition, as catalog.h wants them. search_path is empty, so that every name is whole.
-- A tablespace is told where it is another one than the database's own.
select case c.relkind when 'r' then 'table' when 'p' then 'table' when 'f' then 'foreign table' when 'v' then 'view' when 'm' then 'materialized view'
         else 'sequence' end as kind,
       n.nspname as schema,
       case when c.relkind = 'S' then owner.relname end as parent,
       c.relname as name,
       case c.relkind
         when 'S' then pg_catalog.concat_ws(' ', 'as ' || pg_catalog.format_type(s.seqtypid, null), 'start', s.seqstart, 'increment', s.seqincrement,
              'minvalue', s.seqmin, 'maxvalue', s.seqmax, 'cache', s.seqcache, case when s.seqcycle then 'cycle' end,
              case when c.relpersistence = 'u' then 'unlogged' end,
              case owner.deptype when 'i' then 'identity of ' else 'owned by ' end || owner.whole)
         else pg_catalog.concat_ws(', ',
              case when c.relkind in ('v', 'm') then pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid), ';') end,
              case when c.relpersistence = 'u' then 'unlogged' end,
              'partitioned by ' || pg_catalog.pg_get_partkeydef(c.oid),
              (select case when c.relispartition then 'partition of ' else 'inherits ' end
                      || pg_catalog.string_agg(h.inhparent::pg_catalog.regclass::text, ', ' order by h.inhseqno)
                 from pg_catalog.pg_inherits h where h.inhrelid = c.oid),
              case when c.relispartition then pg_catalog.pg_get_expr(c.relpartbound, c.oid) end,
              'of ' || pg_catalog.format_type(nullif(c.reloftype, 0), null),
              'using ' || (select m.amname from pg_catalog.pg_am m where m.oid = c.relam and m.amname <> 'heap' and c.relkind in ('r', 'p', 'm')),
              'tablespace ' || (select pg_catalog.quote_ident(p.spcname) from pg_catalog.pg_tablespace p
                                  where p.oid = c.reltablespace and c.relkind in ('r', 'p', 'm')),
              'with (' || (select pg_catalog.string_agg(o.option, ', ' order by o.option)
                             from (select pg_catalog.unnest(c.reloptions)
                                   union all
                                   select 'toast.' || pg_catalog.unnest(s.reloptions) from pg_catalog.pg_class s where s.oid = c.reltoastrelid) o (option)) || ')',
              case when c.relrowsecurity then 'row level security' end,
              case when c.relforcerowsecurity then 'forced row level security' end,
              case case when c.relkind in ('r', 'p', 'm') then c.relreplident end when 'f' then 'replica identity full' when 'n' then 'replica identity nothing'
                when 'i' then 'replica identity using ' || (select i.indexrelid::pg_catalog.regclass::text from pg_catalog.pg_index i
                                                             where i.indrelid = c.oid and i.indisreplident limit 1) end,
              (select 'server ' || v.srvname || coalesce(' options (' || (
                        select pg_catalog.string_agg(o.option, ', ' order by o.option) from pg_catalog.unnest(f.ftoptions) o (option)) || ')', '')
                 from pg_catalog.pg_foreign_table f join pg_catalog.pg_foreign_server v on v.oid = f.ftserver where f.ftrelid = c.oid)) end as definition
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_sequence s on s.seqrelid = c.oid
  left join lateral (
    select t.relname, d.deptype, pg_catalog.format('%s.%I', t.oid::pg_catalog.regclass, a.attname) as whole
      from pg_catalog.pg_depend d
      join pg_catalog.pg_class t on t.oid = d.refobjid and t.relnamespace = c.relnamespace
      join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
     where c.relkind = 'S' and d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype in ('a', 'i')
       and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
     limit 1) owner on true
 where c.oid >= 16384
   and c.relkind in ('r', 'p', 'f', 'v', 'm', 'S')
   and n.nspname <> 'pgtend' and n.nspname !~ '^(pg_|_timescaledb_)'
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid and e.deptype = 'e')
