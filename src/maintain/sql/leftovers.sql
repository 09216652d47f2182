-- What REINDEX CONCURRENTLY left of index $2 on table $1 when it ended early; what somebody else still builds is held by him.
select n.nspname as schema, i.relname as index, i.oid::bigint as oid
  from pg_catalog.pg_index x
  join pg_catalog.pg_class i on i.oid = x.indexrelid
  join pg_catalog.pg_namespace n on n.oid = i.relnamespace
 where x.indrelid = $1::oid
   and not x.indisvalid
   and i.relname ~ '_cc(new|old)[0-9]*$'
   and pg_catalog.starts_with($2::text, pg_catalog.regexp_replace(i.relname::text, '_cc(new|old)[0-9]*$', ''))
   and not exists (select from pg_catalog.pg_locks l
                    where l.locktype = 'relation' and l.relation = i.oid and l.pid is distinct from pg_catalog.pg_backend_pid()
                      and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()))
 order by i.relname
