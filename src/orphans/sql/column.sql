-- Tables of this name ($2, in schema $1 or any) with their column $3: its type below all domains, who may read it, how its values are spread, how a row is named.
with recursive
given as (
  select $1::text as schema, $2::text as name, $3::text as "column"
),
found as (
  select c.oid, n.oid as schema_oid, n.nspname, c.relname, c.relkind, c.reltuples, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attcollation
    from given g
    join pg_catalog.pg_class c on c.relname = g.name and c.relkind in ('r', 'p', 'v', 'm', 'f')
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace and (g.schema is null or n.nspname = g.schema)
     and n.nspname !~ '^pg_(toast|temp)'
    left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = g."column" and a.attnum > 0 and not a.attisdropped
),
base as (
  select f.oid, f.atttypid as type from found f
   union all
  select b.oid, t.typbasetype from base b join pg_catalog.pg_type t on t.oid = b.type where t.typtype = 'd'
)
select f.nspname as schema,
       f.relname as name,
       f.relkind as kind,
       f.attname as "column",
       pg_catalog.pg_table_is_visible(f.oid) as is_visible,
       pg_catalog.format_type(f.atttypid, f.atttypmod) as type_name,
       t.typname as base,
       t.typtype = 'e' as is_enum,
       pg_catalog.has_schema_privilege(f.schema_oid, 'USAGE') as may_use,
       f.attnum is not null and pg_catalog.has_column_privilege(f.oid, f.attnum, 'SELECT') as may_read,
       pg_catalog.quote_ident(current_user) as role,
       pg_catalog.format('%I', f.nspname) as quoted_schema,
       pg_catalog.format('%I.%I', f.nspname, f.relname) as quoted_table,
       't.' || pg_catalog.quote_ident(f.attname) as quoted_column,
       greatest(case when f.relkind = 'p'
                     then (select sum(greatest(k.reltuples, 0)) from pg_catalog.pg_partition_tree(f.oid) p join pg_catalog.pg_class k on k.oid = p.relid
                            where p.isleaf)
                     else f.reltuples end, 0)::bigint as rows,
       (select s.n_distinct from pg_catalog.pg_stats s
         where s.schemaname = f.nspname and s.tablename = f.relname and s.attname = f.attname
         order by s.inherited desc limit 1) as n_distinct,
       co.collname in ('C', 'POSIX')
         or (co.collname = 'default' and d.datcollate in ('C', 'POSIX') and coalesce(pg_catalog.to_jsonb(d) ->> 'datlocprovider', 'c') = 'c') as is_bytewise,
       not co.collisdeterministic as is_loose,
       pg_catalog.getdatabaseencoding() as encoding,
       (select pg_catalog.string_agg(pg_catalog.format('%L, t.%I', k.attname, k.attname), ', ' order by pg_catalog.array_position(i.indkey::int2[], k.attnum))
          from pg_catalog.pg_index i
          join pg_catalog.pg_attribute k on k.attrelid = i.indrelid and k.attnum = any (i.indkey)
         where i.indrelid = f.oid and i.indisprimary and pg_catalog.has_column_privilege(f.oid, k.attnum, 'SELECT')) as row_key
  from found f
  left join base b on b.oid = f.oid
  left join pg_catalog.pg_type t on t.oid = b.type
  left join pg_catalog.pg_collation co on co.oid = f.attcollation
  join pg_catalog.pg_database d on d.datname = pg_catalog.current_database()
 where t.typtype is distinct from 'd'
 order by f.nspname
