-- Patterns for pg_dump's --exclude-table-data, so that only the history ($1.$2) and pgtend's own records keep their rows. A schema in which nothing is
-- kept is one pattern. Tables of extensions are left to pg_dump: what of them is configuration (TimescaleDB's catalog) must travel.
with kept as (
  select c.oid, c.relnamespace
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where (n.nspname = $1 and c.relname = $2)
      or n.nspname = 'pgtend'
      or exists (select
                   from pg_catalog.pg_depend d
                  where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                    and d.objid = c.oid
                    and d.deptype = 'e')
), loose as (
  select n.oid as schema, n.nspname, c.relname, exists (select from kept k where k.relnamespace = n.oid) as keeps_some
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'm')
     and n.nspname not in ('pg_catalog', 'information_schema')
     and n.nspname !~ '^pg_(toast|temp)'
     and c.oid not in (select k.oid from kept k)
)
select distinct '"' || pg_catalog.replace(nspname, '"', '""') || '".' ||
       case when keeps_some and not relname ~ '^(_hyper_|compress_hyper_|_compressed_hypertable_|_materialized_hypertable_|_dist_hyper_)' then '"' || pg_catalog.replace(relname, '"', '""') || '"'
            when keeps_some then pg_catalog.substring(relname, '^(_hyper_|compress_hyper_|_compressed_hypertable_|_materialized_hypertable_|_dist_hyper_)') || '*'
            else '*'
       end
  from loose
 order by 1
