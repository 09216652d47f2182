-- What stands after it. Chunks are counted by pg_class, where VACUUM has just written their pages.
select pg_catalog.pg_table_size(c.oid) + coalesce((select sum(k.relpages) from pg_catalog.pg_inherits i join pg_catalog.pg_class k on k.oid = i.inhrelid
                                 join pg_catalog.pg_namespace kn on kn.oid = k.relnamespace
                                where i.inhparent = c.oid and kn.nspname ~ '^_timescaledb_'), 0)::bigint
         * pg_catalog.current_setting('block_size')::bigint as bytes,
       (select s.n_dead_tup from pg_catalog.pg_stat_all_tables s where s.relid = c.oid) as dead
  from pg_catalog.pg_class c
 where c.oid = $1::oid
